package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// deployer is what a provider needs for the scenarios.
type deployer interface {
	providers.Provider
	providers.ServerGroups
	providers.PartialTraffic
	providers.Lagging
}

// resigned is a provider for who does not try again: what is over in a moment
// is as final as a refusal. That is the control.
type resigned struct{ deployer }

func (r resigned) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	list, err := r.deployer.List(ctx, scope)
	return list, final(err)
}

func (r resigned) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	g, err := r.deployer.Get(ctx, ref)
	return g, final(err)
}

func (r resigned) Create(ctx context.Context, c gennaker.CreateServerGroup) error {
	return final(r.deployer.Create(ctx, c))
}

func (r resigned) Resize(ctx context.Context, c gennaker.ResizeServerGroup) error {
	return final(r.deployer.Resize(ctx, c))
}

func (r resigned) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return final(r.deployer.Enable(ctx, ref))
}

func (r resigned) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return final(r.deployer.Disable(ctx, ref))
}

func (r resigned) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return final(r.deployer.DisablePart(ctx, ref, percent))
}

func (r resigned) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return final(r.deployer.Destroy(ctx, ref))
}

// final is an error that nobody tries again after.
func final(err error) error {
	if errors.Is(err, gennaker.ErrThrottled) || errors.Is(err, gennaker.ErrUnavailable) {
		return fmt.Errorf("%w: nobody tries again: %s", gennaker.ErrDenied, err.Error())
	}
	return err
}
