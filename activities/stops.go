package activities

import (
	"context"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// StopServerGroup takes all instances of a server group away, as far as its
// cluster can go without.
func (a *ServerGroups) StopServerGroup(ctx context.Context, d gennaker.Departure) error {
	return a.call(ctx, d.Account, func(ctx context.Context, p providers.ServerGroups) error {
		if err := a.mayLeave(ctx, p, d); err != nil {
			return err
		}
		stops, err := providers.Find[providers.Stops](a.registry, d.Account)
		if err != nil {
			return err
		}
		return stops.StopServerGroup(ctx, d.ServerGroupRef)
	})
}

// StartServerGroup gives a server group its instances back.
func (a *ServerGroups) StartServerGroup(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return use(ctx, a.registry, ref.Account, func(ctx context.Context, p providers.Stops) error { return p.StartServerGroup(ctx, ref) })
}

// AttachLoadBalancers puts load balancers before a server group.
func (a *ServerGroups) AttachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error {
	return use(ctx, a.registry, l.Account, func(ctx context.Context, p providers.Attachments) error { return p.AttachLoadBalancers(ctx, l) })
}

// DetachLoadBalancers takes load balancers from a server group.
func (a *ServerGroups) DetachLoadBalancers(ctx context.Context, l gennaker.LoadBalancersOf) error {
	return use(ctx, a.registry, l.Account, func(ctx context.Context, p providers.Attachments) error { return p.DetachLoadBalancers(ctx, l) })
}
