// Package run is the provider of Google Cloud Run: a cluster is a service, a
// server group is a revision of it, and what is enabled has a part of the
// service's traffic. In a cluster block, beside the fields that all clouds
// share, it reads those of Spec.
//
// Cloud Run starts and ends instances by itself, and tells of none. What
// belongs to a revision for good cannot be changed, so a server group's
// capacity is the service's to keep: as much of the service's instances, and
// of its traffic, as the server group's part in the desired capacity of all
// that are enabled. The instances that are listed are these parts: each gets
// the same traffic, all are as well as the revision is, and a part that is out
// of traffic is out of service. A split gives server groups other parts of the
// traffic than their capacity does, until they are disabled. A server group that is disabled rests, because
// a revision without traffic has no instances. A service of whose server
// groups none is to have traffic is scaled to nothing by hand, which is how
// Cloud Run disables one.
//
// What Cloud Run cannot say of a server group stands in an annotation of the
// service (see record), its marks in those of the revision. All is read from
// the cloud, and each change says which version of the service it is of.
package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Cloud is one account. It is safe to share.
type Cloud struct {
	Config
	services   *api.ProjectsLocationsServicesService
	revisions  *api.ProjectsLocationsServicesRevisionsService
	operations *api.ProjectsLocationsOperationsService
}

var (
	_ providers.Provider       = (*Cloud)(nil)
	_ providers.ServerGroups   = (*Cloud)(nil)
	_ providers.PartialTraffic = (*Cloud)(nil)
	_ providers.TrafficSplits  = (*Cloud)(nil)
	_ providers.Specs          = (*Cloud)(nil)
	_ providers.LoadBalancers  = (*Cloud)(nil)
	_ providers.Lagging        = (*Cloud)(nil)
	_ providers.Paced          = (*Cloud)(nil)
)

func (c *Cloud) Name() string { return "cloudrun" }

func (c *Cloud) Lag() time.Duration { return c.Config.Lag }

func (c *Cloud) Pace() time.Duration { return c.LookEvery }

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

// place is the name under which Google has a region of the project.
func (c *Cloud) place(region string) string {
	return "projects/" + c.Project + "/locations/" + region
}

// serviceOf is the name of the service that a server group belongs to;
// ErrNotFound if its name is none of a server group.
func (c *Cloud) serviceOf(ref gennaker.ServerGroupRef) (string, error) {
	if err := c.in(ref.Region, gennaker.ErrNotFound); err != nil {
		return "", err
	}
	m := gennaker.ParseMoniker(ref.Name)
	if m.Sequence < 0 {
		return "", fmt.Errorf("%w: the name has no version", gennaker.ErrNotFound)
	}
	return c.place(ref.Region) + "/services/" + m.Cluster(), nil
}

// last is what a name ends with.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// together is a group of calls at the same time, not too many.
func together() *errgroup.Group {
	g := &errgroup.Group{}
	g.SetLimit(8)
	return g
}
