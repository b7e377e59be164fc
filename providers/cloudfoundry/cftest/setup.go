package cftest

// AddApp makes an app that has a droplet of an image and is stopped, as one
// that only runs tasks is.
func (c *Cloud) AddApp(organization, space, name string, labels map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &app{object: c.object(), name: name, space: c.spaceOf(organization, space), lifecycle: lifecycle{Type: "docker"}}
	for key, value := range labels {
		a.metadata.Labels[key] = value
	}
	p := &pkg{object: c.object(), app: a, kind: "docker", image: "tools:1", state: "READY"}
	b := &build{object: c.object(), pkg: p, lifecycle: a.lifecycle, state: "STAGED"}
	b.droplet = &droplet{object: c.object(), app: a, build: b}
	a.droplet = b.droplet
	c.apps, c.packages, c.builds, c.droplets = append(c.apps, a), append(c.packages, p), append(c.builds, b), append(c.droplets, b.droplet)
	c.addProcess(a, "web", 0)
}

func (c *Cloud) spaceOf(organization, name string) *space {
	return find(c.spaces, func(s *space) bool { return s.org.name == organization && s.name == name })
}

// AddUserProvided makes a service instance that a user provides.
func (c *Cloud) AddUserProvided(organization, space, name string, credentials map[string]any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.services = append(c.services, &service{object: c.object(), name: name, space: c.spaceOf(organization, space), credentials: credentials,
		operation: "create", state: "succeeded"})
}
