package strategies

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// size finds the source, and decides how big the new server group is made and
// how big it will be.
func (d *Deployment) size() error {
	if err := d.findSource(); err != nil {
		return err
	}
	d.Wanted = d.Config.capacity()
	if Table[d.Config.Strategy].Rolls {
		if d.Source != nil && d.Source.Capacity.Desired > 0 {
			d.Wanted = d.Source.Capacity
		}
		return nil // it is made empty
	}
	if Table[d.Config.Strategy].InPlace {
		return nil // it is as big as it is
	}
	if d.usesSource() && d.Source != nil {
		d.Wanted = d.Source.Capacity
	}
	if d.usesSource() && d.Source == nil && !d.Config.PreferSource {
		return fmt.Errorf("useSourceCapacity: %w: cluster %s has no server group to be as big as; preferSourceCapacity takes capacity then",
			gennaker.ErrNotFound, d.op.Cluster)
	}
	d.New.Capacity = d.Wanted
	if d.usesSource() && d.Source != nil {
		d.New.Capacity.Min = d.Wanted.Desired
	}
	return nil
}

func (d *Deployment) usesSource() bool { return d.Config.UseSource || d.Config.Source.UseCapacity }

// findSource is the server group that the document names, or else the newest
// that is enabled, or else the newest.
func (d *Deployment) findSource() error {
	name := d.Config.Source.ServerGroup
	if name == "" {
		name = d.Config.Source.Asg
	}
	if name != "" {
		if d.Source = find(d.Old, name); d.Source == nil {
			return fmt.Errorf("source %s: %w in cluster %s", name, gennaker.ErrNotFound, d.op.Cluster)
		}
		return nil
	}
	for i := range d.Old {
		if d.Old[i].Enabled || d.Source == nil || !d.Source.Enabled {
			d.Source = &d.Old[i]
		}
	}
	return nil
}

// unpinNew lets the new server group shrink as far as its source could.
func (d *Deployment) unpinNew(ctx workflow.Context) error {
	if d.New.Capacity.Min <= d.Wanted.Min {
		return nil
	}
	return LowerMinimum(ctx, d.New.Ref(), d.Wanted.Min)
}

// pinSource keeps the source from shrinking while the traffic moves.
func (d *Deployment) pinSource(ctx workflow.Context) error {
	if d.Source == nil || !d.Source.Enabled || d.Source.Capacity.Min == d.Source.Capacity.Desired {
		return nil
	}
	to := d.Source.Capacity
	d.pinned = true
	to.Min = to.Desired
	return ops.Resize(ctx, d.Source.Ref(), to)
}

// unpinSource undoes pinSource.
func (d *Deployment) unpinSource(ctx workflow.Context) error {
	if !d.pinned {
		return nil
	}
	if err := LowerMinimum(ctx, d.Source.Ref(), d.Source.Capacity.Min); err != nil {
		return err
	}
	d.pinned = false
	return nil
}

// LowerMinimum gives a server group a lower min, and leaves the size that it
// has got meanwhile.
func LowerMinimum(ctx workflow.Context, ref gennaker.ServerGroupRef, to int) error {
	now, err := ops.Cluster(ctx, ref.Cluster())
	if err != nil {
		return err
	}
	g := find(now, ref.Name)
	if g == nil || g.Capacity.Min <= to {
		return nil
	}
	lower := g.Capacity
	lower.Min = to
	return ops.Resize(ctx, ref, lower)
}
