package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// Resize sets the capacity. Its bounds are tags, which change with it.
func (c *Cloud) Resize(ctx context.Context, q gennaker.ResizeServerGroup) error {
	return c.changing(ctx, "resize", q.ServerGroupRef, func() error {
		if err := q.Capacity.Check(); err != nil {
			return err
		}
		_, err := c.change(ctx, q.ServerGroupRef, func(s scaleSet) (*armcompute.VirtualMachineScaleSetUpdate, error) {
			if s.capacity() == q.Capacity {
				return nil, nil
			}
			return &armcompute.VirtualMachineScaleSetUpdate{
				SKU:  s.sized(q.Capacity.Desired),
				Tags: s.with(func(tags map[string]*string) { size(tags, q.Capacity) }),
			}, nil
		})
		return err
	})
}

// sized is its SKU with so many instances.
func (s scaleSet) sized(desired int) *armcompute.SKU {
	sku := value(s.SKU)
	return &armcompute.SKU{Name: sku.Name, Tier: sku.Tier, Capacity: to.Ptr(int64(desired))}
}

// changeTries bounds how often a change is planned anew because the scale set
// was changed meanwhile.
const changeTries = 3

// change changes the model of a scale set, in one request, as the plan for it
// says; nil leaves it. Azure takes the change only of what was read. It returns
// the scale set as it was read.
func (c *Cloud) change(ctx context.Context, ref gennaker.ServerGroupRef, plan func(scaleSet) (*armcompute.VirtualMachineScaleSetUpdate, error)) (scaleSet, error) {
	for try := 1; ; try++ {
		s, err := c.living(ctx, ref)
		if err != nil {
			return s, err
		}
		update, err := plan(s)
		if update == nil || err != nil {
			return s, err
		}
		begun, err := c.sets.BeginUpdate(ctx, s.group, s.name(), *update, &armcompute.VirtualMachineScaleSetsClientBeginUpdateOptions{IfMatch: s.Etag})
		var answer *azcore.ResponseError
		if errors.As(err, &answer) && answer.StatusCode == 412 && try < changeTries {
			continue
		}
		return s, follow(ctx, begun, err)
	}
}

// Enable puts the server group into its backend pools.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.changing(ctx, "enable", ref, func() error { return c.move(ctx, ref, inTraffic) })
}

// Disable takes the server group out of its backend pools: they send nothing
// new to its instances.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.changing(ctx, "disable", ref, func() error { return c.move(ctx, ref, outOfTraffic) })
}

// move changes the model, with the tag that says so, and brings the instances
// up to it.
func (c *Cloud) move(ctx context.Context, ref gennaker.ServerGroupRef, to string) error {
	s, err := c.change(ctx, ref, func(s scaleSet) (*armcompute.VirtualMachineScaleSetUpdate, error) {
		if s.enabled() == (to == inTraffic) {
			return nil, nil
		}
		return s.moved(to)
	})
	if err != nil || len(s.pools()) == 0 {
		return err
	}
	return c.bringUp(ctx, s)
}

// moved is the change that puts a scale set into traffic or takes it out.
func (s scaleSet) moved(to string) (*armcompute.VirtualMachineScaleSetUpdate, error) {
	update := &armcompute.VirtualMachineScaleSetUpdate{Tags: s.with(func(tags map[string]*string) {
		setTag(tags, tagTraffic, to)
		if len(s.pools()) > 0 {
			setTag(tags, tagPools, joined(s.pools()))
		}
	})}
	if len(s.pools()) == 0 {
		return update, nil
	}
	var pools []string
	if to == inTraffic {
		pools = s.pools()
	}
	network, err := s.wired(pools)
	update.Properties = &armcompute.VirtualMachineScaleSetUpdateProperties{
		VirtualMachineProfile: &armcompute.VirtualMachineScaleSetUpdateVMProfile{NetworkProfile: network}}
	return update, err
}

// wired is the network of its model with its first address in these pools, and
// no other. The rest is as it is.
func (s scaleSet) wired(pools []string) (*armcompute.VirtualMachineScaleSetUpdateNetworkProfile, error) {
	now := value(value(s.properties().VirtualMachineProfile).NetworkProfile)
	data, err := json.Marshal(armcompute.VirtualMachineScaleSetNetworkProfile{NetworkInterfaceConfigurations: now.NetworkInterfaceConfigurations})
	if err != nil {
		return nil, err
	}
	var next armcompute.VirtualMachineScaleSetUpdateNetworkProfile
	if err := json.Unmarshal(data, &next); err != nil {
		return nil, err
	}
	balancers, gateways := split(pools)
	for _, card := range next.NetworkInterfaceConfigurations {
		for _, ip := range value(card.Properties).IPConfigurations {
			if ip.Properties == nil {
				continue
			}
			ip.Properties.LoadBalancerBackendAddressPools = refsTo(balancers)
			ip.Properties.ApplicationGatewayBackendAddressPools = refsTo(gateways)
			balancers, gateways = nil, nil // they are those of the first
		}
	}
	return &next, nil
}

// split parts pools of load balancers from those of application gateways.
func split(pools []string) (balancers, gateways []string) {
	for _, pool := range pools {
		if partOf(pool, "applicationGateways") != "" {
			gateways = append(gateways, pool)
		} else {
			balancers = append(balancers, pool)
		}
	}
	return balancers, gateways
}

// bringUp has the instances get the pools of the model, when the operation that
// changes it is over. Where Azure does that by itself, there is nothing to do.
func (c *Cloud) bringUp(ctx context.Context, s scaleSet) error {
	s, err := c.settled(ctx, s)
	if err != nil || s.automatic() {
		return err
	}
	machines, err := c.machinesOf(ctx, s)
	if err != nil {
		return err
	}
	var behind []string
	for _, m := range machines {
		if !m.going() && !slices.Equal(m.pools, s.modelPools()) {
			behind = append(behind, m.key)
		}
	}
	if len(behind) == 0 {
		return nil
	}
	_, err = c.sets.BeginUpdateInstances(ctx, s.group, s.name(), armcompute.VirtualMachineScaleSetVMInstanceRequiredIDs{InstanceIDs: pointers(behind)}, nil)
	if err != nil {
		return fmt.Errorf("bring instances up to the model: %w", kinded(err))
	}
	return nil
}
