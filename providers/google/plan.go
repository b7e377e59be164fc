package google

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// plan is a server group to be made: the requests that make it, with what the
// document names by name looked up.
type plan struct {
	gennaker.CreateServerGroup
	spec     Spec
	at       place
	memory   memory
	pools    []string // target pools, by URL
	template *compute.InstanceTemplate
	manager  *compute.InstanceGroupManager // its template is missing yet
	scaler   *compute.Autoscaler           // nil if there is none
}

// longest is how long the name of a server group may be: that of its template
// is nine letters longer, and Google's names end at 63.
const longest = 54

// plan decodes the request and looks up what it names. It changes nothing.
func (c *Cloud) plan(ctx context.Context, q gennaker.CreateServerGroup) (plan, error) {
	p := plan{CreateServerGroup: q}
	err := q.Capacity.Check()
	if err == nil && (!legal.MatchString(q.Name) || len(q.Name) > longest) {
		err = fmt.Errorf("%w: the name %s: Google's are small letters, digits and dashes, and this one may have %d", gennaker.ErrInvalid, q.Name, longest)
	}
	if err != nil {
		return p, err
	}
	if p.spec, err = decode(q.Spec); err != nil {
		return p, err
	}
	if p.at, err = p.spec.place(q.Region); err != nil {
		return p, err
	}
	if p.memory, p.pools, err = c.balancersOf(ctx, p); err != nil {
		return p, err
	}
	if p.template, err = c.planTemplate(ctx, p); err != nil {
		return p, err
	}
	if p.manager, err = c.planManager(ctx, p); err != nil {
		return p, err
	}
	p.scaler = p.planAutoscaler(c)
	return p, nil
}

// templateName is the name of the template that a token makes for a server
// group.
func templateName(group, token string) string {
	return group + "-" + gennaker.Token("template", token)[:8]
}

func (c *Cloud) planManager(ctx context.Context, p plan) (*compute.InstanceGroupManager, error) {
	n := newNote(p.CreateServerGroup)
	if p.Disabled {
		n.Left = nowInSeconds()
	}
	m := &compute.InstanceGroupManager{
		Name: p.Name, BaseInstanceName: p.Name, TargetSize: int64(p.Capacity.Desired), Description: n.String(),
		ForceSendFields: []string{"TargetSize"},
	}
	if len(p.memory.World)+len(p.memory.Region) > 0 {
		m.NamedPorts = p.spec.Balancing.ports()
	}
	if !p.Disabled {
		m.TargetPools = p.pools
	}
	if p.spec.Regional {
		m.DistributionPolicy = p.distribution(c)
	}
	if h := p.spec.Healing; h != nil && (h.Check != "" || h.URL != "") {
		check, err := c.healthCheck(ctx, *h, p.at.region)
		if err != nil {
			return nil, err
		}
		policy := &compute.InstanceGroupManagerAutoHealingPolicy{HealthCheck: check, InitialDelaySec: 300}
		if h.Delay != nil {
			policy.InitialDelaySec = *h.Delay
			policy.ForceSendFields = []string{"InitialDelaySec"}
		}
		m.AutoHealingPolicies = []*compute.InstanceGroupManagerAutoHealingPolicy{policy}
	}
	return m, nil
}

func (p plan) distribution(c *Cloud) *compute.DistributionPolicy {
	d := &compute.DistributionPolicy{TargetShape: p.spec.Distribution.Shape}
	if p.spec.SelectZones {
		for _, zone := range p.spec.Distribution.Zones {
			d.Zones = append(d.Zones, &compute.DistributionPolicyZoneConfiguration{Zone: c.link("zones/" + zone)})
		}
	}
	if d.TargetShape == "" && len(d.Zones) == 0 {
		return nil
	}
	return d
}

// planAutoscaler is how Google sizes the group, if the document says so.
func (p plan) planAutoscaler(c *Cloud) *compute.Autoscaler {
	a := p.spec.Autoscaling
	if a == nil || a.CPU == nil && a.LoadBalancing == nil && len(a.Metrics) == 0 {
		return nil
	}
	policy := a.policy()
	size := sized(p.Capacity)
	policy.MinNumReplicas, policy.MaxNumReplicas, policy.ForceSendFields = size.MinNumReplicas, size.MaxNumReplicas, size.ForceSendFields
	if p.Disabled {
		policy.Mode = scalingOff
	}
	return &compute.Autoscaler{Name: p.Name, Target: c.link(p.path()), AutoscalingPolicy: policy}
}

// path is where the group will be, in the project.
func (p plan) path() string {
	if p.at.zone != "" {
		return "zones/" + p.at.zone + "/instanceGroupManagers/" + p.Name
	}
	return "regions/" + p.at.region + "/instanceGroupManagers/" + p.Name
}

// image finds the image that a document names: in the project, or in those of
// the account's imageProjects. Of a family it is the newest.
func (c *Cloud) image(ctx context.Context, text string) (*compute.Image, error) {
	projects, name := slices.Concat([]string{c.Project}, c.ImageProjects), text
	if m := imageURL.FindStringSubmatch(text); m != nil {
		projects, name = []string{m[1]}, m[2]
	}
	for _, project := range projects {
		image, err := c.imageIn(ctx, project, name)
		if err == nil || !errors.Is(err, gennaker.ErrNotFound) {
			return image, err
		}
	}
	return nil, fmt.Errorf("image %s: %w: there is none in %s", text, gennaker.ErrInvalid, strings.Join(projects, ", "))
}

