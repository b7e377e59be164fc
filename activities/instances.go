package activities

import (
	"context"
	"fmt"
	"slices"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Instances changes single members of server groups.
type Instances struct {
	registry *providers.Registry
}

// FindInstances returns those of the instances that one place has, by their
// server group.
func (a *Instances) FindInstances(ctx context.Context, q gennaker.InstanceQuery) ([]gennaker.InstancesRef, error) {
	var found []gennaker.InstancesRef
	err := use(ctx, a.registry, q.Account, func(ctx context.Context, p providers.ServerGroups) error {
		groups, err := p.List(ctx, gennaker.Scope{Region: q.Region})
		for _, g := range groups {
			ref := gennaker.InstancesRef{ServerGroupRef: g.Ref()}
			ref.Account = q.Account
			for _, i := range g.Instances {
				if slices.Contains(q.IDs, i.ID) {
					ref.IDs = append(ref.IDs, i.ID)
				}
			}
			if len(ref.IDs) > 0 {
				found = append(found, ref)
			}
		}
		return err
	})
	return found, err
}

// TerminateInstances ends instances; those that are gone are no error.
func (a *Instances) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	return use(ctx, a.registry, t.Account, func(ctx context.Context, p providers.Instances) error { return p.TerminateInstances(ctx, t) })
}

// RebootInstances starts instances anew. Run twice, it does so twice: they are
// out of service anyway until they are up again.
func (a *Instances) RebootInstances(ctx context.Context, r gennaker.InstancesRef) error {
	return use(ctx, a.registry, r.Account, func(ctx context.Context, p providers.Reboots) error { return p.RebootInstances(ctx, r) })
}

// SetProcesses suspends and resumes processes of a server group.
func (a *Instances) SetProcesses(ctx context.Context, s gennaker.SetProcesses) error {
	return use(ctx, a.registry, s.Account, func(ctx context.Context, p providers.Processes) error { return p.SetProcesses(ctx, s) })
}

// use finds the account's cloud as a capability and calls f with it.
func use[T any](ctx context.Context, r *providers.Registry, account string, f func(context.Context, T) error) error {
	p, err := providers.Find[T](r, account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, _ *pulse) error { return f(ctx, p) })
}

// ServerGroupSpec returns what a server group was made from.
func (a *ServerGroups) ServerGroupSpec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var spec map[string]any
	err := use(ctx, a.registry, ref.Account, func(ctx context.Context, p providers.Specs) (err error) {
		if spec, err = p.Spec(ctx, ref); err != nil {
			return fmt.Errorf("spec of %s: %w", ref.Name, err)
		}
		return nil
	})
	return spec, err
}
