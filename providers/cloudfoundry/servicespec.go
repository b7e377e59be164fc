package cloudfoundry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"
	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
)

// ServiceSpec is what a document says about a service instance: of a service's
// plan, or one that the user provides.
type ServiceSpec struct {
	Name         string   `json:"serviceInstanceName"` // the reference has it too
	UserProvided bool     `json:"userProvided"`
	Updatable    *bool    `json:"updatable"` // default true: one that is there is changed
	Tags         []string `json:"tags"`

	Service    string `json:"service"`
	Plan       string `json:"servicePlan"`
	Parameters any    `json:"parameters"` // a map, or the text of one
	Versioned  bool   `json:"versioned"`

	Credentials any    `json:"credentials"` // a map, or the text of one
	Drain       string `json:"syslogDrainUrl"`
	Routing     string `json:"routeServiceUrl"`
}

func decodeService(block map[string]any) (ServiceSpec, error) {
	var wrapped struct {
		Service ServiceSpec `json:"service"`
	}
	if err := decodeBlock(map[string]any{"service": renamed(block)}, &wrapped); err != nil {
		return wrapped.Service, err
	}
	s := wrapped.Service
	for _, x := range []struct {
		wrong bool
		what  string
	}{
		{!s.UserProvided && s.Service == "", "service: it is missing"},
		{!s.UserProvided && s.Plan == "", "servicePlan: it is missing"},
		{s.UserProvided && (s.Service != "" || s.Plan != ""), "userProvided: what a user provides is of no service and no plan"},
		{s.Versioned, "versioned: a service instance keeps its name: leave it out"},
	} {
		if x.wrong {
			return s, fmt.Errorf("%w: %s", gennaker.ErrInvalid, x.what)
		}
	}
	return s, nil
}

// PutService makes a service instance, or changes one unless its spec says that
// it is not updatable. It carries the token of the call that changed it last.
func (c *Cloud) PutService(ctx context.Context, p gennaker.PutService) error {
	return c.do(ctx, "deploy service", p.Name, p.Region, func(s *space) error {
		spec, err := decodeService(p.Spec)
		if err != nil {
			return err
		}
		is, err := s.service(ctx, p.Name)
		switch {
		case errors.Is(err, gennaker.ErrNotFound):
			return s.makeService(ctx, p, spec)
		case err != nil:
			return err
		case tokenOf(is.Metadata) == p.Marks[gennaker.MarkToken] || spec.Updatable != nil && !*spec.Updatable:
			return nil
		case spec.UserProvided != (is.Type == "user-provided"):
			return fmt.Errorf("%w: it is %s: delete it first", gennaker.ErrInvalid, is.Type)
		}
		return s.changeService(ctx, is, p, spec)
	})
}

func (s *space) makeService(ctx context.Context, p gennaker.PutService, spec ServiceSpec) error {
	if spec.UserProvided {
		in := resource.NewServiceInstanceCreateUserProvided(p.Name, s.guid).WithTags(spec.Tags)
		in.Metadata = marked(p.Marks)
		credentials, err := object("credentials", spec.Credentials)
		if err != nil {
			return err
		}
		in.Credentials = credentials
		if spec.Drain != "" {
			in.SyslogDrainURL = &spec.Drain
		}
		if spec.Routing != "" {
			in.RouteServiceURL = &spec.Routing
		}
		_, err = s.ServiceInstances.CreateUserProvided(ctx, in)
		return kinded(err)
	}
	plan, err := s.servicePlan(ctx, spec)
	if err != nil {
		return err
	}
	in := resource.NewServiceInstanceCreateManaged(p.Name, s.guid, plan).WithTags(spec.Tags)
	in.Metadata = marked(p.Marks)
	if in.Parameters, err = object("parameters", spec.Parameters); err != nil {
		return err
	}
	_, err = s.ServiceInstances.CreateManaged(ctx, in) // its job is seen in its last operation
	return kinded(err)
}

func (s *space) changeService(ctx context.Context, is *resource.ServiceInstance, p gennaker.PutService, spec ServiceSpec) error {
	tags := append([]string{}, spec.Tags...)
	if spec.UserProvided {
		in := resource.NewServiceInstanceUserProvidedUpdate().WithTags(tags)
		in.Metadata = marked(p.Marks)
		in.SyslogDrainURL, in.RouteServiceURL = &spec.Drain, &spec.Routing
		credentials, err := object("credentials", spec.Credentials)
		if err != nil {
			return err
		}
		in.Credentials = credentials
		_, err = s.ServiceInstances.UpdateUserProvided(ctx, is.GUID, in)
		return kinded(err)
	}
	plan, err := s.servicePlan(ctx, spec)
	if err != nil {
		return err
	}
	in := &resource.ServiceInstanceManagedUpdate{Tags: tags, Metadata: marked(p.Marks)}
	if at := is.Relationships.ServicePlan; at == nil || at.Data == nil || at.Data.GUID != plan {
		in.Relationships = &resource.ServiceInstanceRelationships{ServicePlan: &resource.ToOneRelationship{Data: &resource.Relationship{GUID: plan}}}
	}
	if in.Parameters, err = object("parameters", spec.Parameters); err != nil {
		return err
	}
	_, _, err = s.ServiceInstances.UpdateManaged(ctx, is.GUID, in)
	return kinded(err)
}

// servicePlan finds the plan of a service that the space may use.
func (s *space) servicePlan(ctx context.Context, spec ServiceSpec) (string, error) {
	o := client.NewServicePlanListOptions()
	o.Names, o.ServiceOfferingNames, o.SpaceGUIDs = only(spec.Plan), only(spec.Service), only(s.guid)
	found, err := s.ServicePlans.ListAll(ctx, o)
	if err != nil {
		return "", kinded(err)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("plan %s of service %s: %w: there is none that this space may use", spec.Plan, spec.Service, gennaker.ErrInvalid)
	}
	return found[0].GUID, nil
}

// object is a field that is a map, or the text of one in JSON or YAML.
func object(field string, value any) (*json.RawMessage, error) {
	if text, ok := value.(string); ok {
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", field, gennaker.ErrInvalid, err)
		}
	}
	if value == nil {
		return nil, nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: %w: it must be a map", field, gennaker.ErrInvalid)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", field, gennaker.ErrInvalid, err)
	}
	raw := json.RawMessage(text)
	return &raw, nil
}
