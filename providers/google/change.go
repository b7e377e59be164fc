package google

import (
	"cmp"
	"context"
	"slices"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// Resize sets the capacity: min and max are the autoscaler's, or are noted if
// there is none. While an autoscaler is on, it alone says how many instances
// there are between them.
func (c *Cloud) Resize(ctx context.Context, q gennaker.ResizeServerGroup) error {
	return c.change(ctx, "resize", q.ServerGroupRef, func(g group) error {
		if err := q.Capacity.Check(); err != nil {
			return err
		}
		if g.scaler != nil {
			if err := c.patchAutoscaler(ctx, g, sized(q.Capacity)); err != nil {
				return err
			}
		} else if err := c.annotate(ctx, g, func(n *note) { n.size(q.Capacity) }); err != nil {
			return err
		}
		if int(g.TargetSize) == q.Capacity.Desired || !slices.Contains([]string{"", scalingOff}, g.mode()) {
			return nil
		}
		return c.resizeManager(ctx, g.at(), g.Name, q.Capacity.Desired)
	})
}

// Disable takes the group out of its backend services and target pools, and
// its autoscaler off; it keeps its instances. Google has them answer what they
// have for as long as the backend services say.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, "disable", ref, func(g group) error {
		_, err := c.leave(ctx, g)
		return err
	})
}

// sameLeaving is for how long a group that was to leave and has not is still
// leaving: after that somebody else has put it back.
const sameLeaving = time.Hour

// leave takes a group out of traffic, and returns what is noted of it then.
func (c *Cloud) leave(ctx context.Context, g group) (note, error) {
	behind, drain, err := c.standing(ctx, g)
	if err != nil {
		return g.note, err
	}
	n := g.note
	now := nowInSeconds()
	if n.Left.IsZero() || len(behind)+len(g.TargetPools) > 0 && now.Sub(n.Left) > sameLeaving {
		n.Left, n.Drain = now, drain
	}
	if mode := g.mode(); mode != "" && mode != scalingOff {
		n.Mode = mode
	}
	if n.String() != g.note.String() {
		if err := c.annotate(ctx, g, func(to *note) { to.Left, to.Drain, to.Mode = n.Left, n.Drain, n.Mode }); err != nil {
			return n, err
		}
	}
	if g.mode() != "" && g.mode() != scalingOff {
		if err := c.patchAutoscaler(ctx, g, compute.AutoscalingPolicy{Mode: scalingOff}); err != nil {
			return n, err
		}
	}
	for _, service := range behind {
		if err := c.leaveService(ctx, g, service); err != nil {
			return n, err
		}
	}
	return n, c.leavePools(ctx, g)
}

// Enable puts the group behind what it was behind: that stands in the metadata
// of its template.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, "enable", ref, func(g group) error {
		was := remembered(g.template)
		for _, service := range was.services(g.at().region) {
			if err := c.joinService(ctx, g, service, was.Policy); err != nil {
				return err
			}
		}
		if len(was.Network) > 0 {
			if err := c.enterPools(ctx, g, was.Network); err != nil {
				return err
			}
		}
		if err := c.scaleAgain(ctx, g); err != nil {
			return err
		}
		if g.note.Left.IsZero() {
			return nil
		}
		return c.annotate(ctx, g, func(n *note) { n.Left, n.Drain, n.Mode = note{}.Left, 0, "" })
	})
}

// scaleAgain turns an autoscaler on that Disable has turned off, or Spinnaker,
// which leaves no note.
func (c *Cloud) scaleAgain(ctx context.Context, g group) error {
	mode := g.note.Mode
	if g.note.Left.IsZero() && remembered(g.template).any() {
		mode = cmp.Or(mode, scalingOn)
	}
	if g.mode() != scalingOff || mode == "" {
		return nil
	}
	return c.patchAutoscaler(ctx, g, compute.AutoscalingPolicy{Mode: mode})
}
