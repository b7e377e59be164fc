package cftest

import (
	"encoding/json"
	"slices"
	"strings"
)

type app struct {
	object
	name        string
	space       *space
	started     bool
	lifecycle   lifecycle
	environment map[string]json.RawMessage
	droplet     *droplet // that runs
}

// lifecycle is how an app becomes a droplet: from an image, or by buildpacks.
type lifecycle struct {
	Type string `json:"type"`
	Data struct {
		Buildpacks []string `json:"buildpacks,omitempty"`
		Stack      string   `json:"stack,omitempty"`
	} `json:"data"`
}

func (l *lifecycle) check() error {
	switch {
	case l == nil || l.Type == "buildpack":
		return nil
	case l.Type == "docker" && len(l.Data.Buildpacks) == 0 && l.Data.Stack == "":
		return nil
	}
	return unprocessable("The lifecycle_type must be one of buildpack, docker, and its data must fit")
}

func (l lifecycle) show() doc {
	if l.Type == "docker" {
		return doc{"type": "docker", "data": doc{}}
	}
	buildpacks := l.Data.Buildpacks
	if buildpacks == nil {
		buildpacks = []string{}
	}
	return doc{"type": "buildpack", "data": doc{"buildpacks": buildpacks, "stack": l.Data.Stack}}
}

func (a *app) state() string {
	if a.started {
		return "STARTED"
	}
	return "STOPPED"
}

func (a *app) show(r *request) doc {
	current := ""
	if a.droplet != nil {
		current = a.droplet.guid
	}
	return a.view(r, "apps", doc{"name": a.name, "state": a.state(), "lifecycle": a.lifecycle.show(),
		"relationships": doc{"space": one(a.space.guid), "current_droplet": one(current)}})
}

func listApps(c *Cloud, r *request) (answer, error) {
	by := filters[*app]{
		"names":       func(a *app) []string { return []string{a.name} },
		"space_guids": func(a *app) []string { return []string{a.space.guid} },
	}
	return list(r, c.apps, by, func(a *app) doc { return a.show(r) })
}

// app is the one that the path of a request names.
func (c *Cloud) app(r *request) (*app, error) {
	if a := withGUID(c.apps, r.PathValue("guid")); a != nil {
		return a, nil
	}
	return nil, missing("App")
}

func getApp(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	if err != nil {
		return answer{}, err
	}
	return ok(a.show(r))
}

// relation is the relationships of a request that creates something.
type relation struct {
	App             *toOne `json:"app"`
	Space           *toOne `json:"space"`
	Domain          *toOne `json:"domain"`
	ServicePlan     *toOne `json:"service_plan"`
	ServiceInstance *toOne `json:"service_instance"`
}

func createApp(c *Cloud, r *request) (answer, error) {
	var in struct {
		Name          string                     `json:"name"`
		Relationships relation                   `json:"relationships"`
		Environment   map[string]json.RawMessage `json:"environment_variables"`
		Lifecycle     *lifecycle                 `json:"lifecycle"`
		Metadata      *metadataChange            `json:"metadata"`
	}
	if err := r.decode(&in); err != nil {
		return answer{}, err
	}
	s := withGUID(c.spaces, in.Relationships.Space.guid())
	for _, err := range []error{in.Metadata.check(), in.Lifecycle.check(), checkEnvironment(in.Environment)} {
		if err != nil {
			return answer{}, err
		}
	}
	switch {
	case s == nil:
		return answer{}, unprocessable("Invalid space. Ensure that the space exists and you have access to it.")
	case in.Name == "":
		return answer{}, unprocessable("Name can't be blank")
	case find(c.apps, func(a *app) bool { return a.name == in.Name && a.space == s }) != nil:
		return answer{}, taken("App with the name '%s' already exists.", in.Name)
	}
	a := &app{object: c.object(), name: in.Name, space: s, environment: map[string]json.RawMessage{}, lifecycle: lifecycle{Type: "buildpack"}}
	if in.Lifecycle != nil {
		a.lifecycle = *in.Lifecycle
	}
	for name, value := range in.Environment {
		a.environment[name] = value
	}
	a.change(in.Metadata)
	c.apps = append(c.apps, a)
	c.addProcess(a, "web", 1)
	c.changed(r)
	return created(a.show(r))
}

