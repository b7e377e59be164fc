package google

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"
)

// A group tells its target pools to the instances that it makes; those that
// are there already are put in and taken out one by one. A pool takes one
// change at a time, and other groups may be at it.

// enterPools puts a group into the target pools of load balancers.
func (c *Cloud) enterPools(ctx context.Context, g group, balancers []string) error {
	pools, err := c.poolsOf(ctx, balancers, g.at().region)
	if err != nil {
		return err
	}
	if err := c.tellPools(ctx, g, pools); err != nil {
		return err
	}
	members, err := c.membersOf(ctx, []group{g})
	if err != nil {
		return err
	}
	for _, pool := range pools {
		if err := insist(ctx, func() error { return c.enterPool(ctx, pool, members[g.url()]) }); err != nil {
			return fmt.Errorf("enter target pool %s: %w", last(pool), err)
		}
	}
	return nil
}

// leavePools takes a group out of its target pools; also its instances out of
// those that it has left and they have not.
func (c *Cloud) leavePools(ctx context.Context, g group) error {
	pools := slices.Clone(g.TargetPools)
	if network := remembered(g.template).Network; len(network) > 0 {
		more, err := c.poolsOf(ctx, network, g.at().region)
		if err != nil {
			return err
		}
		pools = append(pools, more...)
	}
	if len(pools) == 0 {
		return nil
	}
	if err := c.tellPools(ctx, g, []string{}); err != nil {
		return err
	}
	slices.Sort(pools)
	for _, pool := range slices.Compact(pools) {
		if err := insist(ctx, func() error { return c.leavePool(ctx, pool, g) }); err != nil {
			return fmt.Errorf("leave target pool %s: %w", last(pool), err)
		}
	}
	return nil
}

// poolsOf are the target pools of load balancers, by URL.
func (c *Cloud) poolsOf(ctx context.Context, balancers []string, region string) ([]string, error) {
	fronts, err := c.frontends(ctx)
	if err != nil {
		return nil, err
	}
	var pools []string
	for _, f := range fronts {
		if f.pool != "" && f.region == region && slices.Contains(balancers, f.name) {
			pools = append(pools, f.pool)
		}
	}
	return pools, nil
}

// tellPools says which target pools a group's new instances get into.
func (c *Cloud) tellPools(ctx context.Context, g group, pools []string) error {
	err := insist(ctx, func() error {
		m, err := c.manager(ctx, g.at(), g.Name)
		if err != nil || equal(m.TargetPools, pools) {
			return err
		}
		return c.setPools(ctx, g.at(), g.Name, m.Fingerprint, pools)
	})
	if err != nil {
		return fmt.Errorf("set its target pools: %w", err)
	}
	return nil
}

// equal reports whether two lists of URLs mean the same things.
func equal(a, b []string) bool {
	var lists [2][]string
	for i, list := range [][]string{a, b} {
		for _, url := range list {
			lists[i] = append(lists[i], relative(url))
		}
		slices.Sort(lists[i])
	}
	return slices.Equal(lists[0], lists[1])
}

func (c *Cloud) pool(ctx context.Context, url string) (*compute.TargetPool, string, error) {
	region, name, _ := strings.Cut(after(url, "/regions/"), "/targetPools/")
	p, err := c.api.TargetPools.Get(c.Project, region, name).Context(ctx).Do()
	return p, region, kinded(err)
}

// enterPool puts instances into a target pool that are not in it yet.
func (c *Cloud) enterPool(ctx context.Context, url string, members []member) error {
	p, region, err := c.pool(ctx, url)
	if err != nil {
		return err
	}
	var missing []*compute.InstanceReference
	for _, m := range members {
		if m.instance != nil && !m.going() && !slices.ContainsFunc(p.Instances, func(i string) bool { return relative(i) == m.url }) {
			missing = append(missing, &compute.InstanceReference{Instance: m.instance.SelfLink})
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return c.end(ctx)(c.api.TargetPools.AddInstance(c.Project, region, p.Name, &compute.TargetPoolsAddInstanceRequest{Instances: missing}).
		RequestId(anyID()).Context(ctx).Do())
}

// leavePool takes a group's instances out of a target pool.
func (c *Cloud) leavePool(ctx context.Context, url string, g group) error {
	p, region, err := c.pool(ctx, url)
	if err != nil {
		return gone(err)
	}
	var ours []*compute.InstanceReference
	for _, i := range p.Instances {
		if strings.HasPrefix(last(i), g.BaseInstanceName+"-") && !strings.Contains(last(i)[len(g.BaseInstanceName)+1:], "-") {
			ours = append(ours, &compute.InstanceReference{Instance: i})
		}
	}
	if len(ours) == 0 {
		return nil
	}
	return c.end(ctx)(c.api.TargetPools.RemoveInstance(c.Project, region, p.Name, &compute.TargetPoolsRemoveInstanceRequest{Instances: ours}).
		RequestId(anyID()).Context(ctx).Do())
}
