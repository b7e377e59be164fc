package ops

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// StopKeeping takes all instances of a server group away and waits until they
// are gone, refused as ErrGuarded if fewer than that many instances of the
// cluster would be in service then.
func StopKeeping(ctx workflow.Context, ref gennaker.ServerGroupRef, keep int) error {
	d := gennaker.Departure{ServerGroupRef: ref, Keep: keep, Health: health(ctx), Changed: changedAt(ctx)}
	if err := change(ctx, "stop "+ref.Name, groups.StopServerGroup, d, nil); err != nil {
		return err
	}
	none := 0
	return await(ctx, activities.Until{ServerGroupRef: ref, Total: &none}, idleLimit, ref.Name+" has no instances")
}

// Start gives a server group its instances back.
func Start(ctx workflow.Context, ref gennaker.ServerGroupRef) error {
	return change(ctx, "start "+ref.Name, groups.StartServerGroup, ref, nil)
}

// Attach puts load balancers before a server group.
func Attach(ctx workflow.Context, l gennaker.LoadBalancersOf) error {
	return change(ctx, "put "+strings.Join(l.LoadBalancers, ", ")+" before "+l.Name, groups.AttachLoadBalancers, l, nil)
}

// Detach takes load balancers from a server group.
func Detach(ctx workflow.Context, l gennaker.LoadBalancersOf) error {
	return change(ctx, "take "+strings.Join(l.LoadBalancers, ", ")+" from "+l.Name, groups.DetachLoadBalancers, l, nil)
}
