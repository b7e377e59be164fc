package google

import (
	"context"
	"fmt"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// The words of Google for what an autoscaler does.
const (
	scalingOn  = "ON"
	scalingOff = "OFF"
)

// autoscaler reads the autoscaler of a group, nil if there is none.
func (c *Cloud) autoscaler(ctx context.Context, m *compute.InstanceGroupManager) (s *compute.Autoscaler, err error) {
	if m.Status == nil || m.Status.Autoscaler == "" {
		return nil, nil
	}
	at, name := placeOf(m.Zone, m.Region), last(m.Status.Autoscaler)
	if at.zone != "" {
		s, err = c.api.Autoscalers.Get(c.Project, at.zone, name).Context(ctx).Do()
	} else {
		s, err = c.api.RegionAutoscalers.Get(c.Project, at.region, name).Context(ctx).Do()
	}
	if err != nil {
		return nil, fmt.Errorf("its autoscaler: %w", listed(err))
	}
	return s, nil
}

// autoscalers reads all autoscalers, by the group that they are for.
func (c *Cloud) autoscalers(ctx context.Context) (map[string]*compute.Autoscaler, error) {
	all := map[string]*compute.Autoscaler{}
	err := c.api.Autoscalers.AggregatedList(c.Project).Pages(ctx, func(page *compute.AutoscalerAggregatedList) error {
		for scope, items := range page.Items {
			if w := items.Warning; w != nil {
				if err := seen(scope, &warning{w.Code, w.Message}); err != nil {
					return err
				}
			}
			for _, s := range items.Autoscalers {
				all[relative(s.Target)] = s
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("autoscalers: %w", listed(err))
	}
	return all, nil
}

// insertAutoscaler makes the autoscaler of a group; one that is there stays.
func (c *Cloud) insertAutoscaler(ctx context.Context, at place, s *compute.Autoscaler, token string) error {
	err := c.once(ctx, func(id string) (*compute.Operation, error) {
		if at.zone != "" {
			return c.api.Autoscalers.Insert(c.Project, at.zone, s).RequestId(id).Context(ctx).Do()
		}
		return c.api.RegionAutoscalers.Insert(c.Project, at.region, s).RequestId(id).Context(ctx).Do()
	}, "autoscaler", at.region, at.zone, s.Name, token)
	if err != nil {
		return fmt.Errorf("make its autoscaler: %w", err)
	}
	return nil
}

// patchAutoscaler changes what the policy says, and nothing else.
func (c *Cloud) patchAutoscaler(ctx context.Context, g group, p compute.AutoscalingPolicy) error {
	at, s := g.at(), &compute.Autoscaler{AutoscalingPolicy: &p}
	var err error
	if at.zone != "" {
		err = c.end(ctx)(c.api.Autoscalers.Patch(c.Project, at.zone, s).Autoscaler(g.scaler.Name).RequestId(anyID()).Context(ctx).Do())
	} else {
		err = c.end(ctx)(c.api.RegionAutoscalers.Patch(c.Project, at.region, s).Autoscaler(g.scaler.Name).RequestId(anyID()).Context(ctx).Do())
	}
	if err != nil {
		return fmt.Errorf("change its autoscaler: %w", err)
	}
	return nil
}

func (c *Cloud) deleteAutoscaler(ctx context.Context, g group) error {
	if g.scaler == nil {
		return nil
	}
	at, err := g.at(), error(nil)
	if at.zone != "" {
		err = c.end(ctx)(c.api.Autoscalers.Delete(c.Project, at.zone, g.scaler.Name).RequestId(anyID()).Context(ctx).Do())
	} else {
		err = c.end(ctx)(c.api.RegionAutoscalers.Delete(c.Project, at.region, g.scaler.Name).RequestId(anyID()).Context(ctx).Do())
	}
	if err = gone(err); err != nil {
		return fmt.Errorf("delete its autoscaler: %w", err)
	}
	return nil
}

// sized is what an autoscaler is told of a capacity.
func sized(c gennaker.Capacity) compute.AutoscalingPolicy {
	return compute.AutoscalingPolicy{MinNumReplicas: int64(c.Min), MaxNumReplicas: int64(c.Max),
		ForceSendFields: []string{"MinNumReplicas", "MaxNumReplicas"}}
}

// mode is what the group's autoscaler does; empty if it has none.
func (g group) mode() string {
	if g.scaler == nil || g.scaler.AutoscalingPolicy == nil {
		return ""
	}
	return g.scaler.AutoscalingPolicy.Mode
}
