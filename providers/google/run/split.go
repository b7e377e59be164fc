package run

import (
	"context"
	"fmt"

	"github.com/gennaker/gennaker"
)

// GetTraffic returns the percentages that are in effect.
func (c *Cloud) GetTraffic(ctx context.Context, ref gennaker.ClusterRef) (map[string]int, error) {
	err := c.in(ref.Region, gennaker.ErrNotFound)
	var s cluster
	if err == nil {
		s, err = c.get(ctx, c.place(ref.Region)+"/services/"+ref.Name)
	}
	if err == nil {
		err = s.isOurs()
	}
	if err != nil {
		return nil, fmt.Errorf("cloudrun: traffic of %s: %w", ref.Name, err)
	}
	percents := map[string]int{}
	for name := range s.records {
		if percent := s.served(name); percent > 0 {
			percents[name] = percent
		}
	}
	return percents, nil
}

// SplitTraffic writes the percentages as the service's traffic. Cloud Run moves
// none until all revisions that shall have some are ready.
func (c *Cloud) SplitTraffic(ctx context.Context, q gennaker.SplitTraffic) error {
	err := q.Check()
	if err == nil {
		err = c.in(q.Region, gennaker.ErrNotFound)
	}
	if err == nil {
		err = c.rewrite(ctx, c.place(q.Region)+"/services/"+q.Name, func(s cluster, enabled map[string]bool) error {
			clear(enabled)
			return s.share(q.Percents, enabled)
		})
	}
	if err != nil {
		return fmt.Errorf("cloudrun: split the traffic of %s: %w", q.Name, err)
	}
	return nil
}

// share notes the percentages of server groups, and enables those that have
// some.
func (c cluster) share(percents map[string]int, enabled map[string]bool) error {
	for _, name := range gennaker.SortedKeys(percents) {
		r, err := c.find(name)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case percents[name] == 0:
			continue
		case r.Desired == 0:
			return fmt.Errorf("%s: %w: it wants no instances: resize it first", name, gennaker.ErrInvalid)
		}
		r.Share, r.Out = percents[name], 0
		c.records[name] = r
		enabled[name] = true
	}
	return nil
}

// isOurs is ErrNotFound if no server group of ours is in the service.
func (c cluster) isOurs() error {
	if len(c.records) == 0 || c.DeleteTime != "" {
		return fmt.Errorf("%w: service %s has no server groups of Gennaker's", gennaker.ErrNotFound, last(c.Name))
	}
	return nil
}
