package strategies

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// wayBack says what will be done if the deployment does not go well. It is
// known before anything is changed; restore does it as far as the cluster, as
// it is then, still allows.
func (d *Deployment) wayBack() string {
	switch {
	case !Table[d.Config.Strategy].InPlace:
	case len(d.Config.Percentages) > 0:
		return "if it fails or is cancelled: bring the instances of " + d.New.Name + " back, as they were"
	default:
		return "if it fails or is cancelled: stop replacing instances, " + d.New.Name + " stays in service as it is then"
	}
	var steps []string
	for _, g := range d.Old {
		if g.Enabled && !slices.Contains(d.Change.Destroyed, g.Name) {
			steps = append(steps, fmt.Sprintf("enable %s (%d)", g.Name, g.Capacity.Desired))
		}
	}
	canceled := strings.Join(append(steps, "disable and destroy "+d.New.Name), ", ")
	failed := d.New.Name + " stays"
	switch {
	case !d.moving && (d.healthy || !d.Config.Rollback.OnFailure):
	case !d.Config.Rollback.OnFailure:
		if d.takesFromSource() {
			failed = fmt.Sprintf("enable %s (%d), %s", d.Source.Name, d.Source.Capacity.Desired, failed)
		}
	case d.Config.Rollback.DestroyLatest:
		return "if it fails or is cancelled: " + canceled
	default:
		failed = strings.Join(append(steps, "disable "+d.New.Name), ", ")
	}
	return "if it fails: " + failed + "; if it is cancelled: " + canceled
}

// takeBack undoes a deployment that ended with cause. A cancelled one leaves
// the cluster as it was before. A failed one is left as it is, unless the
// document asks for a rollback and the new server group is not healthy; but a
// source that traffic was moving away from gets all of it back.
func takeBack(ctx workflow.Context, d *Deployment, cause error) error {
	canceled := ctx.Err() != nil
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if canceled {
		gate.Of(ctx).Open(ctx) // a pause must not hold up the clean-up
	} else if d.healthy && !d.moving || !d.Config.Rollback.OnFailure {
		return d.release(outlive, d.left(cause))
	}
	if err := restore(outlive, d, canceled || d.Config.Rollback.DestroyLatest); err != nil {
		return stuck(d, cause, err)
	}
	if canceled || d.Change.RolledBack == "" {
		return cause
	}
	if !strings.Contains(cause.Error(), d.New.Name) {
		return fmt.Errorf("%w; %s is rolled back", cause, d.New.Name)
	}
	return fmt.Errorf("%w; rolled back", cause)
}

// stuck says that a deployment could not be taken back, which is news even to
// who has cancelled it: then the error is no cancellation.
func stuck(d *Deployment, cause, err error) error {
	if temporal.IsCanceledError(cause) {
		return fmt.Errorf("cancelled; taking %s back did not work: %w", d.New.Name, err)
	}
	return fmt.Errorf("%w; taking it back did not work either: %s", d.left(cause), err.Error())
}

// left names the new server group in the error of a deployment that leaves it
// behind, so that somebody can look after it.
func (d *Deployment) left(cause error) error {
	switch {
	case strings.Contains(cause.Error(), d.New.Name):
		return cause
	case d.Change.Created:
		return fmt.Errorf("%w; %s is left as it is", cause, d.New.Name)
	case errors.Is(cause, gennaker.ErrUnavailable):
		return fmt.Errorf("%w; %s may have been made", cause, d.New.Name)
	}
	return cause
}

// takesFromSource reports whether there is a source that traffic moves away
// from.
func (d *Deployment) takesFromSource() bool {
	return d.moving && d.Source != nil && d.Source.Enabled
}

