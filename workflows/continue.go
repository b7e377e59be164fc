package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// mustLeave is how many events a history may have before no more stages start
// in it. Where Temporal suggests it, at 4,096 by default, the execution is
// already continued as soon as nothing but waiting stages run.
const mustLeave = 8000

// considerLeaving decides whether the execution goes on in a new history.
// Stages that only wait are left, to be begun again there; for others it
// waits, starting nothing new once the history is long.
func (r *run) considerLeaving(ctx workflow.Context) {
	g := r.top
	info := workflow.GetInfo(ctx)
	long := info.GetCurrentHistoryLength() > mustLeave
	if g.ending {
		return
	}
	r.leaving = r.leaving || long || (info.GetContinueAsNewSuggested() && g.onlyWaits())
	if !r.leaving {
		return
	}
	for _, n := range g.nodes {
		if n.leave != nil && n.idle {
			n.leave()
		}
	}
}

// onlyWaits reports whether everything that runs may be left in the middle.
func (g *graph) onlyWaits() bool {
	for _, n := range g.nodes {
		if n.leave != nil && !n.idle {
			return false
		}
	}
	return true
}

// goOn continues the execution in a new history. People see one execution.
func (r *run) goOn(ctx workflow.Context, in gennaker.Start) (gennaker.Execution, error) {
	if err := r.settle(ctx); err != nil {
		return r.e, err
	}
	r.hearAll(ctx)
	if r.top.ending {
		return r.finish(ctx, outcome(r.e, r.pipeline))
	}
	in.Carried, in.Restarted = nil, nil
	in.Trigger, in.Continued = gennaker.Trigger{}, &r.e
	return r.e, workflow.NewContinueAsNewError(ctx, gennaker.ExecutionWorkflow, in)
}
