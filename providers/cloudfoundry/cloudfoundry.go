// Package cloudfoundry is the provider of Cloud Foundry, by the v3 API of its
// Cloud Controller: a server group is an app of the name app-stack-detail-vNNN,
// its instances are those of the app's process web, and load balancers are
// routes. A region is a space, written "organization > space". In a cluster
// block, beside the fields that all clouds share, it reads those of Spec, under
// Spinnaker's names.
//
// What we must remember about an app is in its annotations: our marks under
// gennaker.io, and what Cloud Foundry has no place for under state.gennaker.io,
// such as the routes of a disabled server group.
package cloudfoundry

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account: a user or a client of one Cloud Foundry, and spaces.
type Config struct {
	Account string
	API     string // URL of the Cloud Controller
	// Username and Password, or ClientID and ClientSecret, are for the UAA; a
	// Cloud Foundry without a UAA takes a Token. Exactly one of the three.
	Username, Password     string
	ClientID, ClientSecret string
	Token                  string
	SkipSSLValidation      bool
	// Registries are those of images that want a user and a password.
	Registries []Registry
	// Spaces are the regions of the account, each "organization > space".
	Spaces []string
	// Lag is for how long after a change an answer may show what was before.
	Lag time.Duration
	// LookEvery is the least time between two looks at what is waited for, and
	// Patience how long a call waits for Cloud Foundry to be done; it goes on
	// when it is made again. Zero means two seconds, and 90.
	LookEvery, Patience time.Duration
	// Download opens what a URL answers with; its errors have kinds. Without it
	// no package is downloaded.
	Download func(ctx context.Context, url string) (io.ReadCloser, error)
	// Limits, if any, say when a request may be made.
	Limits *ratelimit.Limits
}

// Cloud is one account. It is safe to share.
type Cloud struct {
	Config
	session session
	places  places
}

var (
	_ providers.Provider         = (*Cloud)(nil)
	_ providers.ServerGroups     = (*Cloud)(nil)
	_ providers.Specs            = (*Cloud)(nil)
	_ providers.Quotas           = (*Cloud)(nil)
	_ providers.Instances        = (*Cloud)(nil)
	_ providers.Refreshes        = (*Cloud)(nil)
	_ providers.SteppedRefreshes = (*Cloud)(nil)
	_ providers.Stops            = (*Cloud)(nil)
	_ providers.Attachments      = (*Cloud)(nil)
	_ providers.Services         = (*Cloud)(nil)
	_ providers.LoadBalancers    = (*Cloud)(nil)
	_ providers.Jobs             = (*Cloud)(nil)
	_ providers.Lagging          = (*Cloud)(nil)
	_ providers.Paced            = (*Cloud)(nil)
)

// New takes the configuration of an account. It does not call the cloud.
func New(c Config) (*Cloud, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("account %s: %w", c.Account, err)
	}
	if c.LookEvery == 0 {
		c.LookEvery = 2 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = 90 * time.Second
	}
	return &Cloud{Config: c, session: session{config: c}}, nil
}

func (c Config) check() error {
	ways := 0
	for _, given := range []bool{c.Username != "" || c.Password != "", c.ClientID != "" || c.ClientSecret != "", c.Token != ""} {
		if given {
			ways++
		}
	}
	for _, x := range []struct {
		wrong bool
		what  string
	}{
		{c.Account == "", "the account has no name"},
		{!strings.HasPrefix(c.API, "http://") && !strings.HasPrefix(c.API, "https://"), "api: it must be the URL of the Cloud Controller, such as https://api.example.com"},
		{ways != 1, "give user and password, or clientId and clientSecret, or a token"},
		{c.Token == "" && (c.Username == "") != (c.Password == ""), "user and password belong together"},
		{c.Token == "" && (c.ClientID == "") != (c.ClientSecret == ""), "clientId and clientSecret belong together"},
		{slices.ContainsFunc(c.Registries, Registry.incomplete), "registries: each needs a host without a path, a user and a password"},
		{len(c.Spaces) == 0, `spaces: name the spaces of the account, at least one, each as "organization > space"`},
	} {
		if x.wrong {
			return fmt.Errorf("%w: %s", gennaker.ErrInvalid, x.what)
		}
	}
	for _, name := range c.Spaces {
		if _, _, err := split(name); err != nil {
			return fmt.Errorf("spaces: %w", err)
		}
	}
	return nil
}

func (c *Cloud) Name() string { return "cloudfoundry" }

func (c *Cloud) Lag() time.Duration { return c.Config.Lag }

func (c *Cloud) Pace() time.Duration { return c.LookEvery }

// space is one region of an account, and the client to ask with.
type space struct {
	gennaker.Location
	*client.Client
	cloud     *Cloud
	guid, org string
}

// in is the space of that name; unknown is what an error wraps if the account
// has none of it.
func (c *Cloud) in(ctx context.Context, region string, unknown error) (*space, error) {
	if !slices.Contains(c.Spaces, region) {
		return nil, fmt.Errorf("region %q: %w: account %s has the spaces %s", region, unknown, c.Account, strings.Join(c.Spaces, ", "))
	}
	asks, err := c.session.open(ctx)
	if err != nil {
		return nil, err
	}
	at, err := c.places.find(ctx, asks, region)
	if err != nil {
		return nil, err
	}
	return &space{gennaker.Location{Account: c.Account, Region: region}, asks, c, at.space, at.org}, nil
}

// do calls a space about something in it and says so in the error.
func (c *Cloud) do(ctx context.Context, what, name, region string, call func(*space) error) error {
	s, err := c.in(ctx, region, gennaker.ErrNotFound)
	if err == nil {
		err = kinded(call(s))
	}
	if err != nil {
		return fmt.Errorf("cloudfoundry: %s %s: %w", what, name, err)
	}
	return nil
}

// within are the spaces of a region; empty means all.
func (c *Cloud) within(region string) []string {
	if region == "" {
		return c.Spaces
	}
	return slices.DeleteFunc(slices.Clone(c.Spaces), func(name string) bool { return name != region })
}

// together is a group of calls at the same time, not too many.
func together() *errgroup.Group {
	g := &errgroup.Group{}
	g.SetLimit(8)
	return g
}
