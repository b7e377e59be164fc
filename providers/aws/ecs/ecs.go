// Package ecs is the provider of Amazon ECS: a server group is a service with
// a revision of a task definition of its own, and its instances are tasks. The
// names are those that Spinnaker gives them: for the server group shop-web-v003
// the service is shop-web-v003, the family shop-web, the container v003. In a
// cluster block, beside the fields that all clouds share, it reads those of
// Spec, under Spinnaker's names.
//
// ECS has no tasks of a service that are out of traffic: a disabled server
// group rests without any. How many it had is in a tag of the service.
package ecs

import (
	"fmt"
	"slices"
	"time"

	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// Config is an account: one of AWS, and the ECS clusters in it.
type Config struct {
	amazon.Config
	// Clusters are the ECS clusters whose services are this account's server
	// groups, in each region. What a document deploys without an ecsClusterName
	// goes to the first.
	Clusters []string
}

// Cloud is one account. It is safe to share.
type Cloud struct {
	lag     time.Duration
	pace    time.Duration
	regions amazon.Regions[*region]
}

var (
	_ providers.Provider      = (*Cloud)(nil)
	_ providers.ServerGroups  = (*Cloud)(nil)
	_ providers.Specs         = (*Cloud)(nil)
	_ providers.LoadBalancers = (*Cloud)(nil)
	_ providers.Lagging       = (*Cloud)(nil)
	_ providers.Paced         = (*Cloud)(nil)
)

// New takes the configuration of an account. It does not call the cloud.
func New(c Config) (*Cloud, error) {
	if len(c.Clusters) == 0 || slices.Contains(c.Clusters, "") {
		return nil, fmt.Errorf("account %s: clusters: %w: name the ECS clusters of the account, at least one", c.Account, gennaker.ErrInvalid)
	}
	session, err := amazon.Open(c.Config)
	if err != nil {
		return nil, err
	}
	regions := amazon.OpenRegions(c.Config, func(name string) *region { return newRegion(c, session, name) })
	return &Cloud{lag: c.Lag, pace: c.LookEvery, regions: regions}, nil
}

// region is one region of an account: a client of each service in it.
type region struct {
	gennaker.Location
	clusters    []string
	role        string // that our account has taken on
	ecs         *ecs.Client
	scaling     *scaling.Client
	elb         *elb.Client
	find        amazon.Lookup
	definitions definitions
}

func newRegion(c Config, session *amazon.Session, name string) *region {
	config := session.In(name)
	return &region{
		Location: gennaker.Location{Account: c.Account, Region: name},
		clusters: c.Clusters, role: session.Role(), find: session.Lookup(name),
		ecs: ecs.NewFromConfig(config, func(o *ecs.Options) { o.BaseEndpoint = session.Endpoint("ecs") }),
		scaling: scaling.NewFromConfig(config, func(o *scaling.Options) {
			o.BaseEndpoint = session.Endpoint("application-autoscaling")
		}),
		elb: elb.NewFromConfig(config, func(o *elb.Options) { o.BaseEndpoint = session.Endpoint("elasticloadbalancing") }),
	}
}

func (c *Cloud) Name() string { return "ecs" }

func (c *Cloud) Lag() time.Duration { return c.lag }

func (c *Cloud) Pace() time.Duration { return c.pace }

// do calls a region about a server group and says so in the error.
func (c *Cloud) do(what string, ref gennaker.ServerGroupRef, call func(*region) error) error {
	r, err := c.regions.In(ref.Region, gennaker.ErrNotFound)
	if err == nil {
		err = call(r)
	}
	if err != nil {
		return fmt.Errorf("ecs: %s %s: %w", what, ref.Name, err)
	}
	return nil
}

// together is a group of calls at the same time, not too many.
func together() *errgroup.Group {
	g := &errgroup.Group{}
	g.SetLimit(8)
	return g
}
