package cloudfoundry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// service finds a service instance that the space has, or that is shared with
// it.
func (s *space) service(ctx context.Context, name string) (*resource.ServiceInstance, error) {
	o := client.NewServiceInstanceListOptions()
	o.Names, o.SpaceGUIDs = only(name), only(s.guid)
	found, err := s.ServiceInstances.ListAll(ctx, o)
	if err != nil {
		return nil, kinded(err)
	}
	for _, i := range found {
		if i.Name == name {
			return i, nil
		}
	}
	return nil, gennaker.ErrNotFound
}

// bindings are those of an app to a service instance: one at most.
func (s *space) bindings(ctx context.Context, app, service string) ([]*resource.ServiceCredentialBinding, error) {
	o := client.NewServiceCredentialBindingListOptions()
	o.AppGUIDs, o.ServiceInstanceGUIDs = only(app), only(service)
	found, err := s.ServiceCredentialBindings.ListAll(ctx, o)
	return found, kinded(err)
}

// bindAll binds an app to service instances.
func (s *space) bindAll(ctx context.Context, app string, names []string) error {
	for _, name := range names {
		if err := s.bind(ctx, app, name, nil); err != nil {
			return fmt.Errorf("service %s: %w", name, err)
		}
	}
	return nil
}

// bind binds an app to a service instance. If it is bound, nothing changes.
func (s *space) bind(ctx context.Context, app, name string, parameters map[string]any) error {
	i, err := s.service(ctx, name)
	if err != nil {
		return invalidIfGone(err)
	}
	bound, err := s.bindings(ctx, app, i.GUID)
	if err != nil || len(bound) > 0 {
		return err
	}
	in := resource.NewServiceCredentialBindingCreateApp(i.GUID, app)
	if len(parameters) > 0 {
		text, err := json.Marshal(parameters)
		if err != nil {
			return fmt.Errorf("parameters: %w: %w", gennaker.ErrInvalid, err)
		}
		in = in.WithJSONParameters(string(text))
	}
	job, _, err := s.ServiceCredentialBindings.Create(ctx, in)
	if err := kinded(err); errors.Is(err, gennaker.ErrExists) {
		return nil // somebody else was faster
	} else if err != nil {
		return err
	}
	return s.over(ctx, job)
}
