package main

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
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
	id    string
	began time.Time
	took  time.Duration
	late  bool // the client was told of the end long after it
}

// patience is how long a client waits for the server's word that an execution
// has ended before it asks again. Under load the server loses about one such
// word in a thousand, and would repeat it after 20 seconds only.
const patience = 3 * time.Second

// run runs it once, and returns when it has succeeded.
func (w workload) run(ctx context.Context, c client.Client) (outcome, error) {
	o := outcome{began: time.Now()}
	run, err := w.start(ctx, c)
	if err != nil {
		return o, err
	}
	o.id = run.GetID()
	for {
		patient, cancel := context.WithTimeout(ctx, patience)
		err := run.Get(patient, nil)
		cancel()
		if ctx.Err() != nil || !expired(err) {
			o.took = time.Since(o.began)
			return o, err
		}
	}
}

// expired reports whether a call was given up because its time was over, as
// the client or, in its last moment, the server says it.
func expired(err error) bool {
	var answer *serviceerror.DeadlineExceeded
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &answer)
}

// settle replaces what the client saw by what the server's clock says, if the
// client was told late.
func (o *outcome) settle(ctx context.Context, c client.Client) error {
	const long, late = time.Second, 500 * time.Millisecond
	if o.took < long {
		return nil
	}
	d, err := c.DescribeWorkflow(ctx, o.id, "")
	if err != nil {
		return err
	}
	if took := d.WorkflowCloseTime.Sub(d.WorkflowStartTime); o.took-took > late {
		o.took, o.late = took, true
	}
	return nil
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
