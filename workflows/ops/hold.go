package ops

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// Hold keeps others from changing clusters while the caller does, until it
// calls release. If somebody else is changing one, it waits until they are
// done. The operations, of kind OpHold, are of one cluster each; these are taken
// in the order of their names, so that no two wait for each other.
func Hold(ctx workflow.Context, list []gennaker.Operation, o Observer) (release func(), err error) {
	list = slices.Clone(list)
	id := func(op gennaker.Operation) string { return op.Cluster.WorkflowID() }
	slices.SortFunc(list, func(a, b gennaker.Operation) int { return strings.Compare(id(a), id(b)) })
	list = slices.CompactFunc(list, func(a, b gennaker.Operation) bool { return id(a) == id(b) })
	var held []func()
	release = func() {
		for _, one := range held {
			one()
		}
	}
	for _, op := range list {
		err := inTurn(ctx, op, o, func(op gennaker.Operation) error {
			one, err := hold(ctx, op)
			if err == nil {
				held = append(held, one)
			}
			return err
		})
		if err != nil {
			release()
			return func() {}, err
		}
	}
	return release, nil
}

// hold takes one cluster. It is held until it is released, even if the caller is
// cancelled: that may have things to put right.
func hold(ctx workflow.Context, op gennaker.Operation) (release func(), err error) {
	op.TimeoutMillis = 0
	outlives, cancel := workflow.NewDisconnectedContext(ctx)
	child, err := begin(outlives, op)
	if err != nil {
		cancel()
		return nil, err
	}
	return func() {
		cancel()
		_ = child.Get(outlives, nil) // its end is all that counts
		remember(ctx, op.Cluster)
	}, nil
}
