package workflows

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/stages"
)

// engine runs executions of the stage types that it knows.
type engine struct{ types stages.Types }

// run is one execution under way. Its coroutines take turns, so nothing
// guards it.
type run struct {
	types      stages.Types
	pipeline   gennaker.Pipeline
	e          gennaker.Execution
	gate       *gate.Gate
	top        *graph               // the stages of the document
	known      map[string]*node     // these and those within them, by refId
	kept       map[string]int       // bytes of the outputs of each stage
	memory     []memory             // what stages found for their expressions, the oldest first
	fields     map[string]evaluated // those of stages, by refId
	fieldsSize int                  // bytes of them
	turns      int                  // evaluations so far
	leaving    bool                 // to be continued in a new history
	telling    int                  // notifications, and a word to the parent, on their way
}

// Execution runs a pipeline. It completes if the execution succeeded, fails
// with a "TERMINAL" application error or is cancelled otherwise; the result,
// or the error's details, hold the gennaker.Execution.
func (g engine) Execution(ctx workflow.Context, in gennaker.Start) (gennaker.Execution, error) {
	r := newRun(ctx, in)
	r.types = g.types
	if err := r.listen(ctx); err != nil {
		return r.e, err
	}
	if err := r.prepare(ctx, in); err != nil {
		r.e.Error = "failed on startup: " + err.Error()
		return r.finish(ctx, gennaker.Terminal)
	}
	if in.Continued == nil {
		if err := r.awaitTurn(ctx); err != nil {
			r.e.Error = "failed on startup: " + err.Error()
			return r.finish(ctx, gennaker.Terminal)
		}
	}
	r.describe()
	r.restartParent(ctx, in)
	if in.Continued == nil {
		r.notify(ctx, r.after(), "pipeline.starting", gennaker.Running)
	}
	if r.e.Cancel == nil {
		if err := r.walk(ctx); err != nil {
			return r.e, err
		}
	}
	if r.leaving && !r.top.ending && r.top.unfinished() {
		return r.goOn(ctx, in)
	}
	return r.finish(ctx, outcome(r.e, r.pipeline))
}

func newRun(ctx workflow.Context, in gennaker.Start) *run {
	r := &run{pipeline: in.Pipeline, gate: &gate.Gate{}, kept: map[string]int{}, fields: map[string]evaluated{}, known: map[string]*node{}}
	r.top = &graph{r: r}
	r.top.ctx, r.top.stop = workflow.WithCancel(ops.ChangedClusters(gate.With(ctx, r.gate)))
	if in.Continued != nil {
		r.e = *in.Continued
		if r.e.Pause != nil {
			r.gate.Close(ctx)
		}
		return r
	}
	r.e = gennaker.Execution{
		ID:          workflow.GetInfo(ctx).WorkflowExecution.ID,
		Application: in.Pipeline.Application,
		Name:        in.Pipeline.Name,
		Status:      gennaker.Running,
		Trigger:     in.Trigger,
		StartTime:   workflow.Now(ctx).UTC(),
	}
	return r
}

// wake makes the walk look again at what may start.
func (r *run) wake() { r.top.changed = true }

// prepare plans the graph, or says why there is nothing to run. An execution
// that comes too late is cancelled.
func (r *run) prepare(ctx workflow.Context, in gennaker.Start) error {
	p := &r.pipeline
	if p.Disabled {
		return fmt.Errorf("pipeline %s: %w: it is disabled", p.Name, gennaker.ErrInvalid)
	}
	if len(p.Stages) == 0 {
		return fmt.Errorf("pipeline %s: %w: it has no stages", p.Name, gennaker.ErrInvalid)
	}
	parameters, err := p.Resolve(r.e.Trigger.Parameters)
	if err != nil {
		return err
	}
	r.e.Trigger.Parameters = parameters
	p.AssignRefIDs()
	if err := mayRun(r.types, *p); err != nil {
		return err
	}
	if in.Continued == nil {
		if err := r.bindTrigger(ctx, in); err != nil {
			return err
		}
		if err := r.cancelIfLate(ctx); err != nil {
			return err
		}
		r.e.Stages = states(p.Stages, in.Carried)
	}
	r.top.over(r.nodes())
	return r.count()
}

