package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// SpecState is the field of a service instance's spec that says how it ends up,
// a gennaker.ServiceState; without it, Ready.
const SpecState = "state"

// service is a service instance, with the token of its last change.
type service struct {
	gennaker.Service
	token string
}

func (c *Cloud) GetService(ctx context.Context, ref gennaker.ServiceRef) (gennaker.Service, error) {
	var seen gennaker.Service
	err := c.serviceOf("GetService", ref, func(i *service) error {
		seen = i.Service
		seen.Shared, seen.Keys, seen.Bound = slices.Clone(i.Shared), slices.Clone(i.Keys), slices.Clone(i.Bound)
		return nil
	})
	return seen, err
}

func (c *Cloud) PutService(ctx context.Context, p gennaker.PutService) error {
	return c.call(Call{Method: "PutService", Service: p.Name}, func() error {
		i := c.findService(p.ServiceRef)
		if i == nil {
			i = &service{Service: gennaker.Service{Location: p.Location, Name: p.Name, Created: c.now(), Marks: p.Marks}}
			c.kept = append(c.kept, i)
		}
		if token := p.Marks[gennaker.MarkToken]; i.token != token || token == "" {
			i.token, i.State = token, gennaker.ServiceReady
			if state, ok := p.Spec[SpecState].(string); ok {
				i.State, i.Reason = gennaker.ServiceState(state), "as its spec says"
			}
		}
		return nil
	})
}

func (c *Cloud) DeleteService(ctx context.Context, ref gennaker.ServiceRef) error {
	return c.call(Call{Method: "DeleteService", Service: ref.Name}, func() error {
		if i := c.findService(ref); i != nil && len(i.Shared) > 0 {
			return fmt.Errorf("memory: delete service %s: %w: it is shared with %s", ref.Name, gennaker.ErrInvalid, strings.Join(i.Shared, ", "))
		}
		c.kept = slices.DeleteFunc(c.kept, func(i *service) bool { return i.Name == ref.Name && i.Region == ref.Region })
		return nil
	})
}

func (c *Cloud) ShareService(ctx context.Context, s gennaker.ShareService) error {
	return c.serviceOf("ShareService", s.ServiceRef, func(i *service) error {
		i.Shared = with(i.Shared, s.Regions...)
		return nil
	})
}

func (c *Cloud) UnshareService(ctx context.Context, s gennaker.ShareService) error {
	return c.serviceOf("UnshareService", s.ServiceRef, func(i *service) error {
		i.Shared = without(i.Shared, s.Regions...)
		return nil
	})
}

func (c *Cloud) CreateServiceKey(ctx context.Context, k gennaker.ServiceKey) (map[string]any, error) {
	var credentials map[string]any
	err := c.serviceOf("CreateServiceKey", k.ServiceRef, func(i *service) error {
		i.Keys = with(i.Keys, k.Key)
		credentials = map[string]any{"username": k.Key, "uri": "memory://" + i.Name}
		return nil
	})
	return credentials, err
}

func (c *Cloud) DeleteServiceKey(ctx context.Context, k gennaker.ServiceKey) error {
	return c.call(Call{Method: "DeleteServiceKey", Service: k.Name}, func() error {
		if i := c.findService(k.ServiceRef); i != nil {
			i.Keys = without(i.Keys, k.Key)
		}
		return nil
	})
}

func (c *Cloud) BindServices(ctx context.Context, b gennaker.BindServices) error {
	return c.changeIf("BindServices", b.ServerGroupRef, func(g *group) error {
		for _, s := range b.Services {
			i := c.findService(gennaker.ServiceRef{Location: b.Location, Name: s.Name})
			if i == nil {
				return fmt.Errorf("memory: bind %s to service %s: %w: it is not there", g.Name, s.Name, gennaker.ErrInvalid)
			}
			i.Bound = with(i.Bound, g.Name)
		}
		return nil
	})
}

func (c *Cloud) UnbindServices(ctx context.Context, b gennaker.BindServices) error {
	return c.changeIf("UnbindServices", b.ServerGroupRef, func(g *group) error {
		for _, s := range b.Services {
			if i := c.findService(gennaker.ServiceRef{Location: b.Location, Name: s.Name}); i != nil {
				i.Bound = without(i.Bound, g.Name)
			}
		}
		return nil
	})
}

// serviceOf applies f to a service instance.
func (c *Cloud) serviceOf(method string, ref gennaker.ServiceRef, f func(*service) error) error {
	return c.call(Call{Method: method, Service: ref.Name}, func() error {
		i := c.findService(ref)
		if i == nil {
			return fmt.Errorf("memory: service %s: %w", ref.Name, gennaker.ErrNotFound)
		}
		return f(i)
	})
}

func (c *Cloud) findService(ref gennaker.ServiceRef) *service {
	for _, i := range c.kept {
		if i.Name == ref.Name && i.Region == ref.Region {
			return i
		}
	}
	return nil
}

func with(list []string, more ...string) []string {
	for _, name := range more {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

func without(list []string, less ...string) []string {
	return slices.DeleteFunc(list, func(name string) bool { return slices.Contains(less, name) })
}
