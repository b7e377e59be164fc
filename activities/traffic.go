package activities

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Split asks for the traffic of a cluster that was last Changed then to be
// shared.
type Split struct {
	gennaker.SplitTraffic
	Changed time.Time `json:"changed,omitzero"`
}

// GetTraffic returns the percentages by which the server groups of a cluster
// share its traffic.
func (a *ServerGroups) GetTraffic(ctx context.Context, l Look) (map[string]int, error) {
	var percents map[string]int
	err := a.call(ctx, l.Account, func(ctx context.Context, p providers.ServerGroups) error {
		splits, err := providers.Find[providers.TrafficSplits](a.registry, l.Account)
		if err == nil {
			err = a.settle(ctx, p, l.Changed)
		}
		if err == nil {
			percents, err = splits.GetTraffic(ctx, l.ClusterRef)
		}
		return err
	})
	return percents, err
}

// SplitTraffic has the server groups of a cluster share its traffic by
// percentages.
func (a *ServerGroups) SplitTraffic(ctx context.Context, s Split) error {
	return a.call(ctx, s.Account, func(ctx context.Context, p providers.ServerGroups) error {
		splits, err := providers.Find[providers.TrafficSplits](a.registry, s.Account)
		if err != nil {
			return err
		}
		return a.found(ctx, p, s.Changed, func() error { return splits.SplitTraffic(ctx, s.SplitTraffic) })
	})
}

// AwaitTraffic returns when the traffic is shared so. A cloud that cannot be
// reached is waited for.
func (a *ServerGroups) AwaitTraffic(ctx context.Context, s Split) error {
	return a.call(ctx, s.Account, func(ctx context.Context, p providers.ServerGroups) error {
		splits, err := providers.Find[providers.TrafficSplits](a.registry, s.Account)
		if err != nil {
			return err
		}
		w := wait{what: "await the traffic of " + s.Name, once: a.lookOnce}
		if paced, ok := p.(providers.Paced); ok {
			w.least = paced.Pace()
		}
		return w.until(ctx, func() (bool, error) {
			percents, err := splits.GetTraffic(ctx, s.ClusterRef)
			switch {
			case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled):
				return false, nil
			case err != nil:
				return false, fmt.Errorf("await the traffic of %s: %w", s.Name, err)
			}
			return a.lag(p, s.Changed) <= 0 && s.Is(percents), nil
		})
	})
}
