package activities

import (
	"context"
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// ServerGroups changes and reads server groups.
type ServerGroups struct {
	registry *providers.Registry
	lookOnce bool
	now      func() time.Time
}

// Look asks for a cluster as it is since it was last Changed.
type Look struct {
	gennaker.ClusterRef
	Changed time.Time `json:"changed,omitzero"`
}

// ListCluster returns a cluster's server groups, oldest first.
func (a *ServerGroups) ListCluster(ctx context.Context, l Look) ([]gennaker.ServerGroup, error) {
	var groups []gennaker.ServerGroup
	err := a.call(ctx, l.Account, func(ctx context.Context, p providers.ServerGroups) (err error) {
		if err := a.settle(ctx, p, l.Changed); err != nil {
			return fmt.Errorf("look at cluster %s: %w", l.Name, err)
		}
		groups, err = p.List(ctx, gennaker.Scope{Region: l.Region, Cluster: l.Name})
		return err
	})
	return groups, err
}

// CreateServerGroup makes a server group, once, however often it runs.
func (a *ServerGroups) CreateServerGroup(ctx context.Context, c gennaker.CreateServerGroup) error {
	return a.call(ctx, c.Account, func(ctx context.Context, p providers.ServerGroups) error { return p.Create(ctx, c) })
}

// Resize asks for another capacity in a cluster that was last Changed then.
type Resize struct {
	gennaker.ResizeServerGroup
	// Keep is how many instances of the cluster must be in service when it has
	// that capacity; 0 does not look. Health is whose judgment counts.
	Keep    int                      `json:"keep,omitempty"`
	Health  gennaker.HealthProviders `json:"health,omitzero"`
	Changed time.Time                `json:"changed,omitzero"`
}

// ResizeServerGroup sets the capacity of a server group, if its cluster can go
// without what that takes away.
func (a *ServerGroups) ResizeServerGroup(ctx context.Context, r Resize) error {
	return a.call(ctx, r.Account, func(ctx context.Context, p providers.ServerGroups) error {
		if err := a.maySet(ctx, p, r); err != nil {
			return err
		}
		return a.found(ctx, p, r.Changed, func() error { return p.Resize(ctx, r.ResizeServerGroup) })
	})
}

// Enable asks for traffic in a cluster that was last Changed then.
type Enable struct {
	gennaker.ServerGroupRef
	Changed time.Time `json:"changed,omitzero"`
}

// EnableServerGroup puts a server group into traffic.
func (a *ServerGroups) EnableServerGroup(ctx context.Context, e Enable) error {
	return a.call(ctx, e.Account, func(ctx context.Context, p providers.ServerGroups) error {
		return a.found(ctx, p, e.Changed, func() error { return p.Enable(ctx, e.ServerGroupRef) })
	})
}

// DisableServerGroup takes a server group, or a part of it, out of traffic if
// its cluster can go without. A cloud that cannot take a part out leaves the
// server group in traffic.
func (a *ServerGroups) DisableServerGroup(ctx context.Context, d gennaker.Departure) error {
	return a.call(ctx, d.Account, func(ctx context.Context, p providers.ServerGroups) error {
		if err := a.mayLeave(ctx, p, d); err != nil {
			return fmt.Errorf("disable %w", err)
		}
		if d.Percent == 0 {
			return a.found(ctx, p, d.Changed, func() error { return p.Disable(ctx, d.ServerGroupRef) })
		}
		if part, ok := p.(providers.PartialTraffic); ok {
			return a.found(ctx, p, d.Changed, func() error { return part.DisablePart(ctx, d.ServerGroupRef, d.Percent) })
		}
		if d.Exactly {
			return fmt.Errorf("disable %d %% of %s: %w: its cloud takes whole server groups out of traffic, and no part", d.Percent, d.Name, gennaker.ErrInvalid)
		}
		return nil
	})
}

// DestroyServerGroup removes a server group if its cluster can go without.
func (a *ServerGroups) DestroyServerGroup(ctx context.Context, d gennaker.Departure) error {
	return a.call(ctx, d.Account, func(ctx context.Context, p providers.ServerGroups) error {
		if err := a.mayLeave(ctx, p, d); err != nil {
			return fmt.Errorf("destroy %w", err)
		}
		return p.Destroy(ctx, d.ServerGroupRef)
	})
}

// mayLeave looks at the cluster just before a server group leaves it.
func (a *ServerGroups) mayLeave(ctx context.Context, p providers.ServerGroups, d gennaker.Departure) error {
	if d.Keep == 0 {
		return nil
	}
	if err := a.settle(ctx, p, d.Changed); err != nil {
		return fmt.Errorf("%s: %w", d.Name, err)
	}
	cluster, err := p.List(ctx, gennaker.Scope{Region: d.Region, Cluster: d.Cluster().Name})
	if err != nil {
		return err
	}
	return d.Check(cluster)
}

// maySet looks at the cluster just before a server group of it is resized.
func (a *ServerGroups) maySet(ctx context.Context, p providers.ServerGroups, r Resize) error {
	if r.Keep == 0 {
		return nil
	}
	if err := a.settle(ctx, p, r.Changed); err != nil {
		return fmt.Errorf("resize %s: %w", r.Name, err)
	}
	cluster, err := p.List(ctx, gennaker.Scope{Region: r.Region, Cluster: r.Cluster().Name})
	if err != nil {
		return err
	}
	stay := 0
	for _, g := range cluster {
		n := r.Health.InService(g)
		if g.Name == r.Name {
			n = min(n, r.Capacity.Desired)
		}
		stay += n
	}
	if stay < r.Keep {
		return fmt.Errorf("resize %s to %s: %w: with that %d instances of cluster %s would be in service, and %d must be",
			r.Name, r.Capacity, gennaker.ErrGuarded, stay, r.Cluster().Name, r.Keep)
	}
	return nil
}

// call finds the account's server groups and calls f with them.
func (a *ServerGroups) call(ctx context.Context, account string, f func(context.Context, providers.ServerGroups) error) error {
	groups, err := providers.Find[providers.ServerGroups](a.registry, account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, _ *pulse) error { return f(ctx, groups) })
}
