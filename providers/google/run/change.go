package run

import (
	"context"

	"github.com/gennaker/gennaker"
)

// Resize sets the capacity: the server group's part of the traffic and of the
// service's instances. A disabled one has it when it is enabled.
func (c *Cloud) Resize(ctx context.Context, q gennaker.ResizeServerGroup) error {
	return c.change(ctx, "resize", q.ServerGroupRef, func(s cluster, _ map[string]bool) error {
		r := s.records[q.Name]
		r.Capacity = q.Capacity
		r.Out = min(r.Out, r.Desired)
		s.records[q.Name] = r
		return q.Capacity.Check()
	})
}

// Enable gives a server group its part of the traffic.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, "enable", ref, func(s cluster, enabled map[string]bool) error {
		r := s.records[ref.Name]
		r.Out = 0
		s.records[ref.Name] = r
		enabled[ref.Name] = true
		return nil
	})
}

// Disable gives its part of the traffic to the others.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, "disable", ref, func(_ cluster, enabled map[string]bool) error {
		enabled[ref.Name] = false
		return nil
	})
}

// DisablePart gives a percentage of its part of the traffic to the others.
func (c *Cloud) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return c.change(ctx, "disable a part of", ref, func(s cluster, _ map[string]bool) error {
		r := s.records[ref.Name]
		r.Out = r.Desired * percent / 100
		s.records[ref.Name] = r
		return nil
	})
}
