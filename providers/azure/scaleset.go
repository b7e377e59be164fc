package azure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// scaleSet is a scale set and the resource group that it is in.
type scaleSet struct {
	*armcompute.VirtualMachineScaleSet
	group string
}

// The states of a scale set and of a machine, as far as they matter here.
const (
	stateCreating  = "Creating"
	stateUpdating  = "Updating"
	stateDeleting  = "Deleting"
	stateSucceeded = "Succeeded"
	stateFailed    = "Failed"
)

func (s scaleSet) name() string { return value(s.Name) }

func (s scaleSet) properties() armcompute.VirtualMachineScaleSetProperties {
	return value(s.Properties)
}

func (s scaleSet) state() string { return value(s.properties().ProvisioningState) }

func (s scaleSet) going() bool { return s.state() == stateDeleting }

// busy reports whether an operation is under way on it.
func (s scaleSet) busy() bool { return s.state() == stateCreating || s.state() == stateUpdating }

func (s scaleSet) flexible() bool {
	return value(s.properties().OrchestrationMode) == armcompute.OrchestrationModeFlexible
}

// automatic reports whether Azure itself brings the instances up to the model.
func (s scaleSet) automatic() bool {
	return value(value(s.properties().UpgradePolicy).Mode) == armcompute.UpgradeModeAutomatic
}

func (s scaleSet) tag(key string) string { return getTag(s.Tags, key) }

// enabled reports whether it is in traffic. One that we have not made is.
func (s scaleSet) enabled() bool { return !s.going() && s.tag(tagTraffic) != outOfTraffic }

// capacity is how many instances it wants. Others may have asked for more or
// fewer than the bounds that we keep.
func (s scaleSet) capacity() gennaker.Capacity {
	desired := int(value(value(s.SKU).Capacity))
	c := gennaker.Capacity{Min: desired, Desired: desired, Max: desired}
	if n, err := strconv.Atoi(s.tag(tagMin)); err == nil {
		c.Min = min(n, desired)
	}
	if n, err := strconv.Atoi(s.tag(tagMax)); err == nil {
		c.Max = max(n, desired)
	}
	return c
}

// pools are the backend pools that it is in when it is in traffic.
func (s scaleSet) pools() []string {
	if list := s.tag(tagPools); list != "" {
		return strings.Split(list, ",")
	}
	return s.modelPools()
}

// modelPools are those of its model, which new instances get.
func (s scaleSet) modelPools() []string {
	network := value(value(s.properties().VirtualMachineProfile).NetworkProfile)
	return poolsIn(network.NetworkInterfaceConfigurations)
}

// poolsIn are the backend pools of network cards, in lower case and in order.
func poolsIn(cards []*armcompute.VirtualMachineScaleSetNetworkConfiguration) []string {
	var all []string
	for _, card := range cards {
		for _, ip := range value(card.Properties).IPConfigurations {
			p := value(ip.Properties)
			all = append(all, idsOf(p.LoadBalancerBackendAddressPools)...)
			all = append(all, idsOf(p.ApplicationGatewayBackendAddressPools)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// groupsOf are the resource groups that an application's server groups are in.
func (c *Cloud) groupsOf(app, region string) []string {
	if len(c.config.ResourceGroups) > 0 {
		return c.config.ResourceGroups
	}
	return []string{app + "-" + region}
}

// find reads a scale set of any of the account's resource groups, also one that
// is being deleted, or says that there is none.
func (c *Cloud) find(ctx context.Context, ref gennaker.ServerGroupRef) (scaleSet, error) {
	for _, group := range c.groupsOf(gennaker.ParseMoniker(ref.Name).App, ref.Region) {
		s, err := c.set(ctx, group, ref.Name)
		err = c.inGroup(group, err)
		if errors.Is(err, gennaker.ErrNotFound) {
			continue
		}
		if err != nil || value(s.Location) == ref.Region {
			return s, err
		}
	}
	return scaleSet{}, gennaker.ErrNotFound
}

// inGroup gives an error about a resource group its kind. That one which the
// configuration names is not there is no answer to whether there is a server
// group.
func (c *Cloud) inGroup(group string, err error) error {
	if errors.Is(err, errNoGroup) && len(c.config.ResourceGroups) > 0 {
		return fmt.Errorf("resource group %s: %w: there is none: make it, or take it out of the account's resourceGroups", group, gennaker.ErrInvalid)
	}
	return err
}

// set reads a scale set.
func (c *Cloud) set(ctx context.Context, group, name string) (scaleSet, error) {
	found, err := c.sets.Get(ctx, group, name, nil)
	if err != nil {
		return scaleSet{}, kinded(err)
	}
	return scaleSet{&found.VirtualMachineScaleSet, group}, nil
}

// living reads a scale set that can be changed: one that is going cannot.
func (c *Cloud) living(ctx context.Context, ref gennaker.ServerGroupRef) (scaleSet, error) {
	s, err := c.find(ctx, ref)
	if err == nil && s.going() {
		return s, fmt.Errorf("%w: it is being deleted", gennaker.ErrNotFound)
	}
	return s, err
}

// setsIn lists the scale sets of a region that are in scope.
func (c *Cloud) setsIn(ctx context.Context, region string, scope gennaker.Scope) ([]scaleSet, error) {
	app := scope.Application
	if app == "" && scope.Cluster != "" {
		app = gennaker.ParseMoniker(scope.Cluster).App
	}
	if app == "" && len(c.config.ResourceGroups) == 0 {
		found, err := all(ctx, c.sets.NewListAllPager(nil),
			func(p armcompute.VirtualMachineScaleSetsClientListAllResponse) []*armcompute.VirtualMachineScaleSet {
				return p.Value
			})
		return c.choose(found, region, scope), err
	}
	var list []scaleSet
	for _, group := range c.groupsOf(app, region) {
		found, err := all(ctx, c.sets.NewListPager(group, nil),
			func(p armcompute.VirtualMachineScaleSetsClientListResponse) []*armcompute.VirtualMachineScaleSet {
				return p.Value
			})
		err = c.inGroup(group, err)
		if err != nil && !errors.Is(err, gennaker.ErrNotFound) { // the application has no group yet
			return nil, err
		}
		list = append(list, c.choose(found, region, scope)...)
	}
	return list, nil
}

// choose are those of the region and in scope and, under Spinnaker's rule, in
// the resource group of their application.
func (c *Cloud) choose(found []*armcompute.VirtualMachineScaleSet, region string, scope gennaker.Scope) []scaleSet {
	var list []scaleSet
	for _, set := range found {
		s := scaleSet{set, partOf(value(set.ID), "resourceGroups")}
		m := gennaker.ParseMoniker(s.name())
		if value(s.Location) != region || scope.Application != "" && scope.Application != m.App || scope.Cluster != "" && scope.Cluster != m.Cluster() {
			continue
		}
		if slices.ContainsFunc(c.groupsOf(m.App, region), func(g string) bool { return same(g, s.group) }) {
			list = append(list, s)
		}
	}
	return list
}

// all are the items of all pages.
func all[R, T any](ctx context.Context, pages *runtime.Pager[R], items func(R) []*T) ([]*T, error) {
	var list []*T
	for pages.More() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, kinded(err)
		}
		list = append(list, items(page)...)
	}
	return list, nil
}
