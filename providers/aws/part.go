package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/gennaker/gennaker"
)

// DisablePart takes a part of the instances out of all load balancers and puts
// the others behind them. What Auto Scaling launches meanwhile takes traffic.
func (c *Cloud) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return c.change("disable a part of", ref, func(r *region) error {
		g, err := r.living(ctx, ref.Name)
		if err != nil {
			return err
		}
		ids, err := r.leaving(ctx, g)
		if err != nil {
			return err
		}
		out := len(ids) * percent / 100
		if err := r.register(ctx, g, ids[out:]); err != nil {
			return err
		}
		return r.deregister(ctx, g, ids[:out])
	})
}

// leaving are the instances in the order in which they leave the traffic:
// first those that are out of it, so that a repeat moves none.
func (r *region) leaving(ctx context.Context, g types.AutoScalingGroup) ([]string, error) {
	balanced, err := r.balanced(ctx, []types.AutoScalingGroup{g})
	if err != nil {
		return nil, err
	}
	ids := serving(g)
	slices.Sort(ids)
	in := func(id string) int {
		if balanced.has(g, id, gennaker.Up, gennaker.Starting, gennaker.Down) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(ids, func(a, b string) int { return in(a) - in(b) })
	return ids, nil
}
