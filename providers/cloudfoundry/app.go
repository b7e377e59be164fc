package cloudfoundry

import (
	"context"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// app finds the app of a name, or is ErrNotFound.
func (s *space) app(ctx context.Context, name string) (*resource.App, error) {
	found, err := s.Applications.ListAll(ctx, &client.AppListOptions{ListOptions: client.NewListOptions(), Names: only(name), SpaceGUIDs: only(s.guid)})
	if err != nil {
		return nil, kinded(err)
	}
	for _, a := range found {
		if a.Name == name { // some compare without regard to case
			return a, nil
		}
	}
	return nil, gennaker.ErrNotFound
}

// note writes annotations of an app; an empty text removes one. What is so
// already is not written.
func (s *space) note(ctx context.Context, a *resource.App, texts map[string]string) error {
	same := true
	for name, text := range texts {
		same = same && annotation(a.Metadata, name) == text
	}
	if same {
		return nil
	}
	now, err := s.Applications.Update(ctx, a.GUID, &resource.AppUpdate{Name: a.Name, Metadata: changes(texts)})
	if err != nil {
		return kinded(err)
	}
	a.Metadata = now.Metadata
	return nil
}

// dropletOf is the guid of the droplet that an app runs; empty if it has none.
func dropletOf(a *resource.App) string {
	if a.Relationships.CurrentDroplet.Data == nil {
		return ""
	}
	return a.Relationships.CurrentDroplet.Data.GUID
}

const started = "STARTED"

// startAnswers is how long the answer to a start is waited for.
const startAnswers = 3 * time.Second

// start starts an app. Korifi answers when an instance runs, which may be long,
// and never if none is wanted: the app is started before.
func (s *space) start(ctx context.Context, a *resource.App) error {
	asked, cancel := context.WithTimeout(ctx, startAnswers)
	defer cancel()
	_, err := s.Applications.Start(asked, a.GUID)
	if err == nil || ctx.Err() != nil || asked.Err() == nil {
		return kinded(err)
	}
	now, lookErr := s.app(ctx, a.Name)
	if lookErr == nil && now.State != started {
		return kinded(err)
	}
	return lookErr
}

// processes are those of apps, by the app's guid, oldest first.
func (s *space) processes(ctx context.Context, apps []string) (map[string][]*resource.Process, error) {
	all := map[string][]*resource.Process{}
	o := client.NewProcessOptions()
	o.AppGUIDs = only(apps...)
	found, err := s.Processes.ListAll(ctx, o)
	if err != nil {
		return nil, kinded(err)
	}
	for _, p := range found {
		if p.Relationships.App.Data != nil {
			all[p.Relationships.App.Data.GUID] = append(all[p.Relationships.App.Data.GUID], p)
		}
	}
	return all, nil
}

// web are the processes web of an app: one, or two during a deployment.
func (s *space) web(ctx context.Context, app string) ([]*resource.Process, error) {
	all, err := s.processes(ctx, []string{app})
	if err != nil {
		return nil, err
	}
	return webOf(all[app]), nil
}

func webOf(processes []*resource.Process) []*resource.Process {
	var web []*resource.Process
	for _, p := range processes {
		if p.Type == "web" {
			web = append(web, p)
		}
	}
	return web
}
