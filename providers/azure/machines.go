package azure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/network/armnetwork/v9"
)

// machine is an instance of a scale set: a member of a uniform one, or a
// virtual machine of a flexible one.
type machine struct {
	name     string // of its own in the resource group
	key      string // by which requests about its scale set name it
	state    string // of its provisioning
	statuses []*armcompute.InstanceViewStatus
	health   *armcompute.InstanceViewStatus // as the scale set's health monitor says
	created  time.Time
	address  string
	pools    []string
}

func (m machine) going() bool { return m.state == stateDeleting }

// power is the machine's power state, such as running, or empty.
func (m machine) power() string { return codeOf(m.statuses, "PowerState/") }

// message is what Azure says about its provisioning, if it says anything.
func (m machine) message() string {
	for _, s := range m.statuses {
		if strings.HasPrefix(value(s.Code), "ProvisioningState/") && value(s.Message) != "" {
			return value(s.Message)
		}
	}
	return ""
}

// codeOf is the end of the status code that begins so.
func codeOf(statuses []*armcompute.InstanceViewStatus, begin string) string {
	for _, s := range statuses {
		if rest, ok := strings.CutPrefix(value(s.Code), begin); ok {
			return rest
		}
	}
	return ""
}

// machinesOf reads the instances of a scale set.
func (c *Cloud) machinesOf(ctx context.Context, s scaleSet) ([]machine, error) {
	if s.flexible() {
		return c.flexibleMachines(ctx, s)
	}
	found, err := all(ctx, c.members.NewListPager(s.group, s.name(), &armcompute.VirtualMachineScaleSetVMsClientListOptions{Expand: to.Ptr("instanceView")}),
		func(p armcompute.VirtualMachineScaleSetVMsClientListResponse) []*armcompute.VirtualMachineScaleSetVM {
			return p.Value
		})
	var list []machine
	for _, vm := range found {
		list = append(list, member(*vm))
	}
	return list, err
}

func member(vm armcompute.VirtualMachineScaleSetVM) machine {
	p := value(vm.Properties)
	view := value(p.InstanceView)
	return machine{
		name: value(vm.Name), key: value(vm.InstanceID), state: value(p.ProvisioningState), statuses: view.Statuses,
		health: value(view.VMHealth).Status, created: value(p.TimeCreated),
		pools: poolsIn(value(p.NetworkProfileConfiguration).NetworkInterfaceConfigurations),
	}
}

// flexibleMachines are virtual machines like any other; their network cards are
// resources of their own, which tell the address and the pools.
func (c *Cloud) flexibleMachines(ctx context.Context, s scaleSet) ([]machine, error) {
	found, err := all(ctx, c.machines.NewListPager(s.group, &armcompute.VirtualMachinesClientListOptions{
		Filter: to.Ptr(fmt.Sprintf("'virtualMachineScaleSet/id' eq '%s'", value(s.ID))), Expand: to.Ptr(armcompute.ExpandTypeForListVMsInstanceView)}),
		func(p armcompute.VirtualMachinesClientListResponse) []*armcompute.VirtualMachine { return p.Value })
	if err != nil || len(found) == 0 {
		return nil, err
	}
	cards, err := all(ctx, c.cards.NewListPager(s.group, nil),
		func(p armnetwork.InterfacesClientListResponse) []*armnetwork.Interface { return p.Value })
	if err != nil {
		return nil, err
	}
	var list []machine
	for _, vm := range found {
		p := value(vm.Properties)
		view := value(p.InstanceView)
		m := machine{name: value(vm.Name), key: value(vm.Name), state: value(p.ProvisioningState), statuses: view.Statuses,
			health: value(view.VMHealth).Status, created: value(p.TimeCreated)}
		m.plugIn(value(vm.ID), cards)
		list = append(list, m)
	}
	return list, nil
}

// plugIn notes what the network cards of a virtual machine tell.
func (m *machine) plugIn(id string, cards []*armnetwork.Interface) {
	for _, card := range cards {
		p := value(card.Properties)
		if !same(value(value(p.VirtualMachine).ID), id) {
			continue
		}
		for _, ip := range p.IPConfigurations {
			of := value(ip.Properties)
			if m.address == "" {
				m.address = value(of.PrivateIPAddress)
			}
			for _, pool := range of.LoadBalancerBackendAddressPools {
				m.pools = append(m.pools, strings.ToLower(value(pool.ID)))
			}
			for _, pool := range of.ApplicationGatewayBackendAddressPools {
				m.pools = append(m.pools, strings.ToLower(value(pool.ID)))
			}
		}
	}
	slices.Sort(m.pools)
	m.pools = slices.Compact(m.pools)
}
