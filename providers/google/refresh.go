package google

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// A refresh is a rolling update of the group to a template of its own. The
// name of the group's version tells the token, so that a repeat finds it.
const refreshVersion = "gennaker-refresh-"

// StartRefresh makes a template with the fields that change, and has the group
// replace its instances by ones of it.
func (c *Cloud) StartRefresh(ctx context.Context, q gennaker.StartRefresh) error {
	return c.change(ctx, "refresh", q.ServerGroupRef, func(g group) error {
		switch now, ok := refreshOf(g, nil); {
		case ok && now.Token == q.Token:
			return nil
		case ok && now.State == gennaker.RefreshRunning:
			return fmt.Errorf("%w: refresh %s of it is under way", gennaker.ErrExists, now.Token)
		}
		if remembered(g.template).any() && len(g.AutoHealingPolicies) == 0 && q.MinHealthy > 0 {
			return fmt.Errorf("%w: it has no autoHealingPolicy: Google asks no load balancer, and would end instances before others take their traffic", gennaker.ErrInvalid)
		}
		t, err := c.changed(ctx, g, q)
		if err != nil {
			return err
		}
		name := templateName(g.Name, q.Token)
		if err := c.insertTemplate(ctx, t, name, q.Token); err != nil {
			return err
		}
		err = insist(ctx, func() error {
			m, err := c.manager(ctx, g.at(), g.Name)
			if err != nil || versionOf(m) == refreshVersion+q.Token {
				return err
			}
			return c.patchManager(ctx, g.at(), g.Name, &compute.InstanceGroupManager{
				Fingerprint:  m.Fingerprint,
				Versions:     []*compute.InstanceGroupManagerVersion{{Name: refreshVersion + q.Token, InstanceTemplate: c.link("global/instanceTemplates/" + name)}},
				UpdatePolicy: rolling(m, q.MinHealthy),
			})
		})
		return err
	})
}

// changed is the group's template, with some fields as they shall be.
func (c *Cloud) changed(ctx context.Context, g group, q gennaker.StartRefresh) (*compute.InstanceTemplate, error) {
	block, err := c.Spec(ctx, q.ServerGroupRef)
	if err != nil {
		return nil, err
	}
	if q.Spec["imageId"] != nil || q.Spec["imageArtifact"] != nil {
		delete(block, "image")
	}
	maps.Copy(block, q.Spec)
	s, err := decode(block)
	if err != nil {
		return nil, err
	}
	was := remembered(g.template)
	return c.planTemplate(ctx, plan{CreateServerGroup: gennaker.CreateServerGroup{Location: q.Location, Name: g.Name, Marks: g.note.marks()},
		spec: s, at: g.at(), memory: was})
}

// rolling is how instances are replaced: so many fewer than wanted may be in
// service meanwhile, or else so many more there may be. A regional group
// replaces one in each of its zones at least.
func rolling(m *compute.InstanceGroupManager, least int) *compute.InstanceGroupManagerUpdatePolicy {
	step := int64(1)
	if m.DistributionPolicy != nil {
		step = max(step, int64(len(m.DistributionPolicy.Zones)))
	} else if m.Region != "" {
		step = 3
	}
	missing := m.TargetSize * int64(100-least) / 100
	surge := int64(0)
	if missing < step {
		missing, surge = 0, step
	}
	return &compute.InstanceGroupManagerUpdatePolicy{
		Type: "PROACTIVE", MinimalAction: "REPLACE", ReplacementMethod: "SUBSTITUTE",
		MaxSurge:       &compute.FixedOrPercent{Fixed: surge, ForceSendFields: []string{"Fixed"}},
		MaxUnavailable: &compute.FixedOrPercent{Fixed: missing, ForceSendFields: []string{"Fixed"}},
	}
}

func versionOf(m *compute.InstanceGroupManager) string {
	if len(m.Versions) == 0 {
		return ""
	}
	return m.Versions[0].Name
}

// GetRefresh returns the newest refresh, if it is ours.
func (c *Cloud) GetRefresh(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.Refresh, error) {
	var got gennaker.Refresh
	err := c.change(ctx, "read the refresh of", ref, func(g group) error {
		members, err := c.all(ctx, g)
		if err != nil {
			return err
		}
		var ok bool
		if got, ok = refreshOf(g, members); !ok {
			return fmt.Errorf("%w: there was none", gennaker.ErrNotFound)
		}
		return nil
	})
	return got, err
}

// refreshOf is how the newest refresh of a group stands.
func refreshOf(g group, members []member) (gennaker.Refresh, bool) {
	token, ours := strings.CutPrefix(versionOf(g.InstanceGroupManager), refreshVersion)
	if !ours {
		return gennaker.Refresh{}, false
	}
	r := gennaker.Refresh{Token: token, State: gennaker.RefreshRunning, Reason: trouble(members)}
	if g.template != nil {
		r.Started = when(g.template.CreationTimestamp)
	}
	fresh := 0
	for _, m := range members {
		if m.managed != nil && m.managed.Version != nil && m.action() == "NONE" &&
			relative(m.managed.Version.InstanceTemplate) == relative(templateOf(g.InstanceGroupManager)) {
			fresh++
		}
	}
	if len(members) > 0 {
		r.Percent = 100 * fresh / len(members)
	}
	reached := g.Status != nil && g.Status.VersionTarget != nil && g.Status.VersionTarget.IsReached
	switch {
	case reached && (members == nil || fresh == len(members)):
		r.State, r.Percent = gennaker.RefreshSucceeded, 100
	case g.UpdatePolicy == nil || g.UpdatePolicy.Type != "PROACTIVE":
		r.State = gennaker.RefreshCancelled
	}
	return r, true
}

// CancelRefresh has the group replace no more instances.
func (c *Cloud) CancelRefresh(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change(ctx, "cancel the refresh of", ref, func(g group) error {
		if r, ok := refreshOf(g, nil); !ok || r.State != gennaker.RefreshRunning {
			return nil
		}
		return insist(ctx, func() error {
			m, err := c.manager(ctx, g.at(), g.Name)
			if err != nil {
				return err
			}
			return c.patchManager(ctx, g.at(), g.Name, &compute.InstanceGroupManager{Fingerprint: m.Fingerprint,
				UpdatePolicy: &compute.InstanceGroupManagerUpdatePolicy{Type: "OPPORTUNISTIC"}})
		})
	})
}
