// Package azure is the provider of Microsoft Azure: a server group is a virtual
// machine scale set, uniform or flexible, in a resource group, and a region is a
// location. In a cluster block, beside the fields that all clouds share, it
// reads those of Spec, under Spinnaker's names.
//
// A server group is in traffic if its model has the backend pools of its load
// balancers and application gateways. Which those are stays in a tag, so that
// one that is disabled can be enabled again. The model changes first, and then
// the instances are brought up to it: whoever repeats a call sees in the cloud
// how far an earlier try has come.
package azure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account: a subscription, and where in it the server groups are.
type Config struct {
	Account      string
	Subscription string // its id
	// Regions are the locations that this account may use, at least one.
	Regions []string
	// ResourceGroups are where the server groups are. What a document deploys
	// without a resourceGroup goes to the first. None is Spinnaker's rule: each
	// application has one in each region, APPLICATION-REGION.
	ResourceGroups []string
	// Tenant, ClientID and ClientSecret are those of a service principal.
	// Without them, the SDK looks for an identity in its usual places.
	Tenant, ClientID, ClientSecret string
	// AccessToken is sent as it is, to what stands in for Azure.
	AccessToken string
	// Cloud is AzurePublic, AzureChina or AzureGovernment; empty is the first.
	Cloud string
	// Endpoint is the address of the resource manager, if it is not Azure's.
	Endpoint string
	// AdminUser and SSHKey are those of instances whose document names none.
	AdminUser, SSHKey string
	// Lag is how long after a change the cloud's answers may be older than it.
	Lag time.Duration
	// LookEvery is how often to look at what is waited for, at most.
	LookEvery time.Duration
	// Limits, if any, say when a request may be made, and learn from throttles.
	Limits *ratelimit.Limits
}

// Cloud is one account. It is safe to share.
type Cloud struct {
	config   Config
	sets     *armcompute.VirtualMachineScaleSetsClient
	members  *armcompute.VirtualMachineScaleSetVMsClient // of uniform sets
	machines *armcompute.VirtualMachinesClient           // of flexible ones
	usages   *armcompute.UsageClient
	skus     *armcompute.ResourceSKUsClient
	images   *armcompute.ImagesClient
	gallery  galleries
	balancer *armnetwork.LoadBalancersClient
	gateways *armnetwork.ApplicationGatewaysClient
	cards    *armnetwork.InterfacesClient
	public   *armnetwork.PublicIPAddressesClient
}

// galleries are the clients of Azure Compute Gallery.
type galleries struct {
	all      *armcompute.GalleriesClient
	images   *armcompute.GalleryImagesClient
	versions *armcompute.GalleryImageVersionsClient
}

var (
	_ providers.Provider      = (*Cloud)(nil)
	_ providers.ServerGroups  = (*Cloud)(nil)
	_ providers.Specs         = (*Cloud)(nil)
	_ providers.Quotas        = (*Cloud)(nil)
	_ providers.Images        = (*Cloud)(nil)
	_ providers.Instances     = (*Cloud)(nil)
	_ providers.LoadBalancers = (*Cloud)(nil)
	_ providers.Lagging       = (*Cloud)(nil)
	_ providers.Paced         = (*Cloud)(nil)
)

// New takes the configuration of an account. It does not call the cloud.
func New(c Config) (*Cloud, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("account %s: azure: %w", c.Account, err)
	}
	credential, err := c.credential()
	if err != nil {
		return nil, fmt.Errorf("account %s: azure: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	compute, err := armcompute.NewClientFactory(c.Subscription, credential, c.options())
	if err != nil {
		return nil, fmt.Errorf("account %s: azure: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	network, err := armnetwork.NewClientFactory(c.Subscription, credential, c.options())
	if err != nil {
		return nil, fmt.Errorf("account %s: azure: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	return &Cloud{
		config:   c,
		sets:     compute.NewVirtualMachineScaleSetsClient(),
		members:  compute.NewVirtualMachineScaleSetVMsClient(),
		machines: compute.NewVirtualMachinesClient(),
		usages:   compute.NewUsageClient(),
		skus:     compute.NewResourceSKUsClient(),
		images:   compute.NewImagesClient(),
		gallery: galleries{all: compute.NewGalleriesClient(), images: compute.NewGalleryImagesClient(),
			versions: compute.NewGalleryImageVersionsClient()},
		balancer: network.NewLoadBalancersClient(),
		gateways: network.NewApplicationGatewaysClient(),
		cards:    network.NewInterfacesClient(),
		public:   network.NewPublicIPAddressesClient(),
	}, nil
}

func (c *Cloud) Name() string { return "azure" }

func (c *Cloud) Lag() time.Duration { return c.config.Lag }

func (c *Cloud) Pace() time.Duration { return c.config.LookEvery }

// do calls the cloud about a server group and says so in the error.
func (c *Cloud) do(what string, ref gennaker.ServerGroupRef, call func() error) error {
	err := c.in(ref.Region, gennaker.ErrNotFound)
	if err == nil {
		err = call()
	}
	if err != nil {
		return fmt.Errorf("azure: %s %s: %w", what, ref.Name, err)
	}
	return nil
}

// changing is do for a call that changes something: what an earlier try of it
// has begun ends first.
func (c *Cloud) changing(ctx context.Context, what string, ref gennaker.ServerGroupRef, call func() error) error {
	return c.do(what, ref, func() error {
		if _, err := c.resume(ctx); err != nil {
			return err
		}
		return call()
	})
}

// in says as an error of that kind that the account has no such region.
func (c *Cloud) in(region string, kind error) error {
	if slices.Contains(c.config.Regions, region) {
		return nil
	}
	if region == "" || region == gennaker.DefaultRegion {
		region = "none"
	}
	return fmt.Errorf("region %s: %w: account %s has %s", region, kind, c.config.Account, strings.Join(c.config.Regions, ", "))
}

// within are the regions that a scope covers: the one of that name, or all.
func (c *Cloud) within(region string) []string {
	var list []string
	for _, each := range c.config.Regions {
		if region == "" || region == each {
			list = append(list, each)
		}
	}
	return list
}

// location is a region as a place of this account.
func (c *Cloud) location(region string) gennaker.Location {
	return gennaker.Location{Account: c.config.Account, Region: region}
}

// together is a group of calls at the same time, not too many.
func together() *errgroup.Group {
	g := &errgroup.Group{}
	g.SetLimit(8)
	return g
}
