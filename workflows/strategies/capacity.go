package strategies

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// size finds the source, and decides how big the new server group is made and
// how big it will be.
func (d *Deployment) size(ctx workflow.Context) error {
	if err := d.findSource(ctx); err != nil {
		return err
	}
	like := d.Source
	if d.elsewhere != nil {
		like = d.elsewhere
	}
	d.Wanted = d.Config.capacity()
	if Table[d.Config.Strategy].Rolls {
		if like != nil && like.Capacity.Desired > 0 {
			d.Wanted = like.Capacity
		}
		return nil // it is made empty
	}
	if Table[d.Config.Strategy].InPlace {
		return nil // it is as big as it is
	}
	if d.usesSource() && like != nil {
		d.Wanted = like.Capacity
	}
	if d.usesSource() && like == nil && !d.Config.PreferSource {
		return fmt.Errorf("useSourceCapacity: %w: cluster %s has no server group to be as big as; preferSourceCapacity takes capacity then",
			gennaker.ErrNotFound, d.op.Cluster)
	}
	d.New.Capacity = d.Wanted
	if d.usesSource() && like != nil {
		d.New.Capacity.Min = d.Wanted.Desired
	}
	return nil
}

func (d *Deployment) usesSource() bool { return d.Config.UseSource || d.Config.Source.UseCapacity }

// findSource is the server group that the document names, or else the newest
// that is enabled, or else the newest. Of one in another place only the size
// counts: the traffic is that of a server group of this cluster.
func (d *Deployment) findSource(ctx workflow.Context) (err error) {
	s, here := d.Config.Source, d.op.Cluster
	name := cmp.Or(s.ServerGroup, s.Asg)
	there := gennaker.ClusterRef{Location: gennaker.In(cmp.Or(s.Account, here.Account), cmp.Or(s.Region, here.Region)), Name: here.Name}
	if there != here {
		if name != "" {
			there.Name = gennaker.ParseMoniker(name).Cluster()
		}
		groups, err := ops.Cluster(ctx, there)
		if err != nil {
			return fmt.Errorf("source in %s: %w", there, err)
		}
		if d.elsewhere, err = chosen(groups, name, there); err != nil {
			return err
		}
		name = ""
	}
	d.Source, err = chosen(d.Old, name, here)
	return err
}

// chosen is the server group of that name, or else the newest that is enabled,
// or else the newest; nil if there is none.
func chosen(groups []gennaker.ServerGroup, name string, of gennaker.ClusterRef) (*gennaker.ServerGroup, error) {
	if name != "" {
		if g := find(groups, name); g != nil {
			return g, nil
		}
		return nil, fmt.Errorf("source %s: %w in cluster %s", name, gennaker.ErrNotFound, of)
	}
	var best *gennaker.ServerGroup
	for i := range groups {
		if groups[i].Enabled || best == nil || !best.Enabled {
			best = &groups[i]
		}
	}
	return best, nil
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
	return unlessGone(ops.Resize(ctx, d.Source.Ref(), to))
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
