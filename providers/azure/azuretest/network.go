package azuretest

import (
	"context"
	"net/http"
	"slices"
	"strings"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9/fake"
)

// balancer is a load balancer or an application gateway.
type balancer struct {
	group, region, name string
	gateway             bool
	pools               []string // names
}

func (b *balancer) id() string {
	if b.gateway {
		return id(b.group, "Microsoft.Network/applicationGateways", b.name)
	}
	return id(b.group, "Microsoft.Network/loadBalancers", b.name)
}

func (b *balancer) pool(name string) string { return b.id() + "/backendAddressPools/" + name }

func (b *balancer) has(pool string) bool {
	return slices.ContainsFunc(b.pools, func(name string) bool { return strings.EqualFold(b.pool(name), pool) })
}

// address is its public one.
func (b *balancer) address() string {
	return id(b.group, "Microsoft.Network/publicIPAddresses", b.name)
}

// AddLoadBalancer makes a load balancer with backend pools of these names, in a
// resource group that there is then.
func (c *Cloud) AddLoadBalancer(group, region, name string, pools ...string) {
	c.addBalancer(&balancer{group: group, region: region, name: name, pools: pools})
}

// AddApplicationGateway makes an application gateway with such pools.
func (c *Cloud) AddApplicationGateway(group, region, name string, pools ...string) {
	c.addBalancer(&balancer{group: group, region: region, name: name, pools: pools, gateway: true})
}

func (c *Cloud) addBalancer(b *balancer) {
	c.AddResourceGroup(b.group)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.balancers = append(c.balancers, b)
}

// Members counts the machines in a backend pool of a load balancer or gateway.
func (c *Cloud) Members(name, pool string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	for _, b := range c.balancers {
		if b.name == name {
			return len(c.inPool(b.pool(pool)))
		}
	}
	return 0
}

// inPool are the addresses of machines in a backend pool.
func (c *Cloud) inPool(pool string) []*armnetwork.InterfaceIPConfiguration {
	var all []*armnetwork.InterfaceIPConfiguration
	for _, s := range c.sorted(func(*set) bool { return true }) {
		for _, m := range s.machines {
			if !slices.ContainsFunc(m.pools, func(p string) bool { return strings.EqualFold(p, pool) }) {
				continue
			}
			card := m.id + "/networkInterfaces/nic"
			if s.flexible() {
				card = m.card(s)
			}
			all = append(all, &armnetwork.InterfaceIPConfiguration{ID: to.Ptr(card + "/ipConfigurations/ip")})
		}
	}
	return all
}

// card is the network card of a machine in a flexible scale set.
func (m *machine) card(s *set) string {
	return id(s.group, "Microsoft.Network/networkInterfaces", m.name+"-nic")
}

// network is Microsoft's server of network resources, with what is behind it.
func (c *call) network() *fake.ServerFactory {
	return &fake.ServerFactory{
		LoadBalancersServer:       fake.LoadBalancersServer{Get: c.getBalancer, NewListAllPager: c.allBalancers},
		ApplicationGatewaysServer: fake.ApplicationGatewaysServer{Get: c.getGateway, NewListAllPager: c.allGateways},
		PublicIPAddressesServer:   fake.PublicIPAddressesServer{NewListAllPager: c.addresses},
		InterfacesServer:          fake.InterfacesServer{NewListPager: c.cards},
	}
}

// ofKind are the load balancers, or the gateways.
func (c *Cloud) ofKind(gateway bool) []*balancer {
	return slices.DeleteFunc(slices.Clone(c.balancers), func(b *balancer) bool { return b.gateway != gateway })
}

func (c *Cloud) findBalancer(gateway bool, group, name string) *balancer {
	for _, b := range c.ofKind(gateway) {
		if strings.EqualFold(b.group, group) && strings.EqualFold(b.name, name) {
			return b
		}
	}
	return nil
}

func (c *Cloud) balancerView(b *balancer) *armnetwork.LoadBalancer {
	p := &armnetwork.LoadBalancerPropertiesFormat{FrontendIPConfigurations: []*armnetwork.FrontendIPConfiguration{{
		Name: to.Ptr("front"), Properties: &armnetwork.FrontendIPConfigurationPropertiesFormat{PublicIPAddress: &armnetwork.PublicIPAddress{ID: to.Ptr(b.address())}}}}}
	for _, name := range b.pools {
		p.BackendAddressPools = append(p.BackendAddressPools, &armnetwork.BackendAddressPool{ID: to.Ptr(b.pool(name)), Name: &name,
			Properties: &armnetwork.BackendAddressPoolPropertiesFormat{BackendIPConfigurations: c.inPool(b.pool(name))}})
	}
	return &armnetwork.LoadBalancer{ID: to.Ptr(b.id()), Name: &b.name, Location: &b.region, Properties: p}
}

func (c *Cloud) gatewayView(b *balancer) *armnetwork.ApplicationGateway {
	p := &armnetwork.ApplicationGatewayPropertiesFormat{FrontendIPConfigurations: []*armnetwork.ApplicationGatewayFrontendIPConfiguration{{
		Name: to.Ptr("front"), Properties: &armnetwork.ApplicationGatewayFrontendIPConfigurationPropertiesFormat{PublicIPAddress: &armnetwork.SubResource{ID: to.Ptr(b.address())}}}}}
	for _, name := range b.pools {
		p.BackendAddressPools = append(p.BackendAddressPools, &armnetwork.ApplicationGatewayBackendAddressPool{ID: to.Ptr(b.pool(name)), Name: &name,
			Properties: &armnetwork.ApplicationGatewayBackendAddressPoolPropertiesFormat{BackendIPConfigurations: c.inPool(b.pool(name))}})
	}
	return &armnetwork.ApplicationGateway{ID: to.Ptr(b.id()), Name: &b.name, Location: &b.region, Properties: p}
}

