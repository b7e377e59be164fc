package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/stages"
)

// run is one execution under way. Its coroutines take turns, so nothing
// guards it.
type run struct {
	pipeline gennaker.Pipeline
	e        gennaker.Execution
	gate     *gate.Gate
	ctx      workflow.Context // of all stages
	stop     workflow.CancelFunc
	kept     map[string]int // bytes of the outputs of each stage
	memory   []memory       // what stages found for their expressions, the oldest first
	running  int            // stages
	changed  bool           // since the walk last looked
	ending   bool           // no more stages start
}

// Execution runs a pipeline. It completes if the execution succeeded, fails
// with a "TERMINAL" application error or is cancelled otherwise; the result,
// or the error's details, hold the gennaker.Execution.
func Execution(ctx workflow.Context, in gennaker.Start) (gennaker.Execution, error) {
	r := newRun(ctx, in)
	if err := r.listen(ctx); err != nil {
		return r.e, err
	}
	if err := r.prepare(ctx, in); err != nil {
		r.e.Error = "failed on startup: " + err.Error()
		return r.finish(ctx, gennaker.Terminal)
	}
	r.describe()
	if r.e.Cancel == nil {
		if err := r.walk(ctx); err != nil {
			return r.e, err
		}
	}
	return r.finish(ctx, outcome(r.e, r.pipeline))
}

func newRun(ctx workflow.Context, in gennaker.Start) *run {
	r := &run{pipeline: in.Pipeline, gate: &gate.Gate{}, kept: map[string]int{}}
	r.ctx, r.stop = workflow.WithCancel(gate.With(ctx, r.gate))
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
	parameters, err := p.Resolve(in.Trigger.Parameters)
	if err != nil {
		return err
	}
	r.e.Trigger.Parameters = parameters
	p.AssignRefIDs()
	if err := checkGraph(*p); err != nil {
		return err
	}
	for _, s := range p.Stages {
		if _, ok := stages.Find(s); !ok {
			return fmt.Errorf("stage %s: type %q: %w: there is no such type", s.RefID, s.Type, gennaker.ErrInvalid)
		}
	}
	late, err := expired(ctx, p.StartTimeExpiry)
	if err != nil {
		return err
	}
	if late {
		r.e.Cancel = &gennaker.Command{User: "gennaker", Reason: "its startTimeExpiry had passed", At: workflow.Now(ctx).UTC()}
	}
	r.e.Stages = states(p.Stages, in.Carried)
	for i := range r.e.Stages {
		if err := r.keep(&r.e.Stages[i], r.e.Stages[i].Outputs); err != nil {
			return err
		}
	}
	return nil
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
		all[i] = gennaker.StageExecution{RefID: s.RefID, Requisites: s.Requisites, Type: s.Type,
			Name: s.Title(), Status: gennaker.NotStarted}
	}
	return all
}

// walk starts each stage when its requisites allow, until nothing runs and
// nothing can start. It outlives a cancellation, to see the stages clean up.
func (r *run) walk(ctx workflow.Context) error {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	for {
		r.startReady()
		if r.running == 0 && (r.ending || !r.gate.Closed()) {
			return nil
		}
		if err := workflow.Await(outlive, func() bool { return r.changed || (ctx.Err() != nil && !r.ending) }); err != nil {
			return err
		}
		r.changed = false
		if ctx.Err() != nil && !r.ending {
			r.cancel(outlive, gennaker.Command{User: "temporal", Reason: "cancelled in Temporal"})
		}
		r.describe()
	}
}

// startReady starts every stage whose requisites have passed.
func (r *run) startReady() {
	if r.ending || r.gate.Closed() {
		return
	}
	for i := range r.e.Stages {
		s := &r.e.Stages[i]
		if s.Status != gennaker.NotStarted || !r.passed(s.Requisites) {
			continue
		}
		s.Status = gennaker.Running
		r.running++
		workflow.GoNamed(r.ctx, "stage "+s.RefID, func(ctx workflow.Context) {
			r.stage(ctx, s, r.pipeline.Stages[i])
			r.running--
			r.changed = true
			if s.Status == gennaker.Terminal || s.Status == gennaker.Canceled {
				r.ending = true // it failed the pipeline: the others end
				r.stop()
			}
		})
	}
}

