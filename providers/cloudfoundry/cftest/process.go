package cftest

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

type process struct {
	object
	app       *app
	kind      string
	command   *string
	instances int
	memory    int
	disk      int
	check     healthCheck
	droplet   *droplet // of its own during a deployment; nil is the app's
	running   []*instance
}

type healthCheck struct {
	Type string `json:"type"`
	Data struct {
		Timeout           *int    `json:"timeout"`
		InvocationTimeout *int    `json:"invocation_timeout,omitempty"`
		Interval          *int    `json:"interval,omitempty"`
		Endpoint          *string `json:"endpoint,omitempty"`
	} `json:"data"`
}

// instance is one that runs, or shall; its index is its place in the list.
type instance struct {
	guid    string
	started time.Time
}

func (c *Cloud) addProcess(a *app, kind string, instances int) *process {
	p := &process{object: c.object(), app: a, kind: kind, instances: instances, memory: 1024, disk: 1024, check: healthCheck{Type: "port"}}
	c.processes = append(c.processes, p)
	return p
}

// fill has every process of an app have the instances that it shall have.
func (c *Cloud) fill(a *app) {
	for _, p := range c.processes {
		if p.app != a {
			continue
		}
		want := p.instances
		if !a.started {
			want = 0
		}
		p.running = p.running[:min(len(p.running), want)]
		for len(p.running) < want {
			p.running = append(p.running, &instance{guid: newGUID(), started: c.now()})
		}
	}
}

// restart has all instances of an app be new ones.
func (c *Cloud) restart(a *app) {
	for _, p := range c.processes {
		if p.app == a {
			p.running = nil
		}
	}
	c.fill(a)
}

func (p *process) show(r *request) doc {
	command := p.command
	if command == nil && p.app.droplet != nil {
		command = new(startsWith)
	}
	return p.view(r, "processes", doc{"type": p.kind, "command": command, "instances": p.instances, "memory_in_mb": p.memory, "disk_in_mb": p.disk,
		"log_rate_limit_in_bytes_per_second": -1, "health_check": p.check, "version": p.guid,
		"readiness_health_check": doc{"type": "process", "data": doc{"invocation_timeout": nil, "interval": nil}},
		"relationships":          doc{"app": one(p.app.guid), "revision": one("")}})
}

func listProcesses(c *Cloud, r *request) (answer, error) {
	by := filters[*process]{
		"app_guids": func(p *process) []string { return []string{p.app.guid} },
		"types":     func(p *process) []string { return []string{p.kind} },
	}
	return list(r, c.processes, by, func(p *process) doc {
		shown := p.show(r)
		shown["command"] = "[PRIVATE DATA HIDDEN IN LISTS]"
		return shown
	})
}

func (c *Cloud) process(r *request) (*process, error) {
	if p := withGUID(c.processes, r.PathValue("guid")); p != nil {
		return p, nil
	}
	return nil, missing("Process")
}

func getProcess(c *Cloud, r *request) (answer, error) {
	p, err := c.process(r)
	if err != nil {
		return answer{}, err
	}
	return ok(p.show(r))
}

func updateProcess(c *Cloud, r *request) (answer, error) {
	in := struct {
		Command   json.RawMessage `json:"command"`
		Check     *healthCheck    `json:"health_check"`
		Readiness any             `json:"readiness_health_check"`
		Metadata  *metadataChange `json:"metadata"`
	}{}
	p, err := c.process(r)
	if err == nil {
		err = r.decode(&in)
	}
	if err == nil && in.Check != nil && !slices.Contains([]string{"port", "process", "http"}, in.Check.Type) {
		err = unprocessable("Health check type must be \"port\", \"process\", or \"http\"")
	}
	if err != nil {
		return answer{}, err
	}
	before, _ := json.Marshal([]any{p.command, p.check})
	if in.Command != nil {
		p.command = nil
		_ = json.Unmarshal(in.Command, &p.command)
	}
	if in.Check != nil {
		p.check = *in.Check
	}
	after, _ := json.Marshal([]any{p.command, p.check})
	if p.change(in.Metadata) || string(before) != string(after) {
		c.changed(r)
	}
	return ok(p.show(r))
}

