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

// stage runs one stage and records what became of it, unless it was left to
// be begun again.
func (r *run) stage(ctx workflow.Context, sc *scope) {
	state := sc.state
	if state.StartTime.IsZero() {
		state.StartTime = workflow.Now(ctx).UTC()
	}
	s, err := sc.common(ctx)
	var outputs stages.Outputs
	t, _ := r.types.Find(s)
	in := r.input(sc, s, t)
	if err == nil {
		sc.stage = s
		outputs, err = r.attempt(ctx, sc, t, &in)
	}
	if r.leaving && sc.node.idle && temporal.IsCanceledError(err) {
		return
	}
	if tooBig := r.keep(state, outputs); err == nil {
		err = tooBig
	}
	if state.Status != gennaker.Skipped {
		state.Status = r.conclude(ctx, s, err)
	}
	r.note(state, err)
	r.afterFailure(ctx, sc, t, in)
	state.Waiting, state.SpentMillis = "", 0
	state.EndTime = workflow.Now(ctx).UTC()
	r.stageNotice(ctx, sc, ending(state.Status))
}

// note records why a stage failed.
func (r *run) note(state *gennaker.StageExecution, err error) {
	if err != nil {
		state.Error = bounded(err)
	}
	if temporal.IsCanceledError(err) {
		state.Error = "cancelled"
	}
}

func (r *run) input(sc *scope, s gennaker.Stage, t stages.Type) stages.Input {
	in := stages.Input{Execution: &r.e, Stage: s, State: sc.state, Config: s.Config, Limit: t.Limit,
		Spent: time.Duration(sc.state.SpentMillis) * time.Millisecond, User: sc.user(),
		Evaluator: sc, Changed: r.wake, Above: sc.ancestors,
		Leaving: func() bool { return r.leaving && sc.node.idle },
		Notify:  func(ctx workflow.Context, when string) { r.notify(ctx, sc, when, sc.state.Status) },
		Remind:  func(ctx workflow.Context, when string) { r.remind(ctx, sc, when) }}
	if s.TimeoutMillis > 0 {
		in.Limit = time.Duration(s.TimeoutMillis) * time.Millisecond
	}
	return in
}

// attempt evaluates a stage's condition and fields, and runs it in its time.
func (r *run) attempt(ctx workflow.Context, sc *scope, t stages.Type, in *stages.Input) (stages.Outputs, error) {
	enabled, err := sc.enabled(ctx)
	if err != nil {
		return nil, err
	}
	if !enabled {
		sc.state.Status = gennaker.Skipped
		return nil, nil
	}
	sc.node.waits(true)
	dry := r.e.Trigger.DryRun
	if !dry {
		if late, err := r.inWindow(ctx, sc, *in); late || err != nil {
			return nil, err
		}
	}
	sc.node.waits(t.Resumable)
	if in.Spent == 0 {
		r.stageNotice(ctx, sc, "starting")
	}
	if !t.Raw {
		if in.Config, err = sc.fields(ctx, t.Literals(sc.stage.Config)...); err != nil {
			return nil, err
		}
	}
	if dry && !t.InDryRun {
		return r.dryRun(*in), nil
	}
	return r.inTime(ctx, sc, t, *in)
}

// inTime runs the stage and all within it, for as long as it may take.
func (r *run) inTime(ctx workflow.Context, sc *scope, t stages.Type, in stages.Input) (outputs stages.Outputs, err error) {
	limit := in.Limit - in.Spent
	if t.OwnClock || in.Limit <= 0 {
		limit = 0
	} else if limit <= 0 {
		limit = 1 // its time was over when it was left
	}
	began, held := workflow.Now(ctx), r.gate.Held(ctx)
	err = gate.Limit(ops.InStage(ctx, in.Stage.Title()), limit, func(ctx workflow.Context) (err error) {
		outputs, err = r.whole(ctx, sc, t, in)
		return err
	})
	sc.state.SpentMillis += (workflow.Now(ctx).Sub(began) - (r.gate.Held(ctx) - held)).Milliseconds()
	if limit > 0 && errors.Is(err, gate.ErrTimeout) {
		err = fmt.Errorf("not done after %s: %w", in.Limit, err)
	}
	return outputs, err
}

// conclude is the status that an attempt's end counts as.
func (r *run) conclude(ctx workflow.Context, s gennaker.Stage, err error) gennaker.Status {
	var no *stages.Rejection
	var end *stages.BranchEnd
	var within *withinEnd
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
	case errors.As(err, &within) && within.status != gennaker.Terminal:
		return within.status
	case errors.As(err, &no) && !r.asSpinnaker():
		s.ContinuePipeline = false
	}
	return s.FailureStatus(gennaker.Terminal)
}
