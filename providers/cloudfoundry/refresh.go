package cloudfoundry

import (
	"context"
	"fmt"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// StartRefresh begins a rolling deployment, or a canary deployment if it has
// steps: instances of a new droplet come before those of the old one go. The
// deployment carries the token.
func (c *Cloud) StartRefresh(ctx context.Context, r gennaker.StartRefresh) error {
	return c.do(ctx, "refresh", r.Name, r.Region, func(s *space) error {
		a, err := s.app(ctx, r.Name)
		if err != nil {
			return err
		}
		spec, attributes, err := decode(r.Spec)
		if err != nil {
			return err
		}
		d, err := s.deployment(ctx, a.GUID, r.Token)
		switch {
		case err != nil:
			return err
		case d != nil && tokenOf(d.Metadata) == r.Token:
			if dropletOf(a) != d.Droplet.GUID { // it was cancelled, or another came after it
				return nil
			}
		case d != nil && d.Status.Value == deploymentActive:
			return fmt.Errorf("%w: another deployment is under way", gennaker.ErrExists)
		case a.State != started:
			return fmt.Errorf("%w: it is stopped: it has no instances to replace", gennaker.ErrInvalid)
		default:
			if err := s.deploy(ctx, a, r, spec, attributes); err != nil {
				return err
			}
		}
		if spec.Artifact == nil {
			return nil
		}
		return s.note(ctx, a, map[string]string{noteImage: spec.Artifact.label()})
	})
}

// The states of a deployment. One that is paused is active.
const (
	deploymentActive   = "ACTIVE"
	deploymentPaused   = "PAUSED"
	deploymentDone     = "DEPLOYED"
	deploymentCanceled = "CANCELED"
	deploymentReplaced = "SUPERSEDED"
)

// deployment is that of a token, or else the newest of an app; nil if it never
// had one.
func (s *space) deployment(ctx context.Context, app, token string) (*resource.Deployment, error) {
	o := client.NewDeploymentListOptions()
	o.AppGUIDs = only(app)
	found, err := s.Deployments.ListAll(ctx, o)
	if err != nil || len(found) == 0 {
		return nil, kinded(err)
	}
	newest := found[0]
	for _, d := range found {
		if token != "" && tokenOf(d.Metadata) == token {
			return d, nil
		}
		if !d.CreatedAt.Before(newest.CreatedAt) {
			newest = d
		}
	}
	return newest, nil
}

// deploy makes the droplet, if there is to be another, and begins the
// deployment, which remembers what ran before.
func (s *space) deploy(ctx context.Context, a *resource.App, r gennaker.StartRefresh, spec Spec, attributes Attributes) error {
	web, err := s.web(ctx, a.GUID)
	if err != nil {
		return err
	}
	wanted := capacity(web, notesOf(a.Metadata)).Desired
	in := resource.NewDeploymentCreate(a.GUID)
	in.Metadata = marked(map[string]string{gennaker.MarkToken: r.Token})
	before := notesOf(a.Metadata).image
	in.Metadata.Annotations[noteImage] = &before
	at := max(1, wanted*(100-r.MinHealthy)/100)
	in.Strategy, in.Options = "rolling", &resource.DeploymentOptions{MaxInFlight: &at}
	if len(r.Steps) > 0 {
		in.Strategy, in.Options.Canary = "canary", canary(r.Steps)
	}
	in.Droplet = &resource.Relationship{GUID: dropletOf(a)}
	if spec.Artifact != nil {
		if in.Droplet.GUID, err = s.droplet(ctx, a, spec.Artifact, r.Token); err != nil {
			return err
		}
	}
	if err := s.adapt(ctx, a.GUID, attributes); err != nil {
		return err
	}
	_, err = s.Deployments.Create(ctx, in)
	return kinded(err)
}

// canary are the steps of a deployment.
func canary(percentages []int) *resource.DeploymentCanaryOptions {
	o := &resource.DeploymentCanaryOptions{}
	for _, percent := range percentages {
		o.Steps = append(o.Steps, resource.CanaryStep{InstanceWeight: percent})
	}
	return o
}

// adapt gives an app what a manifest says beside the droplet. New instances
// have it; what the manifest does not say stays.
func (s *space) adapt(ctx context.Context, app string, to Attributes) error {
	if err := s.setVariables(ctx, app, to.variables()); err != nil {
		return err
	}
	if err := s.shape(ctx, app, to.processes(nil)); err != nil {
		return err
	}
	if err := s.bindAll(ctx, app, to.Services); err != nil {
		return err
	}
	var routes []destination
	for _, url := range to.Routes {
		routes = append(routes, destination{Route: url})
	}
	return s.lead(ctx, app, routes)
}

// setVariables sets variables of an app; others stay.
func (s *space) setVariables(ctx context.Context, app string, variables map[string]string) error {
	if len(variables) == 0 {
		return nil
	}
	to := map[string]*string{}
	for name, value := range variables {
		to[name] = &value
	}
	_, err := s.Applications.SetEnvironmentVariables(ctx, app, to)
	return kinded(err)
}

// GetRefresh tells of the newest deployment of an app.
func (c *Cloud) GetRefresh(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.Refresh, error) {
	var r gennaker.Refresh
	err := c.do(ctx, "get the refresh of", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil {
			return err
		}
		d, err := s.deployment(ctx, a.GUID, "")
		switch {
		case err != nil:
			return err
		case d == nil:
			return gennaker.ErrNotFound
		}
		r = gennaker.Refresh{Token: tokenOf(d.Metadata), State: stateOf(d), Step: stepOf(d), Started: d.CreatedAt}
		if d.Status.Details != nil {
			r.Reason = d.Status.Details.Error
		}
		r.Percent, err = s.percent(ctx, a, d)
		return err
	})
	return r, err
}