func (r *run) passed(requisites []string) bool {
	for _, ref := range requisites {
		if s := r.e.Stage(ref); s == nil || !s.Status.Passes() {
			return false
		}
	}
	return true
}

// cancel ends the execution: running stages clean up, no others start.
func (r *run) cancel(ctx workflow.Context, c gennaker.Command) {
	c.At = workflow.Now(ctx).UTC()
	r.e.Cancel = &c
	r.ending, r.changed = true, true
	r.gate.Open()
	r.e.Pause = nil
	r.stop()
}

// finish closes the workflow so that Temporal's own status tells the truth.
func (r *run) finish(ctx workflow.Context, status gennaker.Status) (gennaker.Execution, error) {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if err := workflow.Await(outlive, func() bool { return workflow.AllHandlersFinished(outlive) }); err != nil {
		return r.e, err
	}
	r.ending = true
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

// stage runs one stage and records what became of it.
func (r *run) stage(ctx workflow.Context, state *gennaker.StageExecution, s gennaker.Stage) {
	state.StartTime = workflow.Now(ctx).UTC()
	scope := r.scope(state, s)
	var outputs stages.Outputs
	s, err := scope.common(ctx)
	if err == nil {
		scope.stage = s
		outputs, err = r.attempt(ctx, scope)
	}
	if tooBig := r.keep(state, outputs); err == nil {
		err = tooBig
	}
	state.Waiting = ""
	state.EndTime = workflow.Now(ctx).UTC()
	if state.Status != gennaker.Skipped {
		state.Status = r.conclude(ctx, s, err)
	}
	if err != nil {
		state.Error = bounded(err)
	}
	if temporal.IsCanceledError(err) {
		state.Error = "cancelled"
	}
}

// attempt evaluates a stage's condition and fields, and runs it in its time.
func (r *run) attempt(ctx workflow.Context, scope *scope) (stages.Outputs, error) {
	s, state := scope.stage, scope.state
	t, _ := stages.Find(s)
	enabled, err := scope.enabled(ctx)
	if err != nil {
		return nil, err
	}
	if !enabled {
		state.Status = gennaker.Skipped
		return nil, nil
	}
	in := stages.Input{Execution: &r.e, Stage: s, State: state, Config: s.Config, Limit: t.Limit,
		Evaluator: scope, Changed: func() { r.changed = true }}
	if s.TimeoutMillis > 0 {
		in.Limit = time.Duration(s.TimeoutMillis) * time.Millisecond
	}
	if late, err := r.inWindow(ctx, scope, in); late || err != nil {
		return nil, err
	}
	if !t.Raw {
		if in.Config, err = scope.fields(ctx); err != nil {
			return nil, err
		}
	}
	return r.inTime(ctx, t, in)
}

func (r *run) inTime(ctx workflow.Context, t stages.Type, in stages.Input) (outputs stages.Outputs, err error) {
	limit := in.Limit
	if t.OwnClock {
		limit = 0
	}
	err = gate.Limit(ops.InStage(ctx, in.Stage.Title()), limit, func(ctx workflow.Context) (err error) {
		outputs, err = t.Run(ctx, in)
		return err
	})
	if limit > 0 && errors.Is(err, gate.ErrTimeout) {
		err = fmt.Errorf("not done after %s: %w", limit, err)
	}
	return outputs, err
}

// conclude is the status that an attempt's end counts as.
func (r *run) conclude(ctx workflow.Context, s gennaker.Stage, err error) gennaker.Status {
	var no *stages.Rejection
	var end *stages.BranchEnd
	switch {
	case err == nil:
		return gennaker.Succeeded
	case temporal.IsCanceledError(err) && ctx.Err() != nil:
		return gennaker.Canceled
	case temporal.IsCanceledError(err): // somebody cancelled what the stage waited for
		return s.FailureStatus(gennaker.Canceled)
	case errors.Is(err, gate.ErrTimeout) && s.SucceedOnTimeout:
		return gennaker.Succeeded
	case errors.As(err, &end):
		return gennaker.Stopped
	case errors.As(err, &no) && !r.asSpinnaker():
		s.ContinuePipeline = false
	}
	return s.FailureStatus(gennaker.Terminal)
}

// asSpinnaker reports whether the document asks for Spinnaker's reading where
// ours is safer.
func (r *run) asSpinnaker() bool { return r.pipeline.Compatibility == "spinnaker" }
