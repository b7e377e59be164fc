package memory

import (
	"context"
	"slices"

	"github.com/gennaker/gennaker"
)

func (c *Cloud) StopServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("StopServerGroup", ref, func(g *group) { g.stopped = true })
}

func (c *Cloud) StartServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("StartServerGroup", ref, func(g *group) { g.stopped = false })
}

func (c *Cloud) AttachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error {
	return c.change("AttachLoadBalancers", l.ServerGroupRef, func(g *group) {
		for _, name := range l.LoadBalancers {
			if !slices.Contains(g.LoadBalancers, name) {
				g.LoadBalancers = append(slices.Clone(g.LoadBalancers), name)
			}
		}
	})
}

func (c *Cloud) DetachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error {
	return c.change("DetachLoadBalancers", l.ServerGroupRef, func(g *group) {
		g.LoadBalancers = slices.DeleteFunc(slices.Clone(g.LoadBalancers), func(name string) bool { return slices.Contains(l.LoadBalancers, name) })
	})
}
