package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// Create makes an app, a droplet for it, and all that the manifest says, and
// starts it. The app carries the token of the call; each step is looked for
// before it is made, so that a second try goes on where the first ended.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	s, err := c.in(ctx, q.Region, gennaker.ErrInvalid)
	if err == nil {
		err = kinded(s.create(ctx, q))
	}
	if err != nil {
		return fmt.Errorf("cloudfoundry: create %s: %w", q.Name, err)
	}
	return nil
}

// plan is a server group to be.
type plan struct {
	gennaker.CreateServerGroup
	spec     Spec
	manifest Attributes
	routes   []destination
}

func (s *space) create(ctx context.Context, q gennaker.CreateServerGroup) error {
	p, err := s.plan(ctx, q)
	if err != nil {
		return err
	}
	a, err := s.ownApp(ctx, p)
	if err != nil || notesOf(a.Metadata).made {
		return err
	}
	if err := s.furnish(ctx, a, p); err != nil {
		if final(err) { // nobody would come back for what there is of it
			return errors.Join(err, s.remove(ctx, a))
		}
		return err
	}
	return s.note(ctx, a, map[string]string{noteMade: "true"})
}

// plan decodes what is asked for, and refuses what cannot be before anything is
// made.
func (s *space) plan(ctx context.Context, q gennaker.CreateServerGroup) (plan, error) {
	p := plan{CreateServerGroup: q}
	var err error
	if err = q.Capacity.Check(); err != nil {
		return p, err
	}
	if p.spec, p.manifest, err = decode(q.Spec); err != nil {
		return p, err
	}
	if p.spec.Artifact == nil {
		return p, fmt.Errorf("applicationArtifact: %w: it is missing: give an artifact of type %s, %s, %s or %s", gennaker.ErrInvalid, artifactImage, artifactBits, artifactFile, artifactApp)
	}
	if p.spec.Start != nil && !*p.spec.Start && !q.Disabled {
		return p, fmt.Errorf("startApplication: %w: an app that is not started takes no traffic: say trafficOptions: disable too", gennaker.ErrInvalid)
	}
	urls := append(slices.Clone(p.manifest.Routes), q.LoadBalancers...)
	if p.manifest.Random && len(urls) == 0 {
		random, err := s.randomRoute(ctx, q.Name)
		if err != nil {
			return p, err
		}
		urls = []string{random}
	}
	for _, url := range urls {
		d := destination{Route: url}
		if !slices.ContainsFunc(p.routes, d.same) {
			p.routes = append(p.routes, d)
		}
	}
	return p, nil
}

// ownApp finds the app of the name, or makes it. One that another call has made
// is ErrExists.
func (s *space) ownApp(ctx context.Context, p plan) (*resource.App, error) {
	a, err := s.app(ctx, p.Name)
	if errors.Is(err, gennaker.ErrNotFound) {
		a, err = s.makeApp(ctx, p)
		if errors.Is(err, gennaker.ErrExists) { // an earlier try, or another call
			a, err = s.app(ctx, p.Name)
		}
	}
	if err == nil && tokenOf(a.Metadata) != p.Marks[gennaker.MarkToken] {
		return nil, fmt.Errorf("app %s: %w", p.Name, gennaker.ErrExists)
	}
	return a, err
}

func (s *space) makeApp(ctx context.Context, p plan) (*resource.App, error) {
	in := resource.NewAppCreate(p.Name, s.guid)
	in.EnvironmentVariables = p.manifest.variables()
	lifecycle, err := s.lifecycle(ctx, p)
	if err != nil {
		return nil, err
	}
	in.Lifecycle = lifecycle
	in.Metadata = marked(p.Marks)
	notes := map[string]string{noteCapacity: p.Capacity.String(), noteImage: p.spec.Artifact.label()}
	if p.Disabled {
		notes[noteDisabled], notes[noteRoutes] = "true", encoded(p.routes)
	}
	for name, text := range notes {
		in.Metadata.Annotations[name] = &text
	}
	a, err := s.Applications.Create(ctx, in)
	return a, kinded(err)
}

// lifecycle is how the app is made: that of another if it is what that one is.
func (s *space) lifecycle(ctx context.Context, p plan) (*resource.Lifecycle, error) {
	docker := p.spec.Artifact.Type == artifactImage
	if p.spec.Artifact.Type == artifactApp {
		other, err := s.source(ctx, p.spec.Artifact)
		if err != nil {
			return nil, err
		}
		docker = other.Lifecycle.Type == resource.LifecycleDocker.String()
	}
	switch {
	case !docker:
		return &resource.Lifecycle{Type: resource.LifecycleBuildpack.String(), Data: &resource.BuildpackLifecycle{Buildpacks: p.manifest.Buildpacks, Stack: p.manifest.Stack}}, nil
	case len(p.manifest.Buildpacks) > 0 || p.manifest.Stack != "":
		return nil, fmt.Errorf("manifest: %w: buildpacks and stack are of no use for an image", gennaker.ErrInvalid)
	}
	return &resource.Lifecycle{Type: resource.LifecycleDocker.String(), Data: &resource.DockerLifecycle{}}, nil
}

// variables are those of the manifest as text.
func (a Attributes) variables() map[string]string {
	all := map[string]string{}
	for name, value := range a.Env {
		all[name] = fmt.Sprint(value)
	}
	return all
}

// furnish gives an app all that it shall have, and starts it.
func (s *space) furnish(ctx context.Context, a *resource.App, p plan) error {
	droplet, err := s.droplet(ctx, a, p.spec.Artifact, p.Marks[gennaker.MarkToken])
	if err != nil {
		return err
	}
	if dropletOf(a) != droplet {
		if _, err := s.Droplets.SetCurrentAssociationForApp(ctx, a.GUID, droplet); err != nil {
			return fmt.Errorf("set its droplet: %w", kinded(err))
		}
	}
	if err := s.shape(ctx, a.GUID, p.manifest.processes(&p.Capacity.Desired)); err != nil {
		return err
	}
	if err := s.bindAll(ctx, a.GUID, p.manifest.Services); err != nil {
		return err
	}
	if !p.Disabled {
		if err := s.lead(ctx, a.GUID, p.routes); err != nil {
			return err
		}
	}
	if a.State == started || p.spec.Start != nil && !*p.spec.Start {
		return nil
	}
	return s.start(ctx, a)
}
