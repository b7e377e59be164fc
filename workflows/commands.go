package workflows

import (
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// listen registers what the execution can be asked and told. A command that
// cannot be carried out is refused by its validator and leaves no trace.
func (r *run) listen(ctx workflow.Context) error {
	if err := workflow.SetQueryHandlerWithOptions(ctx, gennaker.QueryState, r.view,
		workflow.QueryHandlerOptions{Description: "the execution as it is now"}); err != nil {
		return err
	}
	if err := workflow.SetQueryHandlerWithOptions(ctx, gennaker.QueryEvaluate, r.evaluate,
		workflow.QueryHandlerOptions{Description: "what an expression is worth to a stage"}); err != nil {
		return err
	}
	if err := workflow.SetQueryHandlerWithOptions(ctx, gennaker.QueryExplain, r.explain,
		workflow.QueryHandlerOptions{Description: "how an expression gets its value, step by step"}); err != nil {
		return err
	}
	for _, c := range []struct {
		name, description string
		handle, validate  any
	}{
		{gennaker.UpdateJudge, "answer a manual judgment", r.judge, r.mayJudge},
		{gennaker.UpdateCancel, "end the execution and clean up", r.cancelCommand, r.mayCancel},
		{gennaker.UpdatePause, "begin no more steps", r.pause, r.mayPause},
		{gennaker.UpdateResume, "go on after a pause", r.resume, r.mayResume},
		{gennaker.UpdateSkip, "let a stage wait no longer", r.skip, r.maySkip},
		{gennaker.UpdateRestart, "run a stage, and all that depend on it, again", r.restart, r.mayRestart},
	} {
		options := workflow.UpdateHandlerOptions{Validator: c.validate, Description: c.description}
		if err := workflow.SetUpdateHandlerWithOptions(ctx, c.name, c.handle, options); err != nil {
			return err
		}
	}
	workflow.GoNamed(ctx, "judge signals", r.hear)
	return nil
}

// view is the execution as people see it: while it is paused, so are the
// stages that run.
func (r *run) view() (gennaker.Execution, error) {
	e := r.e
	if !r.gate.Closed() {
		return e, nil
	}
	e.Status = gennaker.Paused
	e.Stages = append([]gennaker.StageExecution(nil), e.Stages...)
	for i := range e.Stages {
		pauseView(&e.Stages[i])
	}
	return e, nil
}

// pauseView makes a copy of a stage look paused, and those within it.
func pauseView(s *gennaker.StageExecution) {
	if s.Status == gennaker.Running {
		s.Status = gennaker.Paused
	}
	inner := make([]*gennaker.StageExecution, len(s.Synthetic))
	for i, each := range s.Synthetic {
		within := *each
		pauseView(&within)
		inner[i] = &within
	}
	s.Synthetic = inner
}

func (r *run) judge(ctx workflow.Context, j gennaker.Judgment) (gennaker.StageExecution, error) {
	s, err := j.Check(&r.e)
	if err != nil {
		return gennaker.StageExecution{}, err
	}
	j.At = workflow.Now(ctx).UTC()
	s.Judgment = &j
	r.wake()
	return *s, nil
}

func (r *run) mayJudge(_ workflow.Context, j gennaker.Judgment) error {
	if r.top.ending {
		return r.over()
	}
	_, err := j.Check(&r.e)
	return err
}

// hear takes judgments that arrive as signals. What cannot be applied becomes
// a notice, since a signal has no answer. A signal proves nobody's identity.
func (r *run) hear(ctx workflow.Context) {
	signals := workflow.GetSignalChannel(ctx, gennaker.SignalJudge)
	for {
		var raw converter.RawValue
		if !signals.Receive(ctx, &raw) {
			return
		}
		r.judgeSignal(ctx, raw)
	}
}

// hearAll takes the judgments that have arrived by now.
func (r *run) hearAll(ctx workflow.Context) {
	signals := workflow.GetSignalChannel(ctx, gennaker.SignalJudge)
	for {
		var raw converter.RawValue
		if !signals.ReceiveAsync(&raw) {
			return
		}
		r.judgeSignal(ctx, raw)
	}
}

func (r *run) judgeSignal(ctx workflow.Context, raw converter.RawValue) {
	if err := r.judgeRaw(ctx, raw); err != nil {
		r.notice(ctx, "judge signal refused: "+err.Error())
	}
}

func (r *run) judgeRaw(ctx workflow.Context, raw converter.RawValue) error {
	var j gennaker.Judgment
	if raw.Payload() == nil {
		return fmt.Errorf("judgment: %w: the signal is empty", gennaker.ErrInvalid)
	}
	if err := converter.GetDefaultDataConverter().FromPayload(raw.Payload(), &j); err != nil {
		return err
	}
	j.Signature = nil
	if err := r.mayJudge(ctx, j); err != nil {
		return err
	}
	_, err := r.judge(ctx, j)
	return err
}

// maxNotices is how many are kept, the newest.
const maxNotices = 20

func (r *run) notice(ctx workflow.Context, text string) {
	r.e.Notices = append(r.e.Notices, gennaker.Notice{At: workflow.Now(ctx).UTC(), Text: text})
	if extra := len(r.e.Notices) - maxNotices; extra > 0 {
		r.e.Notices = r.e.Notices[extra:]
	}
	r.wake()
}

func (r *run) over() error {
	if c := r.e.Cancel; c != nil {
		return fmt.Errorf("execution %s: %w: %s has cancelled it", r.e.ID, gennaker.ErrInvalid, c.User)
	}
	return fmt.Errorf("execution %s: %w: it is ending", r.e.ID, gennaker.ErrInvalid)
}

func (r *run) cancelCommand(ctx workflow.Context, c gennaker.Command) (gennaker.Status, error) {
	r.cancel(ctx, c)
	return gennaker.Canceled, nil
}

func (r *run) mayCancel(workflow.Context, gennaker.Command) error {
	if r.top.ending {
		return r.over()
	}
	return nil
}

func (r *run) pause(ctx workflow.Context, c gennaker.Command) (gennaker.Status, error) {
	c.At = workflow.Now(ctx).UTC()
	r.e.Pause = &c
	r.gate.Close(ctx)
	r.wake()
	return gennaker.Paused, r.tellOperations(ctx, gennaker.SignalPause)
}

func (r *run) mayPause(workflow.Context, gennaker.Command) error {
	switch {
	case r.top.ending:
		return r.over()
	case r.gate.Closed():
		return fmt.Errorf("execution %s: %w: %s has paused it already", r.e.ID, gennaker.ErrInvalid, r.e.Pause.User)
	}
	return nil
}

func (r *run) resume(ctx workflow.Context, c gennaker.Command) (gennaker.Status, error) {
	r.e.Pause = nil
	r.gate.Open(ctx)
	r.wake()
	return gennaker.Running, r.tellOperations(ctx, gennaker.SignalResume)
}

func (r *run) mayResume(workflow.Context, gennaker.Command) error {
	switch {
	case r.top.ending:
		return r.over()
	case !r.gate.Closed():
		return fmt.Errorf("execution %s: %w: it is not paused", r.e.ID, gennaker.ErrInvalid)
	}
	return nil
}

// tellOperations signals the cluster operations of this execution. One that
// has just ended cannot hear it, which is as good.
func (r *run) tellOperations(ctx workflow.Context, signal string) error {
	var sent []workflow.Future
	for _, s := range r.e.Stages {
		for _, id := range s.Operations {
			sent = append(sent, workflow.SignalExternalWorkflow(ctx, id, "", signal, nil))
		}
	}
	for _, f := range sent {
		if err := f.Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Info("cluster operation has ended", "signal", signal, "error", err)
		}
	}
	return nil
}

func (r *run) skip(ctx workflow.Context, k gennaker.Skip) (gennaker.StageExecution, error) {
	s, err := k.Check(&r.e)
	if err != nil {
		return gennaker.StageExecution{}, err
	}
	k.At = workflow.Now(ctx).UTC()
	s.Skips = append(s.Skips, k)
	s.Skippable = false // once is enough
	r.wake()
	return *s, nil
}

func (r *run) maySkip(_ workflow.Context, k gennaker.Skip) error {
	if r.top.ending {
		return r.over()
	}
	_, err := k.Check(&r.e)
	return err
}

func (r *run) restart(ctx workflow.Context, c gennaker.Restart) (gennaker.StageExecution, error) {
	c.At = workflow.Now(ctx).UTC()
	s, err := r.e.Rewind(c)
	if err != nil {
		return gennaker.StageExecution{}, err
	}
	r.wake()
	return *s, nil
}

func (r *run) mayRestart(_ workflow.Context, c gennaker.Restart) error {
	if r.top.ending {
		return r.over()
	}
	trial := r.e
	trial.Stages = append([]gennaker.StageExecution(nil), r.e.Stages...)
	_, err := trial.Rewind(c)
	return err
}