func (c *call) getBalancer(_ context.Context, group, name string, _ *armnetwork.LoadBalancersClientGetOptions) (resp azfake.Responder[armnetwork.LoadBalancersClientGetResponse], e azfake.ErrorResponder) {
	b := c.findBalancer(false, group, name)
	if b == nil {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Network/loadBalancers/%s' under resource group '%s' was not found.", name, group)
	}
	resp.SetResponse(http.StatusOK, armnetwork.LoadBalancersClientGetResponse{LoadBalancer: *c.balancerView(b)}, nil)
	return resp, e
}

func (c *call) getGateway(_ context.Context, group, name string, _ *armnetwork.ApplicationGatewaysClientGetOptions) (resp azfake.Responder[armnetwork.ApplicationGatewaysClientGetResponse], e azfake.ErrorResponder) {
	b := c.findBalancer(true, group, name)
	if b == nil {
		return resp, c.no(http.StatusNotFound, "ResourceNotFound", "The Resource 'Microsoft.Network/applicationGateways/%s' under resource group '%s' was not found.", name, group)
	}
	resp.SetResponse(http.StatusOK, armnetwork.ApplicationGatewaysClientGetResponse{ApplicationGateway: *c.gatewayView(b)}, nil)
	return resp, e
}

func (c *call) allBalancers(*armnetwork.LoadBalancersClientListAllOptions) (resp azfake.PagerResponder[armnetwork.LoadBalancersClientListAllResponse]) {
	some, next := page(c, c.ofKind(false))
	list := armnetwork.LoadBalancerListResult{NextLink: next, Value: []*armnetwork.LoadBalancer{}}
	for _, b := range some {
		list.Value = append(list.Value, c.balancerView(b))
	}
	resp.AddPage(http.StatusOK, armnetwork.LoadBalancersClientListAllResponse{LoadBalancerListResult: list}, nil)
	return resp
}

func (c *call) allGateways(*armnetwork.ApplicationGatewaysClientListAllOptions) (resp azfake.PagerResponder[armnetwork.ApplicationGatewaysClientListAllResponse]) {
	some, next := page(c, c.ofKind(true))
	list := armnetwork.ApplicationGatewayListResult{NextLink: next, Value: []*armnetwork.ApplicationGateway{}}
	for _, b := range some {
		list.Value = append(list.Value, c.gatewayView(b))
	}
	resp.AddPage(http.StatusOK, armnetwork.ApplicationGatewaysClientListAllResponse{ApplicationGatewayListResult: list}, nil)
	return resp
}

func (c *call) addresses(*armnetwork.PublicIPAddressesClientListAllOptions) (resp azfake.PagerResponder[armnetwork.PublicIPAddressesClientListAllResponse]) {
	some, next := page(c, c.balancers)
	list := armnetwork.PublicIPAddressListResult{NextLink: next, Value: []*armnetwork.PublicIPAddress{}}
	for _, b := range some {
		list.Value = append(list.Value, &armnetwork.PublicIPAddress{ID: to.Ptr(b.address()), Name: &b.name, Location: &b.region,
			Properties: &armnetwork.PublicIPAddressPropertiesFormat{IPAddress: to.Ptr("203.0.113.7")}})
	}
	resp.AddPage(http.StatusOK, armnetwork.PublicIPAddressesClientListAllResponse{PublicIPAddressListResult: list}, nil)
	return resp
}

// cards are the network cards of the machines in flexible scale sets.
func (c *call) cards(group string, _ *armnetwork.InterfacesClientListOptions) (resp azfake.PagerResponder[armnetwork.InterfacesClientListResponse]) {
	var all []*armnetwork.Interface
	for _, s := range c.sorted(func(s *set) bool { return s.flexible() && strings.EqualFold(s.group, group) }) {
		for _, m := range s.machines {
			p := &armnetwork.InterfaceIPConfigurationPropertiesFormat{PrivateIPAddress: to.Ptr("10.0.0.4")}
			for _, pool := range m.pools {
				if strings.Contains(strings.ToLower(pool), "/applicationgateways/") {
					p.ApplicationGatewayBackendAddressPools = append(p.ApplicationGatewayBackendAddressPools, &armnetwork.ApplicationGatewayBackendAddressPool{ID: &pool})
				} else {
					p.LoadBalancerBackendAddressPools = append(p.LoadBalancerBackendAddressPools, &armnetwork.BackendAddressPool{ID: &pool})
				}
			}
			all = append(all, &armnetwork.Interface{ID: to.Ptr(m.card(s)), Location: s.model.Location, Properties: &armnetwork.InterfacePropertiesFormat{
				VirtualMachine: &armnetwork.SubResource{ID: &m.id}, IPConfigurations: []*armnetwork.InterfaceIPConfiguration{{Name: to.Ptr("ip"), Properties: p}}}})
		}
	}
	some, next := page(c, all)
	list := armnetwork.InterfaceListResult{NextLink: next, Value: some}
	resp.AddPage(http.StatusOK, armnetwork.InterfacesClientListResponse{InterfaceListResult: list}, nil)
	return resp
}
