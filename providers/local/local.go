// Package local is the provider of a local cloud: processes of one machine
// behind its load balancers, and jobs. In a cluster block, beside the fields
// that all clouds share, it reads those of client.Spec, and in a job's stage
// those of client.JobSpec.
package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config names an account's cloud: by its state directory, or by endpoint and
// token. A daemon that is started again with another port or token is found
// again if these are read from the state directory.
type Config struct {
	Account   string
	StateDir  string
	Endpoint  string // http://127.0.0.1:1234
	Token     string
	TokenFile string // read for each call
	// Limits, if any, say when a request may be made.
	Limits *ratelimit.Limits
}

// Cloud is one account. It is safe to share.
type Cloud struct {
	account string
	client  *client.Client
}

var (
	_ providers.ServerGroups   = (*Cloud)(nil)
	_ providers.LoadBalancers  = (*Cloud)(nil)
	_ providers.Specs          = (*Cloud)(nil)
	_ providers.Instances      = (*Cloud)(nil)
	_ providers.Reboots        = (*Cloud)(nil)
	_ providers.Jobs           = (*Cloud)(nil)
	_ providers.Provider       = (*Cloud)(nil)
	_ providers.PartialTraffic = (*Cloud)(nil)
)

// New takes the configuration of an account. It does not call the cloud.
func New(c Config) (*Cloud, error) {
	if c.Account == "" {
		return nil, fmt.Errorf("local: %w: the account has no name", gennaker.ErrInvalid)
	}
	reach, err := client.New(client.Config{StateDir: c.StateDir, Endpoint: c.Endpoint, Token: c.Token, TokenFile: c.TokenFile,
		Around: func(base http.RoundTripper) http.RoundTripper { return c.Limits.Around(base, c.Account) }})
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", c.Account, err)
	}
	return &Cloud{account: c.Account, client: reach}, nil
}

func (c *Cloud) Name() string { return "local" }

func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	if !here(scope.Region) {
		return nil, nil
	}
	found, err := c.client.ServerGroups(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("local: list server groups: %w", err)
	}
	var list []gennaker.ServerGroup
	for _, g := range found {
		list = append(list, c.place(g))
	}
	gennaker.SortServerGroups(list)
	return list, nil
}

func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var g client.ServerGroup
	err := c.do("get", ref.Location, ref.Name, func() (err error) {
		g, err = c.client.ServerGroup(ctx, ref.Name)
		return err
	})
	return c.place(g), err
}

func (c *Cloud) Create(ctx context.Context, r gennaker.CreateServerGroup) error {
	if err := only("create", r.Name, r.Region); err != nil {
		return err
	}
	return c.do("create", r.Location, r.Name, func() error {
		spec, err := decode[client.Spec](r.Spec)
		if err != nil {
			return err
		}
		return c.client.Create(ctx, r.Name, client.Create{
			Moniker: r.Moniker, Capacity: r.Capacity, LoadBalancers: r.LoadBalancers, Marks: r.Marks, Spec: spec, Disabled: r.Disabled})
	})
}

func (c *Cloud) Resize(ctx context.Context, r gennaker.ResizeServerGroup) error {
	return c.do("resize", r.Location, r.Name, func() error { return c.client.Resize(ctx, r.Name, r.Capacity) })
}

func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do("enable", ref.Location, ref.Name, func() error { return c.client.Enable(ctx, ref.Name) })
}

func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do("disable", ref.Location, ref.Name, func() error { return c.client.Disable(ctx, ref.Name) })
}

func (c *Cloud) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return c.do("disable a part of", ref.Location, ref.Name, func() error { return c.client.DisablePart(ctx, ref.Name, percent) })
}

func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	err := c.do("destroy", ref.Location, ref.Name, func() error { return c.client.Destroy(ctx, ref.Name) })
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

func (c *Cloud) ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	if !here(region) {
		return nil, nil
	}
	found, err := c.client.LoadBalancers(ctx)
	if err != nil {
		return nil, fmt.Errorf("local: list load balancers: %w", err)
	}
	var list []gennaker.LoadBalancer
	for _, b := range found {
		b.Location = gennaker.In(c.account, "")
		list = append(list, b.LoadBalancer)
	}
	return list, nil
}

// do calls the cloud about something of a name and says so in the error.
func (c *Cloud) do(what string, l gennaker.Location, name string, call func() error) error {
	err := error(gennaker.ErrNotFound)
	if here(l.Region) {
		err = call()
	}
	if err != nil {
		return fmt.Errorf("local: %s %s: %w", what, name, err)
	}
	return nil
}

// only says that a region is not this cloud's only one, as ErrInvalid.
func only(what, name, region string) error {
	if here(region) {
		return nil
	}
	return fmt.Errorf("local: %s %s: region %s: %w: a local cloud has only %s", what, name, region, gennaker.ErrInvalid, client.Region)
}

// here reports whether a region is this cloud's only one.
func here(region string) bool { return region == "" || region == client.Region }

// place is the server group as one of this account's.
func (c *Cloud) place(g client.ServerGroup) gennaker.ServerGroup {
	g.Location = gennaker.In(c.account, "")
	return g.ServerGroup
}
