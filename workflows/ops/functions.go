package ops

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/workflows/gate"
)

var functions *activities.Functions // for its names alone

// readyLimit bounds the wait for a function that changes.
const readyLimit = 15 * time.Minute

// longestCall is what a cloud allows a function, and a little.
const longestCall = 15*time.Minute + 30*time.Second

// Function returns one function.
func Function(ctx workflow.Context, ref gennaker.FunctionRef) (gennaker.Function, error) {
	var f gennaker.Function
	err := run(ctx, reading, "look at function "+ref.Name, functions.GetFunction, ref, &f)
	return f, err
}

// CreateFunction makes a function.
func CreateFunction(ctx workflow.Context, p gennaker.PutFunction) error {
	return run(ctx, changing, "create function "+p.Name, functions.CreateFunction, p, nil)
}

// UpdateFunctionCode gives a function other code.
func UpdateFunctionCode(ctx workflow.Context, p gennaker.PutFunction) error {
	return run(ctx, changing, "update the code of "+p.Name, functions.UpdateFunctionCode, p, nil)
}

// UpdateFunctionConfiguration gives a function another configuration.
func UpdateFunctionConfiguration(ctx workflow.Context, p gennaker.PutFunction) error {
	return run(ctx, changing, "update the configuration of "+p.Name, functions.UpdateFunctionConfiguration, p, nil)
}

// AwaitFunction waits until a function can be called and changed.
func AwaitFunction(ctx workflow.Context, ref gennaker.FunctionRef) (gennaker.Function, error) {
	var f gennaker.Function
	options := waiting
	options.ScheduleToCloseTimeout = readyLimit
	err := run(ctx, options, "wait until function "+ref.Name+" is ready", functions.AwaitFunction, ref, &f)
	return f, err
}

// PublishFunctionVersion returns the number of the version that a function is
// now, published if it was not.
func PublishFunctionVersion(ctx workflow.Context, p gennaker.PublishVersion) (string, error) {
	var version string
	err := run(ctx, changing, "publish a version of "+p.Name, functions.PublishFunctionVersion, p, &version)
	return version, err
}

// DeleteFunction deletes a version of a function, or all of it.
func DeleteFunction(ctx workflow.Context, d gennaker.DeleteFunction) error {
	what := "function " + d.Name
	if d.Version != "" {
		what = fmt.Sprintf("version %s of %s", d.Version, d.Name)
	}
	return run(ctx, changing, "delete "+what, functions.DeleteFunction, d, nil)
}

// How often a call of a function is tried that its cloud has too many of, and
// how long it waits between two tries.
const (
	invokeTries = 10
	invokePause = 10 * time.Second
)

// InvokeFunction calls a function, once: after an error it may have run. Only
// what the cloud has not taken, because there were too many, is tried again.
func InvokeFunction(ctx workflow.Context, i gennaker.Invoke) (gennaker.Invocation, error) {
	options := changing
	options.RetryPolicy = &temporal.RetryPolicy{MaximumAttempts: 1}
	options.StartToCloseTimeout = longestCall
	if i.Seconds > 0 {
		options.StartToCloseTimeout = time.Duration(i.Seconds)*time.Second + 10*time.Second
	}
	options.ScheduleToCloseTimeout = options.StartToCloseTimeout + readyLimit // a worker may have to start first
	for try := 1; ; try++ {
		var came gennaker.Invocation
		err := run(ctx, options, "call function "+i.Name, functions.InvokeFunction, i, &came)
		if !errors.Is(err, gennaker.ErrThrottled) || try == invokeTries {
			return came, err
		}
		if err := gate.Sleep(ctx, invokePause, "until function "+i.Name+" can be called"); err != nil {
			return came, err
		}
	}
}

// PutFunctionAlias makes an alias, or changes it.
func PutFunctionAlias(ctx workflow.Context, p gennaker.PutAlias) error {
	what := fmt.Sprintf("send %s of %s to version %s", p.Alias.Name, p.Name, p.Alias.Version)
	if p.Alias.Second != "" {
		what += fmt.Sprintf(", and %.4g %% of it to %s", p.Alias.Weight*100, p.Alias.Second)
	}
	return run(ctx, changing, what, functions.PutFunctionAlias, p, nil)
}

// SetFunctionConcurrency sets how many executions are kept ready, or may run.
func SetFunctionConcurrency(ctx workflow.Context, s gennaker.SetConcurrency) error {
	return run(ctx, changing, "set the concurrency of "+s.Name, functions.SetFunctionConcurrency, s, nil)
}

// SetFunctionEventSources sets what calls a function or alias.
func SetFunctionEventSources(ctx workflow.Context, s gennaker.SetEventSources) error {
	return run(ctx, changing, "set what calls "+s.Name, functions.SetFunctionEventSources, s, nil)
}
