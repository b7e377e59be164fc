package stages

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// settle makes every place as the plan says. What grows comes first, all of it
// at the same time; what shrinks comes after, one by one, as far as the floor
// allows it. Whenever a place fails, the rest is planned anew without it.
func (p *placing) settle(ctx workflow.Context) error {
	for {
		if err := p.share(); err != nil {
			return err
		}
		if growing := p.growing(); len(growing) > 0 {
			if err := p.together(ctx, growing); err != nil {
				return err
			}
			continue
		}
		at := slices.IndexFunc(p.places, func(one *place) bool { return !one.done })
		if at < 0 {
			return nil
		}
		if err := p.shrink(ctx, p.places[at]); err != nil {
			return err
		}
	}
}

// share decides how many instances each place gets.
func (p *placing) share() error {
	var targets []gennaker.Target
	for _, one := range p.places {
		targets = append(targets, one.Target)
	}
	shares, err := gennaker.Place(p.Capacity, p.MaxShare, targets)
	if err != nil {
		return err
	}
	var texts []string
	changed := false
	for i, one := range p.places {
		if one.goal.Reason == "" || one.goal.Instances != shares[i].Instances {
			one.done = one.goal.Reason == "" && shares[i].Instances == 0 && one.Serving == 0
			changed = true
		}
		one.goal = shares[i]
		texts = append(texts, fmt.Sprintf("%d in %s (%s)", shares[i].Instances, one.Cluster, shares[i].Reason))
	}
	if changed {
		p.decide("%s", strings.Join(texts, ", "))
		p.in.Changed()
	}
	return nil
}

// growing are the places that shall have no fewer instances than they have.
func (p *placing) growing() []*place {
	var list []*place
	for _, one := range p.places {
		if !one.done && one.goal.Instances > 0 && (one.made != nil || one.goal.Instances >= one.Serving) {
			list = append(list, one)
		}
	}
	return list
}

// together fills places at the same time.
func (p *placing) together(ctx workflow.Context, list []*place) error {
	group := workflow.NewWaitGroup(ctx)
	for _, one := range list {
		group.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer group.Done()
			p.fill(ctx, one)
		})
	}
	group.Wait(ctx)
	return ctx.Err()
}

// fill gives a place what it shall have: a new server group, or more of the one
// that it got before.
func (p *placing) fill(ctx workflow.Context, one *place) {
	n := one.goal.Instances
	capacity := map[string]any{"min": n, "desired": n, "max": n}
	op := one.deploy
	if one.made != nil {
		op.Kind, op.ServerGroup, op.Config = gennaker.OpResize, one.made.ServerGroup, map[string]any{"capacity": capacity}
	} else {
		op.Config = maps.Clone(op.Config)
		op.Config["capacity"] = capacity
	}
	done, err := ops.ChangeCluster(ctx, op, p.in)
	switch {
	case ctx.Err() != nil:
	case err != nil && n > one.has && one.has > 0: // it keeps what it has
		one.Quota = &one.has
		p.decide("%s cannot have more than %d: %s", one.Cluster, one.has, err)
	case err != nil:
		p.fall(one, err.Error())
	default:
		one.done, one.has = true, n
		if one.made == nil {
			one.made = &done
		}
		p.in.State.Warnings = append(p.in.State.Warnings, done.Warnings...)
	}
}

// shrink gives a place fewer instances than it has, or none, if so many are in
// service elsewhere that the floor holds.
func (p *placing) shrink(ctx workflow.Context, one *place) error {
	serving, err := p.serving(ctx)
	if err != nil || p.stale() {
		return err
	}
	if err := p.mayShrink(one, serving); err != nil {
		return err
	}
	if one.goal.Instances > 0 {
		p.fill(ctx, one)
		return ctx.Err()
	}
	one.done, one.has = true, 0
	if err := p.clear(ctx, one); err != nil && ctx.Err() == nil {
		p.in.State.Warnings = append(p.in.State.Warnings, fmt.Sprintf("%s was to have no instances: %s", one.Cluster, err))
	}
	return ctx.Err()
}

// stale reports whether a place has fallen ill since it was planned.
func (p *placing) stale() bool {
	return slices.ContainsFunc(p.places, func(one *place) bool { return one.Ill != "" && one.goal.Instances > 0 })
}

// mayShrink is ErrGuarded if too few would be in service.
func (p *placing) mayShrink(one *place, serving []int) error {
	left := one.goal.Instances
	for i, other := range p.places {
		if other != one {
			left += serving[i]
		}
	}
	if left < p.floor {
		return fmt.Errorf("shrink %s to %d: %w: %d instances would be in service everywhere, and the floor is %d",
			one.Cluster, one.goal.Instances, gennaker.ErrGuarded, left, p.floor)
	}
	return nil
}

// clear takes all of a place's server groups out of traffic, and then their
// instances away.
func (p *placing) clear(ctx workflow.Context, one *place) error {
	if one.lost {
		return errors.New(one.Ill)
	}
	p.decide("%s gives up what it had", one.Cluster)
	op := one.deploy
	for _, step := range []struct{ kind, keep string }{
		{gennaker.OpDisableCluster, "remainingEnabledServerGroups"},
		{gennaker.OpScaleDown, "remainingFullSizeServerGroups"},
	} {
		op.Kind = step.kind
		op.Config = map[string]any{step.keep: 0, "allowLastServerGroup": true, "continueIfClusterNotFound": true}
		if _, err := ops.ChangeCluster(ctx, op, p.in); err != nil {
			return err
		}
	}
	return nil
}
