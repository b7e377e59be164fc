package azure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"

	"github.com/gennaker/gennaker"
)

// ListLoadBalancers returns the load balancers and application gateways of the
// account's resource groups. Under Spinnaker's rule, which names no resource
// groups, they are those of the groups that end with -REGION.
func (c *Cloud) ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	regions := c.within(region)
	if len(regions) == 0 {
		return nil, nil
	}
	list, err := c.balancersIn(ctx, regions)
	if err != nil {
		return nil, fmt.Errorf("azure: list load balancers: %w", err)
	}
	slices.SortFunc(list, func(a, b gennaker.LoadBalancer) int {
		return cmp.Or(strings.Compare(a.Region, b.Region), strings.Compare(a.Name, b.Name))
	})
	return list, nil
}

func (c *Cloud) balancersIn(ctx context.Context, regions []string) ([]gennaker.LoadBalancer, error) {
	balancers, err := all(ctx, c.balancer.NewListAllPager(nil),
		func(p armnetwork.LoadBalancersClientListAllResponse) []*armnetwork.LoadBalancer { return p.Value })
	if err != nil {
		return nil, err
	}
	gateways, err := all(ctx, c.gateways.NewListAllPager(nil),
		func(p armnetwork.ApplicationGatewaysClientListAllResponse) []*armnetwork.ApplicationGateway {
			return p.Value
		})
	if err != nil {
		return nil, err
	}
	public, err := c.publicAddresses(ctx)
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	for _, b := range balancers {
		if c.holds(value(b.ID), value(b.Location), regions) {
			list = append(list, c.loadBalancer(*b, public))
		}
	}
	for _, g := range gateways {
		if c.holds(value(g.ID), value(g.Location), regions) {
			list = append(list, c.gateway(*g, public))
		}
	}
	return list, nil
}

// holds reports whether a resource is in those regions and in one of the
// account's resource groups.
func (c *Cloud) holds(id, region string, regions []string) bool {
	if !slices.Contains(regions, region) {
		return false
	}
	group := partOf(id, "resourceGroups")
	if len(c.config.ResourceGroups) == 0 {
		return strings.HasSuffix(strings.ToLower(group), "-"+region)
	}
	return slices.ContainsFunc(c.config.ResourceGroups, func(g string) bool { return same(g, group) })
}

// publicAddresses are the public addresses of the subscription, by their id in
// lower case.
func (c *Cloud) publicAddresses(ctx context.Context) (map[string]string, error) {
	found, err := all(ctx, c.public.NewListAllPager(nil),
		func(p armnetwork.PublicIPAddressesClientListAllResponse) []*armnetwork.PublicIPAddress {
			return p.Value
		})
	if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return nil, err
	}
	addresses := map[string]string{}
	for _, a := range found {
		addresses[strings.ToLower(value(a.ID))] = value(value(a.Properties).IPAddress)
	}
	return addresses, nil
}

func (c *Cloud) loadBalancer(b armnetwork.LoadBalancer, public map[string]string) gennaker.LoadBalancer {
	p := value(b.Properties)
	l := gennaker.LoadBalancer{Location: c.location(value(b.Location)), Name: value(b.Name)}
	for _, f := range p.FrontendIPConfigurations {
		of := value(f.Properties)
		l.Address = cmp.Or(l.Address, public[strings.ToLower(value(value(of.PublicIPAddress).ID))], value(of.PrivateIPAddress))
	}
	for _, pool := range p.BackendAddressPools {
		l.ServerGroups = addSets(l.ServerGroups, value(pool.Properties).BackendIPConfigurations)
	}
	return l
}

func (c *Cloud) gateway(g armnetwork.ApplicationGateway, public map[string]string) gennaker.LoadBalancer {
	p := value(g.Properties)
	l := gennaker.LoadBalancer{Location: c.location(value(g.Location)), Name: value(g.Name)}
	for _, f := range p.FrontendIPConfigurations {
		of := value(f.Properties)
		l.Address = cmp.Or(l.Address, public[strings.ToLower(value(value(of.PublicIPAddress).ID))], value(of.PrivateIPAddress))
	}
	for _, pool := range p.BackendAddressPools {
		l.ServerGroups = addSets(l.ServerGroups, value(pool.Properties).BackendIPConfigurations)
	}
	return l
}

// addSets adds the scale sets whose members a backend pool has. The cards of
// virtual machines of flexible ones do not tell theirs.
func addSets(list []string, members []*armnetwork.InterfaceIPConfiguration) []string {
	for _, m := range members {
		if name := partOf(value(m.ID), "virtualMachineScaleSets"); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}
