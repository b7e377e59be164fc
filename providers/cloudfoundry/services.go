package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// GetService returns a service instance of a space, or one that is shared with
// it.
func (c *Cloud) GetService(ctx context.Context, ref gennaker.ServiceRef) (gennaker.Service, error) {
	var seen gennaker.Service
	err := c.do(ctx, "get service", ref.Name, ref.Region, func(s *space) error {
		i, err := s.service(ctx, ref.Name)
		if err != nil {
			return err
		}
		seen = gennaker.Service{Location: s.Location, Name: i.Name, Created: i.CreatedAt, Marks: marksOf(i.Metadata), State: stateOfService(i), Reason: i.LastOperation.Description}
		if seen.Shared, err = s.sharedWith(ctx, i.GUID); err != nil {
			return err
		}
		seen.Keys, seen.Bound, err = s.usedBy(ctx, i.GUID)
		return err
	})
	return seen, err
}

func stateOfService(i *resource.ServiceInstance) gennaker.ServiceState {
	switch i.LastOperation.State {
	case "failed":
		return gennaker.ServiceFailed
	case "initial", "in progress":
		return gennaker.ServiceChanging
	}
	return gennaker.ServiceReady
}

// sharedWith are those of the account's spaces that a service instance is
// shared with.
func (s *space) sharedWith(ctx context.Context, service string) ([]string, error) {
	found, err := s.ServiceInstances.GetSharedSpaceRelationships(ctx, service)
	if unknownRequest(err) {
		return nil, nil // a Cloud Foundry that shares nothing
	} else if err != nil {
		return nil, kinded(err)
	}
	var all []string
	for _, name := range s.cloud.Spaces {
		if len(found.Data) == 0 {
			break
		}
		at, err := s.cloud.places.find(ctx, s.Client, name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(found.Data, func(r resource.Relationship) bool { return r.GUID == at.space }) {
			all = append(all, name)
		}
	}
	return all, nil
}

// usedBy are the keys of a service instance, and the apps that are bound to it.
func (s *space) usedBy(ctx context.Context, service string) (keys, apps []string, err error) {
	o := client.NewServiceCredentialBindingListOptions()
	o.ServiceInstanceGUIDs = only(service)
	found, err := s.ServiceCredentialBindings.ListAll(ctx, o)
	if err != nil {
		return nil, nil, kinded(err)
	}
	var guids []string
	for _, b := range found {
		switch {
		case b.Type == "key" && b.Name != nil:
			keys = append(keys, *b.Name)
		case b.Relationships.App != nil && b.Relationships.App.Data != nil:
			guids = append(guids, b.Relationships.App.Data.GUID)
		}
	}
	if len(guids) == 0 {
		return keys, nil, nil
	}
	bound, err := s.Applications.ListAll(ctx, &client.AppListOptions{ListOptions: client.NewListOptions(), GUIDs: only(guids...)})
	for _, a := range bound {
		apps = append(apps, a.Name)
	}
	return keys, apps, kinded(err)
}

// DeleteService deletes a service instance. That it is on its way is no error.
func (c *Cloud) DeleteService(ctx context.Context, ref gennaker.ServiceRef) error {
	return c.do(ctx, "delete service", ref.Name, ref.Region, func(s *space) error {
		i, err := s.service(ctx, ref.Name)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil
		}
		if err != nil || i.LastOperation.Type == "delete" && stateOfService(i) == gennaker.ServiceChanging {
			return err
		}
		_, err = s.ServiceInstances.Delete(ctx, i.GUID)
		return kinded(err)
	})
}

// ShareService shares a service instance with spaces that have it not.
func (c *Cloud) ShareService(ctx context.Context, r gennaker.ShareService) error {
	return c.share(ctx, "share service", r, func(s *space, service, with string, is bool) error {
		if is {
			return nil
		}
		_, err := s.ServiceInstances.ShareWithSpace(ctx, service, with)
		return kinded(err)
	})
}

// UnshareService takes it from spaces that have it.
func (c *Cloud) UnshareService(ctx context.Context, r gennaker.ShareService) error {
	return c.share(ctx, "unshare service", r, func(s *space, service, with string, is bool) error {
		if !is {
			return nil
		}
		return kinded(s.ServiceInstances.UnShareWithSpace(ctx, service, with))
	})
}