func (r *run) cancelIfLate(ctx workflow.Context) error {
	late, err := expired(ctx, r.pipeline.StartTimeExpiry)
	if late {
		r.e.Cancel = &gennaker.Command{User: "gennaker", Reason: "its startTimeExpiry had passed", At: workflow.Now(ctx).UTC()}
	}
	return err
}

// states are the stages before they run; those carried over from an earlier
// run keep what became of them.
func states(list []gennaker.Stage, carried []gennaker.StageExecution) []gennaker.StageExecution {
	earlier := map[string]gennaker.StageExecution{}
	for _, s := range carried {
		earlier[s.RefID] = s
	}
	all := make([]gennaker.StageExecution, len(list))
	for i, s := range list {
		if before, ok := earlier[s.RefID]; ok {
			all[i] = before
			continue
		}
		all[i] = notStarted(s)
	}
	return all
}

func notStarted(s gennaker.Stage) gennaker.StageExecution {
	return gennaker.StageExecution{RefID: s.RefID, Requisites: s.Requisites, Type: s.Type,
		Name: s.Title(), Status: gennaker.NotStarted}
}

// nodes are the document's stages with their states, which stay where they
// are as long as the run lasts.
func (r *run) nodes() []*node {
	nodes := make([]*node, len(r.e.Stages))
	for i := range r.e.Stages {
		nodes[i] = &node{state: &r.e.Stages[i], doc: r.pipeline.Stages[i]}
	}
	return nodes
}

// walk starts each stage when its requisites allow, until nothing runs and
// nothing can start. It outlives a cancellation, to see the stages clean up.
func (r *run) walk(ctx workflow.Context) error {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	g := r.top
	for {
		r.considerLeaving(ctx)
		if !r.leaving {
			g.startReady()
		}
		if g.running == 0 && (g.ending || r.leaving || !r.gate.Closed()) {
			return nil
		}
		if err := workflow.Await(outlive, func() bool { return g.changed || (ctx.Err() != nil && !g.ending) }); err != nil {
			return err
		}
		g.changed = false
		if ctx.Err() != nil && !g.ending {
			r.cancel(outlive, gennaker.Command{User: "temporal", Reason: "cancelled in Temporal"})
		}
		r.describe()
	}
}

// cancel ends the execution: running stages clean up, no others start.
func (r *run) cancel(ctx workflow.Context, c gennaker.Command) {
	c.At = workflow.Now(ctx).UTC()
	r.e.Cancel = &c
	r.top.ending, r.top.changed = true, true
	r.gate.Open(ctx)
	r.e.Pause = nil
	r.top.stop()
}

// settle waits until all that people asked is answered, and all that they are
// told is sent.
func (r *run) settle(ctx workflow.Context) error {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	return workflow.Await(outlive, func() bool { return r.telling == 0 && workflow.AllHandlersFinished(outlive) })
}

// finish closes the workflow so that Temporal's own status tells the truth.
func (r *run) finish(ctx workflow.Context, status gennaker.Status) (gennaker.Execution, error) {
	r.notify(ctx, r.after(), "pipeline."+ending(status), status)
	if err := r.settle(ctx); err != nil {
		return r.e, err
	}
	r.top.ending = true
	r.e.Status = status
	r.e.EndTime = workflow.Now(ctx).UTC()
	r.describe()
	switch status {
	case gennaker.Succeeded:
		return r.e, nil
	case gennaker.Canceled:
		return r.e, temporal.NewCanceledError(r.e)
	}
	if r.e.Error == "" {
		r.e.Error = reason(r.e)
	}
	return r.e, temporal.NewApplicationErrorWithOptions(r.e.Error, string(gennaker.Terminal),
		temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{r.e}})
}

// asSpinnaker reports whether the document asks for Spinnaker's reading where
// ours is safer.
func (r *run) asSpinnaker() bool { return r.pipeline.Compatibility == "spinnaker" }
