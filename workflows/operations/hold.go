package operations

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// Hold changes nothing. It keeps others from changing the cluster until it is
// cancelled, by who has asked for it or by the end of that.
func Hold(ctx workflow.Context, _ gennaker.Operation) (gennaker.Change, error) {
	ctx.Done().Receive(ctx, nil)
	return gennaker.Change{}, nil
}
