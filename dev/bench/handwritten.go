package main

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/activities"
)

// What somebody would write for Temporal who needs these ten steps and
// nothing else.

// step has the limits and the summary that a noop stage gives its activity.
var step = workflow.ActivityOptions{
	StartToCloseTimeout:    30 * time.Second,
	HeartbeatTimeout:       5 * time.Second,
	ScheduleToCloseTimeout: 5 * time.Minute,
	RetryPolicy: &temporal.RetryPolicy{
		InitialInterval:    time.Second,
		BackoffCoefficient: 2,
		MaximumInterval:    30 * time.Second,
	},
	Summary: "noop: do nothing",
}

var engine *activities.Engine // for the name of its activity alone

func inSequence(ctx workflow.Context, steps int) error {
	ctx = workflow.WithActivityOptions(ctx, step)
	for range steps {
		if err := workflow.ExecuteActivity(ctx, engine.Noop).Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

func inParallel(ctx workflow.Context, steps int) error {
	ctx = workflow.WithActivityOptions(ctx, step)
	var running []workflow.Future
	for range steps {
		running = append(running, workflow.ExecuteActivity(ctx, engine.Noop))
	}
	for _, r := range running {
		if err := r.Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}