func scaleProcess(c *Cloud, r *request) (answer, error) {
	var in struct {
		Instances *int `json:"instances"`
		Memory    *int `json:"memory_in_mb"`
		Disk      *int `json:"disk_in_mb"`
		LogRate   *int `json:"log_rate_limit_in_bytes_per_second"`
	}
	p, err := c.process(r)
	if err == nil {
		err = r.decode(&in)
	}
	switch {
	case err != nil:
		return answer{}, err
	case in.Instances != nil && *in.Instances < 0:
		return answer{}, unprocessable("Instances must be greater than or equal to 0")
	case c.deploying(p.app) != nil && p.kind == "web":
		return answer{}, unprocessable("Cannot scale this process while a deployment is in flight.")
	}
	before := []int{p.instances, p.memory, p.disk}
	for _, set := range []struct{ to, from *int }{{&p.instances, in.Instances}, {&p.memory, in.Memory}, {&p.disk, in.Disk}} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if !slices.Equal(before, []int{p.instances, p.memory, p.disk}) {
		c.changed(r)
	}
	c.fill(p.app) // sizes are those of instances that start later
	return answer{status: 202, body: p.show(r)}, nil
}

// state is an instance's.
func (c *Cloud) state(p *process, i *instance) string {
	d := p.droplet
	if d == nil {
		d = p.app.droplet
	}
	switch {
	case c.now().Before(i.started.Add(c.times.Starting)):
		return "STARTING"
	case c.sick[i.guid] || d != nil && d.sick():
		return "CRASHED"
	}
	return "RUNNING"
}

func getStats(c *Cloud, r *request) (answer, error) {
	p, err := c.process(r)
	if err != nil {
		return answer{}, err
	}
	all := []doc{}
	for index, i := range p.running {
		uptime := int(c.now().Sub(i.started).Seconds())
		own := doc{"type": p.kind, "index": index, "instance_guid": i.guid, "state": c.state(p, i), "routable": true, "host": "10.0.0." + strconv.Itoa(index+1),
			"instance_internal_ip": "10.255.0." + strconv.Itoa(index+1), "uptime": uptime, "mem_quota": p.memory << 20, "disk_quota": p.disk << 20,
			"log_rate_limit": -1, "fds_quota": 16384, "isolation_segment": nil, "details": nil,
			"instance_ports": []doc{{"external": 61000 + index, "internal": 8080}},
			"usage":          doc{"time": c.now().Format(time.RFC3339Nano), "cpu": 0.01, "cpu_entitlement": 0.1, "mem": 1 << 24, "disk": 1 << 24, "log_rate": 0}}
		if own["state"] == "CRASHED" {
			own["details"] = "Instance never healthy: its health check fails"
		}
		all = append(all, own)
	}
	return ok(doc{"resources": all})
}

func endInstance(c *Cloud, r *request) (answer, error) {
	p, err := c.process(r)
	if err != nil {
		return answer{}, err
	}
	return c.end(p, r)
}

func endInstanceOfApp(c *Cloud, r *request) (answer, error) {
	a, err := c.app(r)
	if err != nil {
		return answer{}, err
	}
	p := find(c.processes, func(p *process) bool { return p.app == a && p.kind == r.PathValue("type") })
	if p == nil {
		return answer{}, missing("Process")
	}
	return c.end(p, r)
}

// end ends an instance, and starts another in its place.
func (c *Cloud) end(p *process, r *request) (answer, error) {
	index, err := strconv.Atoi(r.PathValue("index"))
	if err != nil || index < 0 || index >= len(p.running) {
		return answer{}, missing("Instance")
	}
	p.running[index] = &instance{guid: newGUID(), started: c.now()}
	c.changed(r)
	return none()
}
