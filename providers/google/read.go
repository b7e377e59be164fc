package google

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// List returns the server groups in scope, oldest first. However many there
// are, each kind of thing is listed once; only groups that are changing, or
// behind a load balancer, are asked about their instances.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	found, err := c.groups(ctx, scope)
	if err == nil {
		var list []gennaker.ServerGroup
		if list, err = c.look(ctx, found); err == nil {
			gennaker.SortServerGroups(list)
			return list, nil
		}
	}
	return nil, fmt.Errorf("gce: list server groups: %w", err)
}

// Get returns one server group.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var got gennaker.ServerGroup
	err := c.change(ctx, "get", ref, func(g group) error {
		list, err := c.look(ctx, []group{g})
		if err == nil {
			got = list[0]
		}
		return err
	})
	return got, err
}

// look reads the instances of groups and their health, and makes server groups
// of them.
func (c *Cloud) look(ctx context.Context, groups []group) ([]gennaker.ServerGroup, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	members, err := c.membersOf(ctx, groups)
	if err != nil {
		return nil, err
	}
	t, err := c.survey(ctx, groups, members)
	if err != nil {
		return nil, err
	}
	var list []gennaker.ServerGroup
	for _, g := range groups {
		list = append(list, c.serverGroup(g, members[g.url()], t))
	}
	return list, nil
}

func (c *Cloud) serverGroup(g group, members []member, t traffic) gennaker.ServerGroup {
	s := gennaker.ServerGroup{
		Location: gennaker.Location{Account: c.Account, Region: g.at().region},
		Name:     g.Name, Moniker: gennaker.ParseMoniker(g.Name), Image: imageOf(g.template), Capacity: g.capacity(), Enabled: t.enabled(g),
		Created: when(g.CreationTimestamp), LoadBalancers: remembered(g.template).balancers(), Marks: g.note.marks(), Trouble: trouble(members),
	}
	for _, m := range members {
		s.Instances = append(s.Instances, see(g, m, t))
	}
	slices.SortFunc(s.Instances, func(a, b gennaker.Instance) int {
		if c := a.Launched.Compare(b.Launched); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return s
}

// capacity is what the autoscaler is told, or else what is noted.
func (g group) capacity() gennaker.Capacity {
	size := int(g.TargetSize)
	c := gennaker.Capacity{Min: size, Desired: size, Max: size}
	switch {
	case g.scaler != nil && g.scaler.AutoscalingPolicy != nil:
		c.Min, c.Max = int(g.scaler.AutoscalingPolicy.MinNumReplicas), int(g.scaler.AutoscalingPolicy.MaxNumReplicas)
	case g.note.Min != nil && g.note.Max != nil:
		c.Min, c.Max = min(*g.note.Min, size), max(*g.note.Max, size)
	}
	return c
}

// imageOf is the image of a template's first disk.
func imageOf(t *compute.InstanceTemplate) string {
	if t == nil || t.Properties == nil || len(t.Properties.Disks) == 0 || t.Properties.Disks[0].InitializeParams == nil {
		return ""
	}
	return relative(t.Properties.Disks[0].InitializeParams.SourceImage)
}