// checkEnvironment refuses the names that are the platform's.
func checkEnvironment(variables map[string]json.RawMessage) error {
	for name := range variables {
		if strings.HasPrefix(strings.ToUpper(name), "VCAP_") || strings.EqualFold(name, "PORT") {
			return unprocessable("Environment variables: %s is not allowed", name)
		}
	}
	return nil
}

func updateApp(c *Cloud, r *request) (answer, error) {
	var in struct {
		Name      *string         `json:"name"`
		Lifecycle *lifecycle      `json:"lifecycle"`
		Metadata  *metadataChange `json:"metadata"`
	}
	a, err := c.app(r)
	if err == nil {
		err = r.decode(&in)
	}
	for _, check := range []func() error{in.Metadata.check, in.Lifecycle.check} {
		if err == nil {
			err = check()
		}
	}
	if err == nil && in.Name != nil && *in.Name == "" {
		err = unprocessable("Name can't be blank")
	}
	if err != nil {
		return answer{}, err
	}
	if in.Name != nil {
		a.name = *in.Name
	}
	if in.Lifecycle != nil {
		a.lifecycle = *in.Lifecycle
	}
	if a.change(in.Metadata) {
		c.changed(r)
	}
	return ok(a.show(r))
}

func startApp(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	switch {
	case err != nil:
		return answer{}, err
	case a.droplet == nil:
		return answer{}, unprocessable("Assign a droplet before starting this app.")
	case !a.started:
		a.started = true
		c.fill(a)
		c.changed(r)
	}
	return ok(a.show(r))
}

func stopApp(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	if err != nil {
		return answer{}, err
	}
	if a.started {
		a.started = false
		c.fill(a)
		c.changed(r)
	}
	return ok(a.show(r))
}

func getEnvironment(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	if err != nil {
		return answer{}, err
	}
	return ok(doc{"var": a.environment, "links": doc{}})
}

func setEnvironment(c *Cloud, r *request) (answer, error) {
	var in struct {
		Var map[string]json.RawMessage `json:"var"`
	}
	a, err := c.app(r)
	if err == nil {
		err = r.decode(&in)
	}
	if err == nil {
		err = checkEnvironment(in.Var)
	}
	if err != nil {
		return answer{}, err
	}
	for name, value := range in.Var {
		before, had := a.environment[name]
		if string(value) == "null" {
			delete(a.environment, name)
		} else {
			a.environment[name] = value
		}
		if now, has := a.environment[name]; had != has || string(before) != string(now) {
			defer c.changed(r)
		}
	}
	return ok(doc{"var": a.environment, "links": doc{}})
}

// deleteApp deletes an app and all that is the app's, in a job.
func deleteApp(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	if err != nil {
		return answer{}, err
	}
	c.changed(r)
	return begun(c.begin("app.delete", func() error {
		c.forget(a)
		return nil
	}))
}

func (c *Cloud) forget(a *app) {
	c.apps = slices.DeleteFunc(c.apps, func(x *app) bool { return x == a })
	c.packages = slices.DeleteFunc(c.packages, func(p *pkg) bool { return p.app == a })
	c.builds = slices.DeleteFunc(c.builds, func(b *build) bool { return b.pkg.app == a })
	c.droplets = slices.DeleteFunc(c.droplets, func(d *droplet) bool { return d.app == a })
	c.processes = slices.DeleteFunc(c.processes, func(p *process) bool { return p.app == a })
	c.bindings = slices.DeleteFunc(c.bindings, func(b *binding) bool { return b.app == a })
	c.deployments = slices.DeleteFunc(c.deployments, func(d *deployment) bool { return d.app == a })
	for _, t := range c.tasks {
		if t.app == a {
			t.stop()
		}
	}
	c.tasks = slices.DeleteFunc(c.tasks, func(t *task) bool { return t.app == a })
	for _, x := range c.routes {
		x.destinations = slices.DeleteFunc(x.destinations, func(d *destination) bool { return d.app == a })
	}
}
