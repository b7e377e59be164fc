package ops

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// Cluster returns a cluster's server groups, oldest first.
func Cluster(ctx workflow.Context, c gennaker.ClusterRef) ([]gennaker.ServerGroup, error) {
	return look(ctx, reading, c)
}

// Glance is Cluster for who can do without: it gives up after half a minute.
func Glance(ctx workflow.Context, c gennaker.ClusterRef) ([]gennaker.ServerGroup, error) {
	options := reading
	options.ScheduleToCloseTimeout = 30 * time.Second
	return look(ctx, options, c)
}

func look(ctx workflow.Context, options workflow.ActivityOptions, c gennaker.ClusterRef) ([]gennaker.ServerGroup, error) {
	changed := changedAt(ctx)
	if changed.IsZero() {
		changed = recall(ctx, c)
	}
	var list []gennaker.ServerGroup
	err := run(ctx, options, "look at cluster "+c.Name, groups.ListCluster, activities.Look{ClusterRef: c, Changed: changed}, &list)
	return list, err
}

// Create makes a server group.
func Create(ctx workflow.Context, c gennaker.CreateServerGroup) error {
	summary := fmt.Sprintf("create %s with %d instances", c.Name, c.Capacity.Desired)
	return change(ctx, summary, groups.CreateServerGroup, c, nil)
}

// Resize sets the capacity of a server group.
func Resize(ctx workflow.Context, ref gennaker.ServerGroupRef, to gennaker.Capacity) error {
	r := activities.Resize{ResizeServerGroup: gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: to}, Changed: changedAt(ctx)}
	return change(ctx, fmt.Sprintf("resize %s to %s", ref.Name, to), groups.ResizeServerGroup, r, nil)
}

// ResizeKeeping is Resize, refused as ErrGuarded if fewer than that many
// instances of the cluster would be in service then.
func ResizeKeeping(ctx workflow.Context, ref gennaker.ServerGroupRef, to gennaker.Capacity, keep int) error {
	r := activities.Resize{ResizeServerGroup: gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: to}, Keep: keep, Health: health(ctx), Changed: changedAt(ctx)}
	return change(ctx, fmt.Sprintf("resize %s to %s", ref.Name, to), groups.ResizeServerGroup, r, nil)
}

// Enable puts a server group into traffic.
func Enable(ctx workflow.Context, ref gennaker.ServerGroupRef) error {
	e := activities.Enable{ServerGroupRef: ref, Changed: changedAt(ctx)}
	return change(ctx, "enable "+ref.Name, groups.EnableServerGroup, e, nil)
}

// Disable takes a server group out of traffic and waits until it takes none.
func Disable(ctx workflow.Context, ref gennaker.ServerGroupRef) error {
	return DisableKeeping(ctx, ref, 0)
}

// DisableKeeping is Disable, refused as ErrGuarded if fewer than that many
// instances of the cluster would be in service then.
func DisableKeeping(ctx workflow.Context, ref gennaker.ServerGroupRef, keep int) error {
	d := gennaker.Departure{ServerGroupRef: ref, Keep: keep, Health: health(ctx), Changed: changedAt(ctx)}
	if err := change(ctx, "disable "+ref.Name, groups.DisableServerGroup, d, nil); err != nil {
		return err
	}
	return await(ctx, activities.Until{ServerGroupRef: ref, Idle: true}, idleLimit, ref.Name+" takes no more traffic")
}

// DisablePart takes that percent of a server group's instances out of traffic,
// refused like DisableKeeping. A cloud that cannot leaves them in.
func DisablePart(ctx workflow.Context, ref gennaker.ServerGroupRef, percent, keep int) error {
	d := gennaker.Departure{ServerGroupRef: ref, Percent: percent, Keep: keep, Health: health(ctx), Changed: changedAt(ctx)}
	return change(ctx, fmt.Sprintf("disable %d %% of %s", percent, ref.Name), groups.DisableServerGroup, d, nil)
}

// Destroy removes a server group and waits until it is gone. It may be gone
// already.
func Destroy(ctx workflow.Context, ref gennaker.ServerGroupRef) error {
	return DestroyKeeping(ctx, ref, 0)
}

// DestroyKeeping is Destroy, refused like DisableKeeping.
func DestroyKeeping(ctx workflow.Context, ref gennaker.ServerGroupRef, keep int) error {
	d := gennaker.Departure{ServerGroupRef: ref, Keep: keep, Health: health(ctx), Changed: changedAt(ctx)}
	if err := change(ctx, "destroy "+ref.Name, groups.DestroyServerGroup, d, nil); err != nil {
		return err
	}
	return await(ctx, activities.Until{ServerGroupRef: ref, Gone: true}, idleLimit, ref.Name+" is gone")
}

// How long the cloud may take; Spinnaker's limits.
const (
	idleLimit   = 30 * time.Minute
	HealthLimit = 2 * time.Hour
)

// AwaitUp waits until that many instances are up.
func AwaitUp(ctx workflow.Context, ref gennaker.ServerGroupRef, up int) error {
	u := activities.Until{ServerGroupRef: ref, Up: up}
	return await(ctx, u, HealthLimit, fmt.Sprintf("%s has %d healthy instances", ref.Name, up))
}

// AwaitReady waits until that many instances of a server group without traffic
// could take it.
func AwaitReady(ctx workflow.Context, ref gennaker.ServerGroupRef, ready int) error {
	u := activities.Until{ServerGroupRef: ref, Up: ready, Ready: true}
	return await(ctx, u, HealthLimit, fmt.Sprintf("%s has %d instances that are ready", ref.Name, ready))
}

// AwaitCapacity waits until there are exactly that many instances and, if the
// server group takes traffic, all are up.
func AwaitCapacity(ctx workflow.Context, ref gennaker.ServerGroupRef, total int, enabled bool) error {
	u := activities.Until{ServerGroupRef: ref, Total: &total}
	if enabled {
		u.Up = total
	}
	return await(ctx, u, HealthLimit, fmt.Sprintf("%s has %d instances", ref.Name, total))
}

func await(ctx workflow.Context, u activities.Until, limit time.Duration, what string) error {
	options := waiting
	options.ScheduleToCloseTimeout = limit
	u.Health, u.Changed = health(ctx), changedAt(ctx)
	return run(ctx, options, "wait until "+what, groups.AwaitServerGroup, u, nil)
}

// inventoryLimit is enough for thousands of server groups of a cloud that
// throttles.
const inventoryLimit = 10 * time.Minute

// Inventory reads what accounts hold.
func Inventory(ctx workflow.Context, q gennaker.InventoryQuery) (gennaker.Inventory, error) {
	var inventory gennaker.Inventory
	options := reading
	options.StartToCloseTimeout = inventoryLimit
	options.ScheduleToCloseTimeout = inventoryLimit
	err := run(ctx, options, "read the accounts", groups.Inventory, q, &inventory)
	return inventory, err
}