// release lets the source shrink again, and gives it back the traffic that was
// moving away from it, after a failure that leaves all else as it is.
func (d *Deployment) release(ctx workflow.Context, cause error) error {
	const version = "the source gets its traffic back" // since when
	if d.takesFromSource() && workflow.GetVersion(ctx, version, workflow.DefaultVersion, 1) == 1 {
		if err := d.giveBack(ctx); err != nil {
			return fmt.Errorf("%w; putting %s back into traffic did not work either: %s", cause, d.Source.Name, err.Error())
		}
		return cause
	}
	if err := d.unpinSource(ctx); err != nil {
		return fmt.Errorf("%w; %s still has the min of its desired instances: %s", cause, d.Source.Name, err.Error())
	}
	return cause
}

// giveBack puts all of the source into traffic as it was.
func (d *Deployment) giveBack(ctx workflow.Context) error {
	now, err := ops.Cluster(ctx, d.New.Ref().Cluster())
	if err != nil {
		return err
	}
	return revive(ctx, *d.Source, find(now, d.Source.Name))
}

// restore puts the old server groups back into traffic as they were, and only
// then takes the new one out.
func restore(ctx workflow.Context, d *Deployment, destroy bool) error {
	now, err := ops.Cluster(ctx, d.New.Ref().Cluster())
	if err != nil {
		return err
	}
	for _, old := range d.Old {
		if err := revive(ctx, old, find(now, old.Name)); err != nil {
			return err
		}
	}
	made := find(now, d.New.Name)
	if made == nil || made.Marks[gennaker.MarkToken] != d.New.Marks[gennaker.MarkToken] {
		return nil // never made, or not ours
	}
	if made.Serves() && !anyServes(d.Old, now) && len(d.Change.Destroyed) > 0 {
		return fmt.Errorf("%s: %w: the server groups before it are destroyed", made.Name, gennaker.ErrGuarded)
	}
	if err := d.dismiss(ctx, made.Ref()); err != nil {
		return err
	}
	d.Change.RolledBack = made.Name
	if !destroy {
		return nil
	}
	return ops.Destroy(ctx, made.Ref())
}

// dismiss takes the new server group out of traffic. If the guard refuses, the
// cloud may not show yet that what was put back is in service: it asks again.
func (d *Deployment) dismiss(ctx workflow.Context, ref gennaker.ServerGroupRef) error {
	const version = "the way back asks the guard again" // since when
	err := ops.DisableKeeping(ctx, ref, d.keep)
	for range 3 {
		if !errors.Is(err, gennaker.ErrGuarded) || workflow.GetVersion(ctx, version, workflow.DefaultVersion, 1) != 1 {
			return err
		}
		if err := gate.Sleep(ctx, 10*time.Second, "for the old server groups to be in service"); err != nil {
			return err
		}
		err = ops.DisableKeeping(ctx, ref, d.keep)
	}
	return err
}

// revive gives a server group the traffic that it had, and no fewer instances.
func revive(ctx workflow.Context, was gennaker.ServerGroup, is *gennaker.ServerGroup) error {
	if is == nil || !was.Enabled {
		return nil
	}
	to := was.Capacity
	if is.Enabled { // it may have grown by itself
		to.Desired = max(to.Desired, min(is.Capacity.Desired, to.Max))
	}
	out := !is.Enabled || is.Count(gennaker.OutOfService)+is.Count(gennaker.Draining) > 0
	if is.Capacity != to {
		if err := ops.Resize(ctx, was.Ref(), to); err != nil {
			return err
		}
	}
	if out {
		if err := ops.Enable(ctx, was.Ref()); err != nil {
			return err
		}
	}
	if is.Capacity == to && !out {
		return nil
	}
	return ops.AwaitUp(ctx, was.Ref(), was.Count(gennaker.Up))
}

func find(groups []gennaker.ServerGroup, name string) *gennaker.ServerGroup {
	for i := range groups {
		if groups[i].Name == name {
			return &groups[i]
		}
	}
	return nil
}

// anyServes reports whether one of the old server groups is still there and
// was serving.
func anyServes(old, now []gennaker.ServerGroup) bool {
	return slices.ContainsFunc(old, func(g gennaker.ServerGroup) bool {
		return g.Serves() && find(now, g.Name) != nil
	})
}