// share does something about each of the spaces, which is told whether it has
// the service instance.
func (c *Cloud) share(ctx context.Context, what string, r gennaker.ShareService, do func(s *space, service, with string, is bool) error) error {
	return c.do(ctx, what, r.Name, r.Region, func(s *space) error {
		i, err := s.service(ctx, r.Name)
		if err != nil {
			return err
		}
		have, err := s.sharedWith(ctx, i.GUID)
		if err != nil {
			return err
		}
		for _, region := range r.Regions {
			there, err := c.in(ctx, region, gennaker.ErrInvalid)
			if err == nil {
				err = do(s, i.GUID, there.guid, slices.Contains(have, region))
			}
			if err != nil {
				return fmt.Errorf("with %s: %w", region, err)
			}
		}
		return nil
	})
}

// CreateServiceKey makes a key, or finds the one of that name.
func (c *Cloud) CreateServiceKey(ctx context.Context, k gennaker.ServiceKey) (map[string]any, error) {
	var credentials map[string]any
	err := c.do(ctx, "make key "+k.Key+" of service", k.Name, k.Region, func(s *space) error {
		i, err := s.service(ctx, k.Name)
		if err != nil {
			return err
		}
		guid, err := s.serviceKey(ctx, i.GUID, k.Key)
		if err == nil && guid == "" {
			guid, err = s.makeKey(ctx, i.GUID, k.Key)
		}
		if err != nil {
			return err
		}
		details, err := s.ServiceCredentialBindings.GetDetails(ctx, guid)
		if err == nil {
			credentials = details.Credentials
		}
		return kinded(err)
	})
	return credentials, err
}

// serviceKey is the guid of a key; empty if there is none of that name.
func (s *space) serviceKey(ctx context.Context, service, name string) (string, error) {
	o := client.NewServiceCredentialBindingListOptions()
	o.ServiceInstanceGUIDs, o.Names, o.Type = only(service), only(name), only("key")
	found, err := s.ServiceCredentialBindings.ListAll(ctx, o)
	if err != nil || len(found) == 0 {
		return "", kinded(err)
	}
	return found[0].GUID, nil
}

func (s *space) makeKey(ctx context.Context, service, name string) (string, error) {
	job, made, err := s.ServiceCredentialBindings.Create(ctx, resource.NewServiceCredentialBindingCreateKey(service, name))
	if err := kinded(err); err != nil && !errors.Is(err, gennaker.ErrExists) {
		return "", err
	}
	if made != nil {
		return made.GUID, nil
	}
	if err := s.over(ctx, job); err != nil {
		return "", err
	}
	return s.serviceKey(ctx, service, name)
}

// DeleteServiceKey deletes a key.
func (c *Cloud) DeleteServiceKey(ctx context.Context, k gennaker.ServiceKey) error {
	return c.do(ctx, "delete key "+k.Key+" of service", k.Name, k.Region, func(s *space) error {
		i, err := s.service(ctx, k.Name)
		if errors.Is(err, gennaker.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		guid, err := s.serviceKey(ctx, i.GUID, k.Key)
		if err != nil || guid == "" {
			return err
		}
		return s.unbind(ctx, guid)
	})
}

// BindServices binds an app. Instances that start later have the credentials.
func (c *Cloud) BindServices(ctx context.Context, b gennaker.BindServices) error {
	return c.do(ctx, "bind services to", b.Name, b.Region, func(s *space) error {
		a, err := s.app(ctx, b.Name)
		if err != nil {
			return err
		}
		for _, to := range b.Services {
			if err := s.bind(ctx, a.GUID, to.Name, to.Parameters); err != nil {
				return fmt.Errorf("service %s: %w", to.Name, err)
			}
		}
		return nil
	})
}

// UnbindServices takes bindings of an app away.
func (c *Cloud) UnbindServices(ctx context.Context, b gennaker.BindServices) error {
	return c.do(ctx, "unbind services from", b.Name, b.Region, func(s *space) error {
		a, err := s.app(ctx, b.Name)
		if err != nil {
			return err
		}
		for _, from := range b.Services {
			i, err := s.service(ctx, from.Name)
			if errors.Is(err, gennaker.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			bound, err := s.bindings(ctx, a.GUID, i.GUID)
			if err != nil {
				return err
			}
			for _, one := range bound {
				if err := s.unbind(ctx, one.GUID); err != nil {
					return fmt.Errorf("service %s: %w", from.Name, err)
				}
			}
		}
		return nil
	})
}

// unbind deletes a binding or a key.
func (s *space) unbind(ctx context.Context, guid string) error {
	job, err := s.ServiceCredentialBindings.Delete(ctx, guid)
	if err := kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	return s.over(ctx, job)
}
