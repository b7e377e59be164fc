// Package aws is the provider of Amazon Web Services: server groups are Auto
// Scaling groups with a launch template of their own, behind target groups
// and classic load balancers. In a cluster block, beside the fields that all
// clouds share, it reads those of Spec, under Spinnaker's names.
//
// What it made carries its marks as tags. Everything it needs to know it
// reads from the cloud: it keeps nothing but the images of launch templates,
// which do not change.
package aws

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account. Without an access key its credentials are those that
// the AWS SDK finds: variables of the environment, a profile, or the role of
// the machine.
type Config struct {
	Account string
	// AccountID is Amazon's twelve digits. Only a role without an ARN needs it.
	AccountID string
	// Regions are those that this account may use, at least one.
	Regions []string
	// Profile is one of the shared configuration files, if not the default.
	Profile string
	// AccessKeyID and SecretAccessKey are credentials that do not change.
	AccessKeyID, SecretAccessKey string
	// AssumeRole is a role to take on: its ARN, or role/NAME in AccountID.
	AssumeRole string
	// ExternalID is what the role's trust policy may ask for.
	ExternalID string
	// SessionName is under what CloudTrail shows our calls; default gennaker.
	SessionName string
	// Endpoint is the address of every service, and Endpoints that of one of
	// Services, if they are not Amazon's.
	Endpoint  string
	Endpoints map[string]string
	// Lag is how long after a change the cloud's answers may be older than it.
	// Amazon promises nothing; it is seconds, rarely.
	Lag time.Duration
	// LookEvery is how often to look at what is waited for, at most.
	LookEvery time.Duration
	// HTTP makes the requests, if not a client with time-outs of ours.
	HTTP *http.Client
	// Around, if any, is put around every request.
	Around Around
	// Limits, if any, say when a request may be made, and learn from throttles.
	Limits *ratelimit.Limits
}

// Services are the names of the services that an account calls, as Endpoints
// names them.
var Services = []string{"application-autoscaling", "autoscaling", "cloudwatch", "ec2", "ecs", "elasticloadbalancing", "lambda", "sts"}

// Cloud is one account. It is safe to share.
type Cloud struct {
	lag     time.Duration
	pace    time.Duration
	regions Regions[*region]
}

var (
	_ providers.ServerGroups   = (*Cloud)(nil)
	_ providers.PartialTraffic = (*Cloud)(nil)
	_ providers.Specs          = (*Cloud)(nil)
	_ providers.Images         = (*Cloud)(nil)
	_ providers.Instances      = (*Cloud)(nil)
	_ providers.Reboots        = (*Cloud)(nil)
	_ providers.Refreshes      = (*Cloud)(nil)
	_ providers.Processes      = (*Cloud)(nil)
	_ providers.LoadBalancers  = (*Cloud)(nil)
	_ providers.Lagging        = (*Cloud)(nil)
	_ providers.Paced          = (*Cloud)(nil)
)

// New takes the configuration of an account. It reads the SDK's shared files
// and does not call the cloud.
func New(c Config) (*Cloud, error) {
	session, err := Open(c)
	if err != nil {
		return nil, err
	}
	regions := OpenRegions(c, func(name string) *region { return newRegion(c, session.loaded, name) })
	return &Cloud{lag: c.Lag, pace: c.LookEvery, regions: regions}, nil
}

func (c *Cloud) Name() string { return "aws" }

func (c *Cloud) Lag() time.Duration { return c.lag }

func (c *Cloud) Pace() time.Duration { return c.pace }

// change calls a region about a server group and says so in the error.
func (c *Cloud) change(what string, ref gennaker.ServerGroupRef, call func(*region) error) error {
	r, err := c.regions.In(ref.Region, gennaker.ErrNotFound)
	if err == nil {
		err = call(r)
	}
	if err != nil {
		return fmt.Errorf("aws: %s %s: %w", what, ref.Name, err)
	}
	return nil
}
