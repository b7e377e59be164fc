package cftest

import (
	"slices"
)

// deployment replaces the instances of an app's process web by those of
// another droplet, a few at a time: a second process grows while the first
// shrinks, and takes its place in the end. A canary pauses at each of its steps.
type deployment struct {
	object
	app      *app
	droplet  *droplet
	before   *droplet
	old, new *process
	target   int
	inFlight int
	state    string // DEPLOYING, PAUSED, DEPLOYED, CANCELED or SUPERSEDED
	canary   bool
	steps    []canaryStep // none is one step, of one instance
	step     int          // of a canary, from 1
	passed   bool         // the last step too
}

type canaryStep struct {
	Weight *int `json:"instance_weight"`
}

func (d *deployment) active() bool { return d.state == "DEPLOYING" || d.state == "PAUSED" }

func (d *deployment) status() string {
	if d.active() {
		return "ACTIVE"
	}
	return "FINALIZED"
}

func (d *deployment) show(r *request) doc {
	before, options := doc{}, doc{"max_in_flight": d.inFlight}
	if d.before != nil {
		before["guid"] = d.before.guid
	}
	status := doc{"value": d.status(), "reason": d.state, "details": doc{"last_status_change": stamp(d.updated)}}
	strategy := "rolling"
	if d.canary {
		strategy, status["canary"] = "canary", doc{"steps": doc{"current": d.step, "total": d.total()}}
		if d.steps != nil {
			options["canary"] = doc{"steps": d.steps}
		}
	}
	return d.view(r, "deployments", doc{"status": status, "strategy": strategy, "options": options, "droplet": doc{"guid": d.droplet.guid}, "previous_droplet": before,
		"new_processes": []doc{{"guid": d.new.guid, "type": "web"}}, "revision": nil, "relationships": doc{"app": one(d.app.guid)}})
}

func (d *deployment) total() int { return max(1, len(d.steps)) }

// goal is how many instances are to be new before it pauses, or in the end, and
// how many there are in all then: at a step, one more than before it.
func (d *deployment) goal() (fresh, all int) {
	switch {
	case !d.canary || d.passed:
		return d.target, d.target
	case d.steps == nil:
		return 1, d.target + 1
	}
	weight := *d.steps[d.step-1].Weight
	fresh = max(1, (d.target*weight+50)/100)
	if weight == 100 {
		return fresh, fresh
	}
	return fresh, d.target + 1
}

func (c *Cloud) deploying(a *app) *deployment {
	return find(c.deployments, func(d *deployment) bool { return d.app == a && d.active() })
}

func listDeployments(c *Cloud, r *request) (answer, error) {
	by := filters[*deployment]{
		"app_guids":     func(d *deployment) []string { return []string{d.app.guid} },
		"status_values": func(d *deployment) []string { return []string{d.status()} },
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
			Canary      *struct {
				Steps []canaryStep `json:"steps"`
			} `json:"canary"`
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
	case in.Strategy != "" && in.Strategy != "rolling" && in.Strategy != "canary":
		return answer{}, unprocessable("Strategy '%s' is not a supported deployment strategy", in.Strategy)
	case d.inFlight < 1:
		return answer{}, unprocessable("Max in flight must be an integer greater than 0")
	case in.Options.Canary != nil && in.Strategy != "canary":
		return answer{}, unprocessable("Options.canary are only valid for Canary deployments")
	}
	if d.canary = in.Strategy == "canary"; d.canary {
		d.step = 1
	}
	if in.Options.Canary != nil {
		if err := checkSteps(in.Options.Canary.Steps); err != nil {
			return answer{}, err
		}
		d.steps = in.Options.Canary.Steps
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

func checkSteps(steps []canaryStep) error {
	last := 0
	for _, s := range steps {
		switch {
		case s.Weight == nil:
			return unprocessable("Options.canary.steps missing key: \"instance_weight\"")
		case *s.Weight < 1 || *s.Weight > 100:
			return unprocessable("Options.canary.steps.instance weight must be an Integer between 1-100 (inclusive)")
		case *s.Weight < last:
			return unprocessable("Options.canary.steps.instance weight must be sorted in ascending order")
		}
		last = *s.Weight
	}
	return nil
}

// roll begins a deployment. One of an app that is stopped starts it at once.
func (c *Cloud) roll(d *deployment) {
	d.old = find(c.processes, func(p *process) bool { return p.app == d.app && p.kind == "web" })
	d.target = d.old.instances
	d.old.droplet = d.before
	fresh, _ := d.goal()
	d.new = c.addProcess(d.app, "web", min(fresh, d.inFlight))
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
		if d.state != "DEPLOYING" || slices.ContainsFunc(d.new.running, func(i *instance) bool { return c.state(d.new, i) != "RUNNING" }) {
			continue
		}
		fresh, all := d.goal()
		d.old.instances = max(0, min(d.old.instances, all-d.new.instances))
		switch {
		case d.new.instances < fresh:
			d.new.instances = min(fresh, d.new.instances+d.inFlight)
		case d.canary && !d.passed:
			d.state, d.updated = "PAUSED", c.now()
		default:
			c.conclude(d, "DEPLOYED")
		}
		c.fill(d.app)
	}
}

func continueDeployment(c *Cloud, r *request) (answer, error) {
	d := withGUID(c.deployments, r.PathValue("guid"))
	switch {
	case d == nil:
		return answer{}, missing("Deployment")
	case d.state != "PAUSED":
		return answer{}, unprocessable("Cannot continue a deployment with status: %s and reason: %s", d.status(), d.state)
	}
	d.state, d.updated = "DEPLOYING", c.now()
	if d.step < d.total() {
		d.step++
	} else {
		d.passed = true
	}
	c.changed(r)
	return ok(nil)
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
		return answer{}, unprocessable("Cannot cancel a deployment with status: FINALIZED and reason: %s", d.state)
	}
	c.conclude(d, "CANCELED")
	c.changed(r)
	return ok(nil)
}
