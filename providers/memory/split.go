package memory

import (
	"context"
	"fmt"

	"github.com/gennaker/gennaker"
)

// GetTraffic shares the traffic among the server groups that serve.
func (c *Cloud) GetTraffic(ctx context.Context, ref gennaker.ClusterRef) (map[string]int, error) {
	var percents map[string]int
	err := c.call(Call{Method: "GetTraffic", Cluster: ref.Name}, func() (err error) {
		parts := map[string]gennaker.TrafficPart{}
		found := false
		for _, g := range c.of(ref) {
			found = true
			if g.seen(c.clock()).Serves() {
				parts[g.Name] = gennaker.TrafficPart{Desired: g.Capacity.Desired, Out: g.Capacity.Desired * g.out / 100, Share: g.share}
			}
		}
		if !found {
			return fmt.Errorf("memory: traffic of %s: %w", ref.Name, gennaker.ErrNotFound)
		}
		percents, err = gennaker.ShareTraffic(parts)
		return err
	})
	return percents, err
}

func (c *Cloud) SplitTraffic(ctx context.Context, s gennaker.SplitTraffic) error {
	return c.call(Call{Method: "SplitTraffic", Cluster: s.Name}, func() error {
		err := s.Check()
		if err == nil {
			err = c.maySplit(s)
		}
		if err != nil {
			return fmt.Errorf("memory: split the traffic of %s: %w", s.Name, err)
		}
		for _, g := range c.of(s.ClusterRef) {
			if g.share = s.Percents[g.Name]; g.share > 0 {
				g.out = 0
			}
			g.Enabled = g.share > 0
		}
		return nil
	})
}

// maySplit starts the server groups that are to have traffic, and says whether
// all can take it.
func (c *Cloud) maySplit(s gennaker.SplitTraffic) error {
	for _, name := range gennaker.SortedKeys(s.Percents) {
		at := c.find(gennaker.ServerGroupRef{Location: s.Location, Name: name})
		switch {
		case at < 0:
			return fmt.Errorf("%s: %w", name, gennaker.ErrNotFound)
		case s.Percents[name] == 0:
			continue
		case c.groups[at].Capacity.Desired == 0:
			return fmt.Errorf("%s: %w: it wants no instances", name, gennaker.ErrInvalid)
		}
		g := c.groups[at]
		g.stopped = false
		g.settle(c.clock())
		if now := g.seen(c.clock()); now.Count(gennaker.Up)+now.Count(gennaker.OutOfService) == 0 {
			return fmt.Errorf("%s: %w: none of its instances can take traffic yet", name, gennaker.ErrUnavailable)
		}
	}
	return nil
}

// of are the server groups of a cluster.
func (c *Cloud) of(ref gennaker.ClusterRef) []*group {
	var list []*group
	for _, g := range c.groups {
		if g.Region == ref.Region && g.Moniker.Cluster() == ref.Name {
			list = append(list, g)
		}
	}
	return list
}
