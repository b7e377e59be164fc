package azure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// List returns the server groups in scope, oldest first.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var list []gennaker.ServerGroup
	for _, region := range c.within(scope.Region) {
		sets, err := c.setsIn(ctx, region, scope)
		if err != nil {
			return nil, fmt.Errorf("azure: list server groups in %s: %w", region, err)
		}
		seen, err := c.lookAll(ctx, sets)
		if err != nil {
			return nil, fmt.Errorf("azure: list server groups in %s: %w", region, err)
		}
		list = append(list, seen...)
	}
	gennaker.SortServerGroups(list)
	return list, nil
}

// lookAll reads what belongs to scale sets, without those that have gone
// meanwhile.
func (c *Cloud) lookAll(ctx context.Context, sets []scaleSet) ([]gennaker.ServerGroup, error) {
	var mu sync.Mutex // guards list
	var list []gennaker.ServerGroup
	reading := together()
	for _, s := range sets {
		reading.Go(func() error {
			g, err := c.look(ctx, s)
			if errors.Is(err, gennaker.ErrNotFound) {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			list = append(list, g)
			return err
		})
	}
	return list, reading.Wait()
}

// Get returns one server group. One that is being deleted is there, out of
// traffic, until it is gone.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var got gennaker.ServerGroup
	err := c.do("get", ref, func() error {
		s, err := c.find(ctx, ref)
		if err != nil {
			return err
		}
		got, err = c.look(ctx, s)
		return err
	})
	return got, err
}

// look makes a server group of a scale set and its instances.
func (c *Cloud) look(ctx context.Context, s scaleSet) (gennaker.ServerGroup, error) {
	machines, err := c.machinesOf(ctx, s)
	if err != nil {
		return gennaker.ServerGroup{}, err
	}
	g := gennaker.ServerGroup{
		Location: c.location(value(s.Location)), Name: s.name(), Moniker: gennaker.ParseMoniker(s.name()), Capacity: s.capacity(),
		Enabled: s.enabled(), Created: value(s.properties().TimeCreated), Marks: marksIn(s.Tags), Image: s.image(),
	}
	for _, pool := range s.pools() {
		if name := balancerOf(pool); !slices.Contains(g.LoadBalancers, name) {
			g.LoadBalancers = append(g.LoadBalancers, name)
		}
	}
	slices.SortFunc(machines, func(a, b machine) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.name, b.name))
	})
	for _, m := range machines {
		g.Instances = append(g.Instances, see(s, m))
	}
	if s.state() == stateFailed {
		g.Trouble, err = c.trouble(ctx, s)
	}
	return g, err
}

// trouble is why the last operation on a scale set failed, in Azure's words.
func (c *Cloud) trouble(ctx context.Context, s scaleSet) (string, error) {
	view, err := c.sets.GetInstanceView(ctx, s.group, s.name(), nil)
	if err != nil {
		return "", kinded(err)
	}
	for _, status := range view.Statuses {
		if value(status.Level) == armcompute.StatusLevelTypesError && value(status.Message) != "" {
			return value(status.Message), nil
		}
	}
	return "its provisioning has failed", nil
}

// image is what its instances run: the id of an image, or publisher, offer,
// SKU and version of one of the marketplace.
func (s scaleSet) image() string {
	r := value(value(value(s.properties().VirtualMachineProfile).StorageProfile).ImageReference)
	for _, id := range []*string{r.ID, r.SharedGalleryImageID, r.CommunityGalleryImageID} {
		if id != nil {
			return *id
		}
	}
	if r.Publisher == nil {
		return ""
	}
	return strings.Join([]string{value(r.Publisher), value(r.Offer), value(r.SKU), value(r.Version)}, ":")
}

// balancerOf is the name of the load balancer or application gateway that a
// backend pool belongs to.
func balancerOf(pool string) string {
	return cmp.Or(partOf(pool, "loadBalancers"), partOf(pool, "applicationGateways"))
}
