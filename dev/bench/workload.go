package main

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// The shapes of a pipeline: its stages one after another, or all at once.
const (
	sequential = "sequential"
	parallel   = "parallel"
)

// workload is a workflow that can be run again and again.
type workload struct {
	name     string
	workflow any
	input    any
}

// gennakers is a pipeline of noop stages.
func gennakers(shape string, stages int) workload {
	p := gennaker.Pipeline{Application: "bench", Name: shape}
	for i := range stages {
		s := gennaker.Stage{RefID: strconv.Itoa(i + 1), Type: "noop"}
		if shape == sequential && i > 0 {
			s.Requisites = []string{strconv.Itoa(i)}
		}
		p.Stages = append(p.Stages, s)
	}
	start := gennaker.Start{Pipeline: p, Trigger: gennaker.Trigger{Type: "manual", User: "bench"}}
	return workload{name: "gennaker", workflow: gennaker.ExecutionWorkflow, input: start}
}

// handwritten runs the same activities without Gennaker.
func handwritten(shape string, steps int) workload {
	w := workload{name: "handwritten", workflow: inSequence, input: steps}
	if shape == parallel {
		w.workflow = inParallel
	}
	return w
}

// outcome is how one execution went.
type outcome struct {
	id   string
	took time.Duration
	// late says that the server did not tell of the end by itself.
	late bool
}

// patience is how long a client waits to be told of an execution's end. Then
// it asks: under load the server loses the news of about one end in a
// thousand, and a client that only waits learns of it after 20 seconds.
const patience = 4 * time.Second

// run runs it once, and returns when it has succeeded.
func (w workload) run(ctx context.Context, c client.Client) (outcome, error) {
	began := time.Now()
	run, err := w.start(ctx, c)
	if err != nil {
		return outcome{}, err
	}
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = run.Get(patient, nil)
	if err == nil || patient.Err() == nil {
		return outcome{id: run.GetID(), took: time.Since(began)}, err
	}
	if err := run.Get(ctx, nil); err != nil {
		return outcome{}, err
	}
	now, err := c.DescribeWorkflow(ctx, run.GetID(), run.GetRunID())
	if err != nil {
		return outcome{}, err
	}
	return outcome{id: run.GetID(), took: now.WorkflowCloseTime.Sub(now.WorkflowStartTime), late: true}, nil
}

var started atomic.Int64 // executions, for their ids

// start starts it as the CLI starts an execution.
func (w workload) start(ctx context.Context, c client.Client) (client.WorkflowRun, error) {
	return c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       "bench/" + w.name + "/" + strconv.FormatInt(started.Add(1), 10),
		TaskQueue:                                gennaker.TaskQueue,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "bench · stages · bench",
		StaticDetails:                            "no description, no parameters",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(gennaker.SearchApplication).ValueSet("bench"),
			temporal.NewSearchAttributeKeyKeyword(gennaker.SearchPipeline).ValueSet("stages"),
			temporal.NewSearchAttributeKeyKeyword(gennaker.SearchUser).ValueSet("bench"),
		),
	}, w.workflow, w.input)
}