func stateOf(d *resource.Deployment) gennaker.RefreshState {
	switch {
	case d.Status.Value == deploymentActive && d.Status.Reason == deploymentPaused:
		return gennaker.RefreshPaused
	case d.Status.Value == deploymentActive:
		return gennaker.RefreshRunning
	case d.Status.Reason == deploymentDone:
		return gennaker.RefreshSucceeded
	case d.Status.Reason == deploymentCanceled || d.Status.Reason == deploymentReplaced:
		return gennaker.RefreshCancelled
	}
	return gennaker.RefreshFailed
}

// stepOf is the step of a canary deployment; 0 of another.
func stepOf(d *resource.Deployment) int {
	if d.Status.Canary == nil || d.Status.Canary.Steps == nil {
		return 0
	}
	return d.Status.Canary.Steps.Current
}

// percent is how many of the instances are of the new process, and run.
func (s *space) percent(ctx context.Context, a *resource.App, d *resource.Deployment) (int, error) {
	switch state := stateOf(d); {
	case state == gennaker.RefreshSucceeded:
		return 100, nil
	case state.Over() || len(d.NewProcesses) == 0:
		return 0, nil
	}
	web, err := s.web(ctx, a.GUID)
	if err != nil {
		return 0, err
	}
	of := capacity(web, notesOf(a.Metadata)).Desired
	found, err := s.instances(ctx, &resource.Process{Resource: resource.Resource{GUID: d.NewProcesses[0].GUID}})
	if err != nil || of == 0 {
		return 0, err
	}
	up := 0
	for _, i := range found {
		if healthOf(i.State) == gennaker.Up {
			up++
		}
	}
	return min(100, up*100/of), nil
}

// ContinueRefresh lets a canary deployment go on that is paused at that step.
func (c *Cloud) ContinueRefresh(ctx context.Context, r gennaker.RefreshStep) error {
	return c.do(ctx, "continue the refresh of", r.Name, r.Region, func(s *space) error {
		a, err := s.app(ctx, r.Name)
		if err != nil {
			return err
		}
		d, err := s.deployment(ctx, a.GUID, r.Token)
		switch {
		case err != nil:
			return err
		case d == nil || tokenOf(d.Metadata) != r.Token:
			return fmt.Errorf("%w: it has no deployment of that token", gennaker.ErrNotFound)
		case stateOf(d) != gennaker.RefreshPaused || stepOf(d) != r.Step:
			return nil
		}
		return kinded(s.Deployments.Continue(ctx, d.GUID))
	})
}

// CancelRefresh cancels the deployment that is under way: the old instances
// come back.
func (c *Cloud) CancelRefresh(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.do(ctx, "cancel the refresh of", ref.Name, ref.Region, func(s *space) error {
		a, err := s.app(ctx, ref.Name)
		if err != nil {
			return err
		}
		d, err := s.deployment(ctx, a.GUID, "")
		if err != nil || d == nil || d.Status.Value != deploymentActive {
			return err
		}
		if d.Metadata != nil && d.Metadata.Annotations[noteImage] != nil {
			if err := s.note(ctx, a, map[string]string{noteImage: annotation(d.Metadata, noteImage)}); err != nil {
				return err
			}
		}
		return kinded(s.Deployments.Cancel(ctx, d.GUID))
	})
}
