package cftest

import (
	"slices"
)

// deployment replaces the instances of an app's process web by those of
// another droplet, a few at a time: a second process grows while the first
// shrinks, and takes its place in the end.
type deployment struct {
	object
	app      *app
	droplet  *droplet
	before   *droplet
	old, new *process
	target   int
	inFlight int
	state    string // DEPLOYING, DEPLOYED, CANCELED or SUPERSEDED
}

func (d *deployment) active() bool { return d.state == "DEPLOYING" }

func (d *deployment) show(r *request) doc {
	value, before := "FINALIZED", doc{}
	if d.active() {
		value = "ACTIVE"
	}
	if d.before != nil {
		before["guid"] = d.before.guid
	}
	return d.view(r, "deployments", doc{"status": doc{"value": value, "reason": d.state, "details": doc{"last_status_change": stamp(d.updated)}},
		"strategy": "rolling", "options": doc{"max_in_flight": d.inFlight}, "droplet": doc{"guid": d.droplet.guid}, "previous_droplet": before,
		"new_processes": []doc{{"guid": d.new.guid, "type": "web"}}, "revision": nil, "relationships": doc{"app": one(d.app.guid)}})
}

func (c *Cloud) deploying(a *app) *deployment {
	return find(c.deployments, func(d *deployment) bool { return d.app == a && d.active() })
}

func listDeployments(c *Cloud, r *request) (answer, error) {
	by := filters[*deployment]{
		"app_guids": func(d *deployment) []string { return []string{d.app.guid} },
		"status_values": func(d *deployment) []string {
			if d.active() {
				return []string{"ACTIVE"}
			}
			return []string{"FINALIZED"}
		},
	}
	return list(r, c.deployments, by, func(d *deployment) doc { return d.show(r) })
}

func getDeployment(c *Cloud, r *request) (answer, error) {
	d := withGUID(c.deployments, r.PathValue("guid"))
	if d == nil {
		return answer{}, missing("Deployment")
	}
	return ok(d.show(r))
}

func createDeployment(c *Cloud, r *request) (answer, error) {
	var in struct {
		Relationships relation `json:"relationships"`
		Droplet       *struct {
			GUID string `json:"guid"`
		} `json:"droplet"`
		Strategy string `json:"strategy"`
		Options  struct {
			MaxInFlight *int `json:"max_in_flight"`
		} `json:"options"`
		Metadata *metadataChange `json:"metadata"`
	}
	err := r.decode(&in)
	if err == nil {
		err = in.Metadata.check()
	}
	if err != nil {
		return answer{}, err
	}
	a := withGUID(c.apps, in.Relationships.App.guid())
	if a == nil {
		return answer{}, unprocessable("Unable to use app. Ensure that the app exists and you have access to it.")
	}
	d := &deployment{object: c.object(), app: a, droplet: a.droplet, before: a.droplet, inFlight: 1, state: "DEPLOYING"}
	if in.Droplet != nil {
		d.droplet = withGUID(c.droplets, in.Droplet.GUID)
	}
	if in.Options.MaxInFlight != nil {
		d.inFlight = *in.Options.MaxInFlight
	}
	switch {
	case d.droplet == nil || d.droplet.app != a:
		return answer{}, unprocessable("Invalid droplet. Please specify a droplet in the request or set a current droplet for the app.")
	case in.Strategy != "" && in.Strategy != "rolling":
		return answer{}, unprocessable("Strategy must be one of 'rolling'")
	case d.inFlight < 1:
		return answer{}, unprocessable("Max in flight must be greater than 0")
	}
	if other := c.deploying(a); other != nil {
		c.conclude(other, "SUPERSEDED")
	}
	d.change(in.Metadata)
	c.deployments = append(c.deployments, d)
	c.roll(d)
	c.changed(r)
	return created(d.show(r))
}

// roll begins a deployment. One of an app that is stopped starts it at once.
func (c *Cloud) roll(d *deployment) {
	d.old = find(c.processes, func(p *process) bool { return p.app == d.app && p.kind == "web" })
	d.target = d.old.instances
	d.old.droplet = d.before
	d.new = c.addProcess(d.app, "web", min(d.target, d.inFlight))
	d.new.command, d.new.memory, d.new.disk, d.new.check = d.old.command, d.old.memory, d.old.disk, d.old.check
	d.app.droplet = d.droplet
	if !d.app.started {
		d.old.instances, d.app.started = 0, true
	}
	c.fill(d.app)
}

// settleDeployments has each deployment go on whose newest instances all run.
func (c *Cloud) settleDeployments() {
	for _, d := range c.deployments {
		if !d.active() || slices.ContainsFunc(d.new.running, func(i *instance) bool { return c.state(d.new, i) != "RUNNING" }) {
			continue
		}
		if d.new.instances >= d.target {
			c.conclude(d, "DEPLOYED")
			continue
		}
		d.old.instances = max(0, d.target-d.new.instances)
		d.new.instances = min(d.target, d.new.instances+d.inFlight)
		c.fill(d.app)
	}
}

// conclude ends a deployment: one of the two processes stays.
func (c *Cloud) conclude(d *deployment, state string) {
	d.state, d.updated = state, c.now()
	stays, goes := d.new, d.old
	if state == "CANCELED" {
		stays, goes = d.old, d.new
		d.app.droplet = d.before
	}
	stays.instances, stays.droplet = d.target, nil
	c.processes = slices.DeleteFunc(c.processes, func(p *process) bool { return p == goes })
	c.fill(d.app)
}

func cancelDeployment(c *Cloud, r *request) (answer, error) {
	d := withGUID(c.deployments, r.PathValue("guid"))
	switch {
	case d == nil:
		return answer{}, missing("Deployment")
	case !d.active():
		return answer{}, unprocessable("Cannot cancel a FINALIZED deployment")
	}
	c.conclude(d, "CANCELED")
	c.changed(r)
	return ok(nil)
}
