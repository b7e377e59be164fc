package cloudfoundry

import (
	"context"
	"fmt"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// Spec reads an app as the fields of a cluster block. What has no image is
// what the app itself runs, which is copied from it.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var spec map[string]any
	err := c.do(ctx, "read the spec of", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil {
			return err
		}
		artifact := map[string]any{"type": artifactApp, "name": a.Name, "location": s.Region}
		image, err := s.image(ctx, a)
		if err != nil {
			return err
		}
		if image != "" {
			artifact = map[string]any{"type": artifactImage, "reference": image}
		}
		direct, err := s.direct(ctx, a)
		spec = map[string]any{"applicationArtifact": artifact, "manifest": map[string]any{"direct": direct}}
		return err
	})
	return spec, err
}

// direct are the attributes of an app.
func (s *space) direct(ctx context.Context, a *resource.App) (map[string]any, error) {
	all := map[string]any{}
	if b, ok := a.Lifecycle.Data.(*resource.BuildpackLifecycle); ok {
		all["buildpacks"], all["stack"] = anys(b.Buildpacks), b.Stack
	}
	web, err := s.web(ctx, a.GUID)
	if err != nil {
		return nil, err
	}
	for _, p := range web {
		all["memory"], all["diskQuota"] = fmt.Sprintf("%dM", p.MemoryInMB), fmt.Sprintf("%dM", p.DiskInMB)
		all["healthCheckType"] = p.HealthCheck.Type
		if p.HealthCheck.Data.Endpoint != nil {
			all["healthCheckHttpEndpoint"] = *p.HealthCheck.Data.Endpoint
		}
		command, err := s.command(ctx, a, p)
		if err != nil {
			return nil, err
		}
		if command != "" {
			all["command"] = command
		}
	}
	variables, err := s.Applications.GetEnvironmentVariables(ctx, a.GUID)
	if err != nil {
		return nil, fmt.Errorf("variables: %w", kinded(err))
	}
	env := map[string]any{}
	for name, value := range variables {
		if value != nil {
			env[name] = *value
		}
	}
	all["env"] = env
	if all["routes"], err = s.urls(ctx, a); err != nil {
		return nil, err
	}
	all["services"], err = s.bound(ctx, a)
	return all, err
}

// command is what a process was told to run; empty if it runs what its droplet
// says, which Cloud Foundry shows in the same place. Lists hide it.
func (s *space) command(ctx context.Context, a *resource.App, p *resource.Process) (string, error) {
	shown, err := s.Processes.Get(ctx, p.GUID)
	if err != nil {
		return "", fmt.Errorf("process: %w", kinded(err))
	}
	d, err := s.current(ctx, a)
	if err != nil || shown.Command == nil || d != nil && d.ProcessTypes[p.Type] == *shown.Command {
		return "", err
	}
	return *shown.Command, nil
}

// urls are the routes that an app has, or had before it was disabled.
func (s *space) urls(ctx context.Context, a *resource.App) ([]any, error) {
	mapped, err := s.routesOf(ctx, []string{a.GUID})
	if err != nil {
		return nil, err
	}
	var all []any
	for _, d := range append(mapped[a.GUID], notesOf(a.Metadata).routes...) {
		all = append(all, d.Route)
	}
	return all, nil
}

// bound are the names of the services that an app is bound to.
func (s *space) bound(ctx context.Context, a *resource.App) ([]any, error) {
	o := client.NewServiceCredentialBindingListOptions()
	o.AppGUIDs = only(a.GUID)
	found, err := s.ServiceCredentialBindings.ListAll(ctx, o)
	if err != nil || len(found) == 0 {
		return nil, kinded(err)
	}
	var guids []string
	for _, b := range found {
		if b.Relationships.ServiceInstance != nil && b.Relationships.ServiceInstance.Data != nil {
			guids = append(guids, b.Relationships.ServiceInstance.Data.GUID)
		}
	}
	services := client.NewServiceInstanceListOptions()
	services.GUIDs = only(guids...)
	named, err := s.ServiceInstances.ListAll(ctx, services)
	if err != nil {
		return nil, kinded(err)
	}
	var all []any
	for _, i := range named {
		all = append(all, i.Name)
	}
	return all, nil
}

func anys(texts []string) []any {
	var all []any
	for _, text := range texts {
		all = append(all, text)
	}
	return all
}
