package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// ports are the named ports of a server group behind backend services;
// Spinnaker's default is http on 80.
func (b Balancing) ports() []*compute.NamedPort {
	var all []*compute.NamedPort
	for _, p := range b.Ports {
		all = append(all, &compute.NamedPort{Name: p.Name, Port: p.Port})
	}
	if len(all) == 0 {
		all = append(all, &compute.NamedPort{Name: "http", Port: cmp.Or(b.Port, 80)})
	}
	return all
}

// backend is an instance group as a backend of the service; Spinnaker's
// default is up to four fifths of utilization.
func (b Balancing) backend(group string, s *compute.BackendService) *compute.Backend {
	if passes(s) {
		return &compute.Backend{Group: group, BalancingMode: "CONNECTION"}
	}
	made := &compute.Backend{Group: group, BalancingMode: cmp.Or(b.Mode, "UTILIZATION"), CapacityScaler: 1, ForceSendFields: []string{"CapacityScaler"}}
	if b.CapacityScaler != nil {
		made.CapacityScaler = *b.CapacityScaler
	}
	switch {
	case b.MaxUtilization != nil:
		made.MaxUtilization = *b.MaxUtilization
	case made.BalancingMode == "UTILIZATION":
		made.MaxUtilization = 0.8
	}
	if b.MaxRate != nil {
		made.MaxRatePerInstance = *b.MaxRate
	}
	if b.MaxConnections != nil {
		made.MaxConnectionsPerInstance = *b.MaxConnections
	}
	return made
}

// passes reports whether the service passes packets through, and takes no
// capacity.
func passes(s *compute.BackendService) bool {
	return s.LoadBalancingScheme == "INTERNAL" || s.Region != "" && s.LoadBalancingScheme == "EXTERNAL" && s.Protocol != "HTTP" && s.Protocol != "HTTPS"
}

// others are the backends of a service without a group, as they are. Google's
// client leaves out a capacity of zero, which would be all.
func others(s *compute.BackendService, members string) []*compute.Backend {
	all := []*compute.Backend{}
	for _, b := range s.Backends {
		if relative(b.Group) == members {
			continue
		}
		if !passes(s) {
			b.ForceSendFields = append(b.ForceSendFields, "CapacityScaler")
		}
		all = append(all, b)
	}
	return all
}

// service reads a backend service by its URL.
func (c *Cloud) service(ctx context.Context, url string) (s *compute.BackendService, err error) {
	if region, name, ok := strings.Cut(after(url, "regions/"), "/backendServices/"); ok {
		s, err = c.api.RegionBackendServices.Get(c.Project, region, name).Context(ctx).Do()
	} else {
		s, err = c.api.BackendServices.Get(c.Project, last(url)).Context(ctx).Do()
	}
	return s, kinded(err)
}

// setBackends says what is behind a service, if that is still what was read.
func (c *Cloud) setBackends(ctx context.Context, s *compute.BackendService, backends []*compute.Backend) error {
	to := &compute.BackendService{Backends: backends, Fingerprint: s.Fingerprint, ForceSendFields: []string{"Backends"}}
	if s.Region != "" {
		return c.end(ctx)(c.api.RegionBackendServices.Patch(c.Project, last(s.Region), s.Name, to).RequestId(anyID()).Context(ctx).Do())
	}
	return c.end(ctx)(c.api.BackendServices.Patch(c.Project, s.Name, to).RequestId(anyID()).Context(ctx).Do())
}

// joinService puts a group behind a backend service.
func (c *Cloud) joinService(ctx context.Context, g group, url string, policy Balancing) error {
	err := insist(ctx, func() error {
		s, err := c.service(ctx, url)
		if err != nil || has(s, g) {
			return err
		}
		return c.setBackends(ctx, s, append(others(s, g.members()), policy.backend(g.InstanceGroup, s)))
	})
	if errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("%w: backend service %s: %s", gennaker.ErrInvalid, last(url), err)
	}
	if err != nil {
		return fmt.Errorf("join backend service %s: %w", last(url), err)
	}
	return nil
}

// leaveService takes a group out of a backend service. Google lets it answer
// what it has.
func (c *Cloud) leaveService(ctx context.Context, g group, url string) error {
	err := insist(ctx, func() error {
		s, err := c.service(ctx, url)
		if err != nil || !has(s, g) {
			return gone(err)
		}
		return c.setBackends(ctx, s, others(s, g.members()))
	})
	if err != nil {
		return fmt.Errorf("leave backend service %s: %w", last(url), err)
	}
	return nil
}
