package main

import (
	"context"
	"strconv"
	"sync/atomic"

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

var started atomic.Int64 // executions, for their ids

// run runs it once, started as the CLI starts an execution, and returns when
// it has succeeded.
func (w workload) run(ctx context.Context, c client.Client) (id string, err error) {
	id = "bench/" + w.name + "/" + strconv.FormatInt(started.Add(1), 10)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       id,
		TaskQueue:                                gennaker.TaskQueue,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "bench · ten stages · bench",
		StaticDetails:                            "no description, no parameters",
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword(gennaker.SearchApplication).ValueSet("bench"),
			temporal.NewSearchAttributeKeyKeyword(gennaker.SearchPipeline).ValueSet("ten stages"),
			temporal.NewSearchAttributeKeyKeyword(gennaker.SearchUser).ValueSet("bench"),
		),
	}, w.workflow, w.input)
	if err != nil {
		return id, err
	}
	return id, run.Get(ctx, nil)
}
