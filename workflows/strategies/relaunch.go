package strategies

import (
	"fmt"
	"reflect"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// relaunch ends the instances of the source in batches, where the cloud cannot
// replace them itself. It makes others of the same spec in their place, so the
// document must not ask for another.
func (d *Deployment) relaunch(ctx workflow.Context, t Termination) error {
	target := *d.Source
	going := t.choose(target.Instances)
	size := t.batch(len(target.Instances))
	if err := d.sameSpec(ctx); err != nil {
		return err
	}
	if size == 0 && len(going) > 0 {
		return fmt.Errorf("%s: %w: it has one instance alone, and nothing would be in service until another is up; give it two first", target.Name, gennaker.ErrGuarded)
	}
	done := 0
	d.halted = func(workflow.Context) (string, error) {
		return fmt.Sprintf("%d of %d instances are replaced", done, len(going)), nil
	}
	for len(going) > 0 {
		batch := going[:min(size, len(going))]
		going = going[len(batch):]
		if err := d.replace(ctx, batch); err != nil {
			return err
		}
		done += len(batch)
		if len(going) == 0 {
			break
		}
		if err := gate.Sleep(ctx, seconds(t.Wait), "before the next instances of "+target.Name+" are replaced"); err != nil {
			return err
		}
	}
	d.Change.Refreshed = true
	return nil
}

// choose lists the ids of those that are replaced, the first ones first.
func (t Termination) choose(instances []gennaker.Instance) []string {
	list := slices.Clone(instances)
	slices.SortStableFunc(list, func(a, b gennaker.Instance) int { return a.Launched.Compare(b.Launched) })
	if t.Order == "newest" {
		slices.Reverse(list)
	}
	var ids []string
	for _, i := range list[:t.count(len(list))] {
		ids = append(ids, i.ID)
	}
	return ids
}

// sameSpec refuses a document that asks for what the instances are not.
func (d *Deployment) sameSpec(ctx workflow.Context) error {
	if len(d.New.Spec) == 0 {
		return nil
	}
	now, err := ops.Spec(ctx, d.Source.Ref())
	if err != nil {
		return err
	}
	for _, field := range gennaker.SortedKeys(d.New.Spec) {
		if !reflect.DeepEqual(d.New.Spec[field], now[field]) {
			return fmt.Errorf("%s: %w: account %s cannot change the %s of a server group in place, only start its instances anew; choose another strategy",
				d.Source.Name, gennaker.ErrInvalid, d.Source.Account, field)
		}
	}
	return nil
}

// replace ends a batch, if enough others are in service, and waits until as
// many are up again.
func (d *Deployment) replace(ctx workflow.Context, batch []string) error {
	desired := d.Wanted.Desired
	err := d.whenHealthy(ctx, desired, func() error { return d.spare(ctx, batch) })
	if err != nil {
		return err
	}
	t := gennaker.TerminateInstances{InstancesRef: gennaker.InstancesRef{ServerGroupRef: d.Source.Ref(), IDs: batch}}
	if err := ops.Terminate(ctx, t); err != nil {
		return err
	}
	return d.awaitHealthy(ctx, desired)
}

// spare refuses, as ErrGuarded, to let a batch go that is needed.
func (d *Deployment) spare(ctx workflow.Context, batch []string) error {
	now, err := ops.Cluster(ctx, d.op.Cluster)
	if err != nil {
		return err
	}
	up, least := inService(now, d.op.Health), min(d.keep, max(1, d.keep-len(batch)))
	if g := find(now, d.Source.Name); g != nil && g.Enabled {
		for _, i := range g.Instances {
			if i.Health == gennaker.Up && slices.Contains(batch, i.ID) {
				up--
			}
		}
	}
	if up < least {
		return fmt.Errorf("%s: %w: without %v %d instances would be in service, and %d must be", d.Source.Name, gennaker.ErrGuarded, batch, up, least)
	}
	return nil
}
