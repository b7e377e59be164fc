package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// restartParent restarts the stage that started this execution, if this is a
// finished execution that goes on at one of its stages: the parent ended as
// this one had (Spinnaker's rule). Nobody waits for it, but for the end.
func (r *run) restartParent(ctx workflow.Context, in gennaker.Start) {
	parent := r.e.Trigger.Parent
	if parent == nil || in.Restarted == nil {
		return
	}
	r.telling++
	outlive, _ := workflow.NewDisconnectedContext(gate.With(ctx, &gate.Gate{}))
	workflow.GoNamed(outlive, "restart parent", func(ctx workflow.Context) {
		token := gennaker.Token("restart parent", workflow.GetInfo(ctx).FirstRunID)
		if err := ops.RestartParent(ctx, *parent, in.Restarted.User, token); err != nil {
			r.notice(ctx, fmt.Sprintf("execution %s, which started this one, was not restarted: %s", parent.Execution, bounded(err)))
		}
		r.telling--
	})
}