var imageURL = regexp.MustCompile(`projects/([^/]+)/global/images/(.+)$`)

func (c *Cloud) imageIn(ctx context.Context, project, name string) (image *compute.Image, err error) {
	if family, ok := strings.CutPrefix(name, "family/"); ok {
		image, err = c.api.Images.GetFromFamily(project, family).Context(ctx).Do()
	} else {
		image, err = c.api.Images.Get(project, name).Context(ctx).Do()
	}
	if err = kinded(err); err != nil {
		return nil, fmt.Errorf("image %s in %s: %w", name, project, err)
	}
	return image, nil
}

// healthCheck is the URL of the health check that a document names: of the
// world, or of the region.
func (c *Cloud) healthCheck(ctx context.Context, h Healing, region string) (string, error) {
	if h.URL != "" {
		return h.URL, nil
	}
	found, err := c.api.HealthChecks.Get(c.Project, h.Check).Context(ctx).Do()
	if err = kinded(err); err == nil {
		return found.SelfLink, nil
	}
	if errors.Is(err, gennaker.ErrNotFound) {
		found, err := c.api.RegionHealthChecks.Get(c.Project, region, h.Check).Context(ctx).Do()
		if err = kinded(err); err == nil {
			return found.SelfLink, nil
		} else if !errors.Is(err, gennaker.ErrNotFound) {
			return "", err
		}
		return "", fmt.Errorf("%w: autoHealingPolicy.healthCheck: there is no %s; give the healthCheckUrl of one that is no healthCheck", gennaker.ErrInvalid, h.Check)
	}
	return "", err
}

// balancersOf finds the load balancers and backend services that a document
// names.
func (c *Cloud) balancersOf(ctx context.Context, p plan) (memory, []string, error) {
	m := memory{Policy: p.spec.Balancing}
	wanted, err := p.spec.backendServices()
	if err != nil {
		return m, nil, err
	}
	balancers := p.spec.balancers(p.LoadBalancers)
	if len(balancers)+len(wanted) == 0 {
		return m, nil, nil
	}
	chosen, pools, err := c.choose(ctx, &m, balancers, wanted, p.Region)
	if err != nil {
		return m, nil, err
	}
	for _, url := range chosen {
		if strings.Contains(url, "/regions/") {
			m.Region = append(m.Region, last(url))
			continue
		}
		m.World = append(m.World, last(url))
	}
	return m, pools, nil
}

// choose is the backend services, by URL, and the target pools of load
// balancers, which it notes. One of HTTP has several services: those that are
// wanted count.
func (c *Cloud) choose(ctx context.Context, m *memory, balancers, wanted []string, region string) (services, pools []string, err error) {
	if len(balancers) > 0 {
		fronts, err := c.frontends(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, name := range balancers {
			at := slices.IndexFunc(fronts, func(f frontend) bool { return f.called(name) && (f.region == world || f.region == region) })
			if at < 0 {
				return nil, nil, fmt.Errorf("load balancer %s: %w: there is no forwarding rule or URL map of that name for region %s", name, gennaker.ErrInvalid, region)
			}
			behind, err := m.take(fronts[at], name, wanted)
			if err != nil {
				return nil, nil, err
			}
			services = append(services, behind...)
			if fronts[at].pool != "" {
				pools = append(pools, fronts[at].pool)
			}
		}
	}
	more, err := c.servicesNamed(ctx, services, wanted, region)
	services = append(services, more...)
	slices.Sort(services)
	return slices.Compact(services), pools, err
}

// take notes a load balancer, and is those of its backend services that count.
func (m *memory) take(f frontend, name string, wanted []string) ([]string, error) {
	switch {
	case f.pool != "":
		m.Network = append(m.Network, name)
		return nil, nil
	case f.region == world:
		m.Global = append(m.Global, name)
	default:
		m.Regional = append(m.Regional, name)
	}
	var chosen, there []string
	for _, url := range f.services {
		there = append(there, last(url))
		if slices.Contains(wanted, last(url)) {
			chosen = append(chosen, url)
		}
	}
	switch {
	case len(chosen) > 0:
		return chosen, nil
	case len(f.services) == 1:
		return f.services, nil
	}
	return nil, fmt.Errorf("load balancer %s: %w: backendServices: say which of %s", name, gennaker.ErrInvalid, strings.Join(there, ", "))
}

// servicesNamed finds the backend services that are wanted and not there yet.
func (c *Cloud) servicesNamed(ctx context.Context, have, wanted []string, region string) ([]string, error) {
	missing := slices.DeleteFunc(slices.Clone(wanted), func(name string) bool {
		return slices.ContainsFunc(have, func(url string) bool { return last(url) == name })
	})
	if len(missing) == 0 {
		return nil, nil
	}
	all, err := c.services(ctx)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, name := range missing {
		at := slices.IndexFunc(all, func(s *compute.BackendService) bool {
			return s.Name == name && (s.Region == "" || last(s.Region) == region)
		})
		if at < 0 {
			return nil, fmt.Errorf("backend service %s: %w: there is none of that name for region %s", name, gennaker.ErrInvalid, region)
		}
		found = append(found, relative(all[at].SelfLink))
	}
	return found, nil
}
