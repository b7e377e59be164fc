package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Functions changes, reads and calls functions.
type Functions struct {
	registry *providers.Registry
}

// GetFunction returns one function.
func (a *Functions) GetFunction(ctx context.Context, ref gennaker.FunctionRef) (gennaker.Function, error) {
	var f gennaker.Function
	err := a.call(ctx, ref, func(ctx context.Context, p providers.Functions, _ *pulse) (err error) {
		f, err = p.GetFunction(ctx, ref)
		return err
	})
	return f, err
}

// CreateFunction makes a function, once, however often it runs.
func (a *Functions) CreateFunction(ctx context.Context, q gennaker.PutFunction) error {
	return a.call(ctx, q.FunctionRef, func(ctx context.Context, p providers.Functions, _ *pulse) error { return p.CreateFunction(ctx, q) })
}

// UpdateFunctionCode gives a function other code.
func (a *Functions) UpdateFunctionCode(ctx context.Context, q gennaker.PutFunction) error {
	return a.call(ctx, q.FunctionRef, func(ctx context.Context, p providers.Functions, _ *pulse) error { return p.UpdateCode(ctx, q) })
}

// UpdateFunctionConfiguration gives a function another configuration.
func (a *Functions) UpdateFunctionConfiguration(ctx context.Context, q gennaker.PutFunction) error {
	return a.call(ctx, q.FunctionRef, func(ctx context.Context, p providers.Functions, _ *pulse) error {
		return p.UpdateConfiguration(ctx, q)
	})
}

// PublishFunctionVersion returns the number of the version that a function is
// now.
func (a *Functions) PublishFunctionVersion(ctx context.Context, q gennaker.PublishVersion) (string, error) {
	var version string
	err := a.call(ctx, q.FunctionRef, func(ctx context.Context, p providers.Functions, _ *pulse) (err error) {
		version, err = p.PublishVersion(ctx, q)
		return err
	})
	return version, err
}

// DeleteFunction deletes a version of a function, or all of it.
func (a *Functions) DeleteFunction(ctx context.Context, d gennaker.DeleteFunction) error {
	return a.call(ctx, d.FunctionRef, func(ctx context.Context, p providers.Functions, _ *pulse) error { return p.DeleteFunction(ctx, d) })
}

// InvokeFunction calls a function. It does its work each time that it runs: it
// must not be repeated, except for what a cloud has not taken.
func (a *Functions) InvokeFunction(ctx context.Context, i gennaker.Invoke) (gennaker.Invocation, error) {
	var came gennaker.Invocation
	err := a.call(ctx, i.FunctionRef, func(ctx context.Context, p providers.Functions, _ *pulse) (err error) {
		came, err = p.Invoke(ctx, i)
		return err
	})
	return came, err
}

// AwaitFunction returns a function once it can be called and changed. One that
// its cloud cannot make ready is ErrInvalid.
func (a *Functions) AwaitFunction(ctx context.Context, ref gennaker.FunctionRef) (gennaker.Function, error) {
	var f gennaker.Function
	err := a.call(ctx, ref, func(ctx context.Context, p providers.Functions, _ *pulse) (err error) {
		f, err = awaitFunction(ctx, p, ref)
		return err
	})
	return f, err
}

func awaitFunction(ctx context.Context, functions providers.Functions, ref gennaker.FunctionRef) (f gennaker.Function, err error) {
	err = wait{what: "await function " + ref.Name}.until(ctx, func() (bool, error) {
		f, err = functions.GetFunction(ctx, ref)
		switch {
		case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled):
			return false, nil
		case err != nil:
			return false, fmt.Errorf("await function %s: %w", ref.Name, err)
		case f.Failed:
			return false, fmt.Errorf("function %s: %w: %s", ref.Name, gennaker.ErrInvalid, f.Reason)
		}
		return f.Ready, nil
	})
	return f, err
}

// PutFunctionAlias makes an alias, or changes it.
func (a *Functions) PutFunctionAlias(ctx context.Context, q gennaker.PutAlias) error {
	return a.traffic(ctx, q.FunctionRef, func(ctx context.Context, p providers.FunctionTraffic) error { return p.PutAlias(ctx, q) })
}

// SetFunctionConcurrency sets how many executions are kept ready, or may run.
func (a *Functions) SetFunctionConcurrency(ctx context.Context, q gennaker.SetConcurrency) error {
	return a.traffic(ctx, q.FunctionRef, func(ctx context.Context, p providers.FunctionTraffic) error { return p.SetConcurrency(ctx, q) })
}

// SetFunctionEventSources sets what calls a function or alias.
func (a *Functions) SetFunctionEventSources(ctx context.Context, q gennaker.SetEventSources) error {
	return a.traffic(ctx, q.FunctionRef, func(ctx context.Context, p providers.FunctionTraffic) error { return p.SetEventSources(ctx, q) })
}

// call finds the account's functions and calls f with them.
func (a *Functions) call(ctx context.Context, ref gennaker.FunctionRef, f func(context.Context, providers.Functions, *pulse) error) error {
	functions, err := providers.Find[providers.Functions](a.registry, ref.Account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, b *pulse) error { return f(ctx, functions, b) })
}

func (a *Functions) traffic(ctx context.Context, ref gennaker.FunctionRef, f func(context.Context, providers.FunctionTraffic) error) error {
	traffic, err := providers.Find[providers.FunctionTraffic](a.registry, ref.Account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, _ *pulse) error { return f(ctx, traffic) })
}
