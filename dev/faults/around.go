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

// around is a provider each of whose calls is made by a function.
type around struct {
	deployer
	call func(ctx context.Context, region string, f func() error) error
}

func (a around) List(ctx context.Context, scope gennaker.Scope) (list []gennaker.ServerGroup, err error) {
	err = a.call(ctx, scope.Region, func() (err error) { list, err = a.deployer.List(ctx, scope); return err })
	return list, err
}

func (a around) Get(ctx context.Context, ref gennaker.ServerGroupRef) (g gennaker.ServerGroup, err error) {
	err = a.call(ctx, ref.Region, func() (err error) { g, err = a.deployer.Get(ctx, ref); return err })
	return g, err
}

func (a around) Create(ctx context.Context, c gennaker.CreateServerGroup) error {
	return a.call(ctx, c.Region, func() error { return a.deployer.Create(ctx, c) })
}

func (a around) Resize(ctx context.Context, r gennaker.ResizeServerGroup) error {
	return a.call(ctx, r.Region, func() error { return a.deployer.Resize(ctx, r) })
}

func (a around) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return a.call(ctx, ref.Region, func() error { return a.deployer.Enable(ctx, ref) })
}

func (a around) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return a.call(ctx, ref.Region, func() error { return a.deployer.Disable(ctx, ref) })
}

func (a around) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return a.call(ctx, ref.Region, func() error { return a.deployer.DisablePart(ctx, ref, percent) })
}

func (a around) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return a.call(ctx, ref.Region, func() error { return a.deployer.Destroy(ctx, ref) })
}

// resigned is a provider for who does not try again: what is over in a moment
// is as final as a refusal. That is the control.
func resigned(p deployer) providers.Provider {
	return around{p, func(_ context.Context, _ string, f func() error) error { return final(f()) }}
}

// final is an error that nobody tries again after.
func final(err error) error {
	if errors.Is(err, gennaker.ErrThrottled) || errors.Is(err, gennaker.ErrUnavailable) {
		return fmt.Errorf("%w: nobody tries again: %s", gennaker.ErrDenied, err.Error())
	}
	return err
}
