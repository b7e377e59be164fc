package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/operations"
	"github.com/gennaker/gennaker/workflows/ops"
)

// ClusterOperation changes one cluster. Its id is the cluster's, so that it is
// the only writer.
func ClusterOperation(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	g := &gate.Gate{}
	ctx = ops.Changed(ops.JudgedBy(gate.With(ctx, g), op.Health), op.Changed)
	workflow.GoNamed(ctx, "pause", func(ctx workflow.Context) { obey(ctx, g) })
	operate, ok := operations.Table[op.Kind]
	if !ok {
		return gennaker.Change{}, ops.Close(fmt.Errorf("operation %q: %w: there is no such kind", op.Kind, gennaker.ErrInvalid))
	}
	limit := time.Duration(op.TimeoutMillis) * time.Millisecond
	if op.Kind == gennaker.OpDeploy || op.Kind == gennaker.OpClone {
		limit = 0 // it keeps its own, and rolls back when it is over
	}
	var change gennaker.Change
	err := gate.Limit(ctx, limit, func(ctx workflow.Context) (err error) {
		change, err = operate(ctx, op)
		return err
	})
	return change, ops.Close(err)
}

// obey closes and opens the gate as the execution says.
func obey(ctx workflow.Context, g *gate.Gate) {
	pause := workflow.GetSignalChannel(ctx, gennaker.SignalPause)
	resume := workflow.GetSignalChannel(ctx, gennaker.SignalResume)
	for {
		selector := workflow.NewSelector(ctx)
		selector.AddReceive(pause, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil); g.Close(ctx) })
		selector.AddReceive(resume, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil); g.Open(ctx) })
		selector.Select(ctx)
	}
}

// TagImage puts tags on an image, which is named by its id or its name.
func TagImage(ctx workflow.Context, t gennaker.TagImage) (gennaker.Image, error) {
	image, err := ops.FindImage(ctx, t.Location, t.ID)
	if err != nil {
		return image, ops.Close(err)
	}
	t.ID = image.ID
	return image, ops.Close(ops.TagImage(ctx, t))
}

// Inventory reads what accounts hold.
func Inventory(ctx workflow.Context, q gennaker.InventoryQuery) (gennaker.Inventory, error) {
	inventory, err := ops.Inventory(ctx, q)
	return inventory, ops.Close(err)
}
