// Package ops is everything a stage or a strategy may ask of the world: one
// function for each activity, with its time-out and its retries. Workflow
// code calls these and no activity directly.
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

// deadAfter is how soon a worker that died is noticed.
const deadAfter = 5 * time.Second

// The kinds of step. A step of a kind has its limits from here.
var (
	reading = workflow.ActivityOptions{
		StartToCloseTimeout:    30 * time.Second,
		HeartbeatTimeout:       deadAfter,
		ScheduleToCloseTimeout: 5 * time.Minute,
		RetryPolicy:            retries(time.Second, 30*time.Second),
	}
	changing = workflow.ActivityOptions{
		StartToCloseTimeout:    2 * time.Minute,
		HeartbeatTimeout:       deadAfter,
		ScheduleToCloseTimeout: 15 * time.Minute,
		WaitForCancellation:    true,
		RetryPolicy:            retries(time.Second, 30*time.Second),
	}
	waiting = workflow.ActivityOptions{
		StartToCloseTimeout: 24 * time.Hour,
		HeartbeatTimeout:    deadAfter,
		RetryPolicy:         retries(time.Second, 10*time.Second),
	}
)

func retries(first, longest time.Duration) *temporal.RetryPolicy {
	return &temporal.RetryPolicy{InitialInterval: first, BackoffCoefficient: 2, MaximumInterval: longest}
}

// Where the activities are, for their names alone.
var (
	groups     *activities.ServerGroups
	instances  *activities.Instances
	imageStore *activities.Images
	clusters   *activities.Clusters
	people     *activities.People
	engine     *activities.Engine
)

// Step is a kind of step, which has its time-outs and retries.
type Step struct{ options workflow.ActivityOptions }

// The kinds of step for stage types that run activities of their own. A
// Changing step may run twice, and must do its work once.
var (
	Reading  = Step{reading}
	Changing = Step{changing}
	Waiting  = Step{waiting}
)

// Run executes an activity that a program which embeds Gennaker has brought:
// the function, or its name. It waits while the execution is paused; people
// read the summary in the Temporal Web UI. An activity that takes longer than
// five seconds must heartbeat.
func Run(ctx workflow.Context, kind Step, summary string, call, arg, result any) error {
	return run(ctx, kind.options, summary, call, arg, result)
}

// run executes one activity once the gate is open. The summary is what the
// Temporal Web UI shows for it.
func run(ctx workflow.Context, options workflow.ActivityOptions, summary string, call, arg, result any) error {
	if err := gate.Pass(ctx); err != nil {
		return err
	}
	options.Summary = short(titled(ctx, summary))
	ctx = workflow.WithActivityOptions(ctx, options)
	var args []any
	if arg != nil {
		args = append(args, arg)
	}
	return plain(workflow.ExecuteActivity(ctx, call, args...).Get(ctx, result))
}

type title struct{}

// InStage makes the Temporal Web UI show a stage's name before each step that
// is made for it.
func InStage(ctx workflow.Context, name string) workflow.Context {
	return workflow.WithValue(ctx, title{}, name)
}

func titled(ctx workflow.Context, summary string) string {
	if name, ok := ctx.Value(title{}).(string); ok {
		return name + ": " + summary
	}
	return summary
}

// maxSummary is what the server takes, in bytes.
const maxSummary = 400

func short(summary string) string {
	if len(summary) <= maxSummary {
		return summary
	}
	return fmt.Sprintf("%.96s…", summary)
}

// Failure is a step that failed, in the cloud's own words.
type Failure struct {
	kind error // of package gennaker; nil if it has none
	text string
}

func (f *Failure) Error() string { return f.text }
func (f *Failure) Unwrap() error { return f.kind }

// plain takes Temporal's envelopes off an error, so that people read the
// cause alone. A cancellation stays what it is.
func plain(err error) error {
	var failure *temporal.ApplicationError
	var late *temporal.TimeoutError
	switch {
	case err == nil || temporal.IsCanceledError(err):
		return err
	case errors.As(err, &failure):
		return &Failure{kind: activities.Kind(err), text: failure.Message()}
	case errors.As(err, &late):
		text := "no answer in time"
		if last := late.Unwrap(); last != nil {
			text += ": " + plain(last).Error()
		}
		return &Failure{kind: gennaker.ErrUnavailable, text: text}
	}
	return err
}

// Close is the error that a workflow ends with: its cause's words and kind. A
// cancellation cancels the workflow.
func Close(err error) error {
	if err == nil || temporal.IsCanceledError(err) {
		return err
	}
	return temporal.NewNonRetryableApplicationError(err.Error(), activities.KindName(err), nil)
}
