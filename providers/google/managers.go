package google

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// place is where an instance group is: in a zone, or in a whole region. Google
// has each call about one twice, and here is the one place that knows it.
type place struct{ region, zone string }

// placeOf is where something with those URLs is.
func placeOf(zone, region string) place {
	if zone != "" {
		name := last(zone)
		return place{region: regionOf(name), zone: name}
	}
	return place{region: last(region)}
}

// regionOf is the region of a zone.
func regionOf(zone string) string {
	if at := strings.LastIndexByte(zone, '-'); at >= 0 {
		return zone[:at]
	}
	return zone
}

// managers lists the instance groups that a filter finds, in one region or in
// all of the account.
func (c *Cloud) managers(ctx context.Context, filter, region string) ([]*compute.InstanceGroupManager, error) {
	var all []*compute.InstanceGroupManager
	call := c.api.InstanceGroupManagers.AggregatedList(c.Project)
	if filter != "" {
		call.Filter(filter)
	}
	err := call.Pages(ctx, func(page *compute.InstanceGroupManagerAggregatedList) error {
		for _, scope := range gennaker.SortedKeys(page.Items) {
			items := page.Items[scope]
			if err := seenBy(scope, items.Warning); err != nil {
				return err
			}
			for _, m := range items.InstanceGroupManagers {
				if at := placeOf(m.Zone, m.Region); at.region == region || region == "" && c.in(at.region, gennaker.ErrNotFound) == nil {
					all = append(all, m)
				}
			}
		}
		return nil
	})
	return all, listed(err)
}

func seenBy(scope string, w *compute.InstanceGroupManagersScopedListWarning) error {
	if w == nil {
		return nil
	}
	return seen(scope, &warning{w.Code, w.Message})
}

func (c *Cloud) manager(ctx context.Context, at place, name string) (m *compute.InstanceGroupManager, err error) {
	if at.zone != "" {
		m, err = c.api.InstanceGroupManagers.Get(c.Project, at.zone, name).Context(ctx).Do()
	} else {
		m, err = c.api.RegionInstanceGroupManagers.Get(c.Project, at.region, name).Context(ctx).Do()
	}
	return m, kinded(err)
}

func (c *Cloud) insertManager(ctx context.Context, at place, m *compute.InstanceGroupManager, token string) error {
	return c.once(ctx, func(id string) (*compute.Operation, error) {
		if at.zone != "" {
			return c.api.InstanceGroupManagers.Insert(c.Project, at.zone, m).RequestId(id).Context(ctx).Do()
		}
		return c.api.RegionInstanceGroupManagers.Insert(c.Project, at.region, m).RequestId(id).Context(ctx).Do()
	}, "group", at.region, at.zone, m.Name, token)
}

// patchManager changes what the fields of m say, and nothing else.
func (c *Cloud) patchManager(ctx context.Context, at place, name string, m *compute.InstanceGroupManager) error {
	if at.zone != "" {
		return c.end(ctx)(c.api.InstanceGroupManagers.Patch(c.Project, at.zone, name, m).RequestId(anyID()).Context(ctx).Do())
	}
	return c.end(ctx)(c.api.RegionInstanceGroupManagers.Patch(c.Project, at.region, name, m).RequestId(anyID()).Context(ctx).Do())
}

func (c *Cloud) resizeManager(ctx context.Context, at place, name string, size int) error {
	if at.zone != "" {
		return c.end(ctx)(c.api.InstanceGroupManagers.Resize(c.Project, at.zone, name, int64(size)).RequestId(anyID()).Context(ctx).Do())
	}
	return c.end(ctx)(c.api.RegionInstanceGroupManagers.Resize(c.Project, at.region, name, int64(size)).RequestId(anyID()).Context(ctx).Do())
}

func (c *Cloud) deleteManager(ctx context.Context, at place, name string) error {
	if at.zone != "" {
		return c.end(ctx)(c.api.InstanceGroupManagers.Delete(c.Project, at.zone, name).RequestId(anyID()).Context(ctx).Do())
	}
	return c.end(ctx)(c.api.RegionInstanceGroupManagers.Delete(c.Project, at.region, name).RequestId(anyID()).Context(ctx).Do())
}

// setPools says which target pools instances get into when they are made.
func (c *Cloud) setPools(ctx context.Context, at place, name, fingerprint string, pools []string) error {
	send := []string{"TargetPools"}
	if at.zone != "" {
		q := &compute.InstanceGroupManagersSetTargetPoolsRequest{Fingerprint: fingerprint, TargetPools: pools, ForceSendFields: send}
		return c.end(ctx)(c.api.InstanceGroupManagers.SetTargetPools(c.Project, at.zone, name, q).RequestId(anyID()).Context(ctx).Do())
	}
	q := &compute.RegionInstanceGroupManagersSetTargetPoolsRequest{Fingerprint: fingerprint, TargetPools: pools, ForceSendFields: send}
	return c.end(ctx)(c.api.RegionInstanceGroupManagers.SetTargetPools(c.Project, at.region, name, q).RequestId(anyID()).Context(ctx).Do())
}

// deleteInstances ends instances and has the group want that many fewer.
func (c *Cloud) deleteInstances(ctx context.Context, at place, name string, urls []string, which string) error {
	return c.once(ctx, func(id string) (*compute.Operation, error) {
		if at.zone != "" {
			q := &compute.InstanceGroupManagersDeleteInstancesRequest{Instances: urls}
			return c.api.InstanceGroupManagers.DeleteInstances(c.Project, at.zone, name, q).RequestId(id).Context(ctx).Do()
		}
		q := &compute.RegionInstanceGroupManagersDeleteInstancesRequest{Instances: urls}
		return c.api.RegionInstanceGroupManagers.DeleteInstances(c.Project, at.region, name, q).RequestId(id).Context(ctx).Do()
	}, "delete", which)
}

// recreateInstances ends instances and makes others of the same names.
func (c *Cloud) recreateInstances(ctx context.Context, at place, name string, urls []string, which string) error {
	return c.once(ctx, func(id string) (*compute.Operation, error) {
		if at.zone != "" {
			q := &compute.InstanceGroupManagersRecreateInstancesRequest{Instances: urls}
			return c.api.InstanceGroupManagers.RecreateInstances(c.Project, at.zone, name, q).RequestId(id).Context(ctx).Do()
		}
		q := &compute.RegionInstanceGroupManagersRecreateRequest{Instances: urls}
		return c.api.RegionInstanceGroupManagers.RecreateInstances(c.Project, at.region, name, q).RequestId(id).Context(ctx).Do()
	}, "recreate", which)
}

// managed are the instances of a group as it means them: those that it is
// still making too.
func (c *Cloud) managed(ctx context.Context, at place, name string) ([]*compute.ManagedInstance, error) {
	var all []*compute.ManagedInstance
	var err error
	if at.zone != "" {
		err = c.api.InstanceGroupManagers.ListManagedInstances(c.Project, at.zone, name).Pages(ctx, func(page *compute.InstanceGroupManagersListManagedInstancesResponse) error {
			all = append(all, page.ManagedInstances...)
			return nil
		})
	} else {
		err = c.api.RegionInstanceGroupManagers.ListManagedInstances(c.Project, at.region, name).Pages(ctx, func(page *compute.RegionInstanceGroupManagersListInstancesResponse) error {
			all = append(all, page.ManagedInstances...)
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("instances of %s: %w", name, kinded(err))
	}
	return all, nil
}
