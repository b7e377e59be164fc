// Package google is the provider of Google Compute Engine: a server group is a
// managed instance group, of a zone or of a region, with an instance template
// of its own, behind backend services and target pools. In a cluster block,
// beside the fields that all clouds share, it reads those of Spec, under the
// names of Spinnaker's gce.
//
// What it made carries its marks in the description of the instance group (see
// note). What a server group was behind stands in the metadata of its template,
// as Spinnaker writes it, so that it can be enabled by whoever finds it.
// Everything is read from the cloud, and nothing is kept.
package google

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account: a project of Google's. Its credentials are those that
// Google's client finds (GOOGLE_APPLICATION_CREDENTIALS, gcloud's, or those of
// the machine), unless a file names others.
type Config struct {
	Account string
	Project string
	// Regions are those that this account may use, at least one.
	Regions []string
	// ImageProjects are projects whose images can be used beside one's own.
	ImageProjects []string
	// CredentialsFile is a key file, or the description of another identity.
	CredentialsFile string
	// Impersonate is a service account to act as, by its address.
	Impersonate string
	// Endpoint is the address of the API, if it is not Google's, such as
	// https://compute.example.com/compute/v1/; Anonymous sends it no credentials.
	Endpoint  string
	Anonymous bool
	// Lag is how long after a change the cloud's answers may be older than it.
	Lag time.Duration
	// LookEvery is how often to look at what is waited for, at most.
	LookEvery time.Duration
	// HTTP carries the requests, if not a transport of ours.
	HTTP http.RoundTripper
	// Limits, if any, say when a request may be made, and learn from throttles.
	Limits *ratelimit.Limits
}

// Cloud is one account. It is safe to share.
type Cloud struct {
	Config
	api   *compute.Service // for what is answered at once
	waits *compute.Service // for the ends of operations
}

var (
	_ providers.Provider      = (*Cloud)(nil)
	_ providers.ServerGroups  = (*Cloud)(nil)
	_ providers.Specs         = (*Cloud)(nil)
	_ providers.Quotas        = (*Cloud)(nil)
	_ providers.Images        = (*Cloud)(nil)
	_ providers.Instances     = (*Cloud)(nil)
	_ providers.Refreshes     = (*Cloud)(nil)
	_ providers.LoadBalancers = (*Cloud)(nil)
	_ providers.Lagging       = (*Cloud)(nil)
	_ providers.Paced         = (*Cloud)(nil)
)

// Name is Spinnaker's name of this cloud: documents say cloudProvider: gce.
func (c *Cloud) Name() string { return "gce" }

// Lag and Pace are as configured.
func (c *Cloud) Lag() time.Duration  { return c.Config.Lag }
func (c *Cloud) Pace() time.Duration { return c.LookEvery }

// change calls the cloud about a server group that is there, and says so in
// the error.
func (c *Cloud) change(ctx context.Context, what string, ref gennaker.ServerGroupRef, call func(group) error) error {
	g, err := c.find(ctx, ref)
	if err == nil {
		err = call(g)
	}
	if err != nil {
		return fmt.Errorf("gce: %s %s: %w", what, ref.Name, err)
	}
	return nil
}

// in says as an error of that kind that a region is not the account's.
func (c *Cloud) in(region string, kind error) error {
	if slices.Contains(c.Regions, region) {
		return nil
	}
	if region == "" || region == gennaker.DefaultRegion {
		region = "none"
	}
	return fmt.Errorf("region %s: %w: account %s has %s", region, kind, c.Account, strings.Join(c.Regions, ", "))
}

// together is a group of calls at the same time, not too many.
func together(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	return g, ctx
}
