package googletest

import (
	"net/http"
	"slices"
	"time"
)

// checkBackendService completes a backend service, or refuses it.
func checkBackendService(c *call, now, _ document) error {
	now.set("loadBalancingScheme", "EXTERNAL")
	now.set("protocol", "HTTP")
	now.set("timeoutSec", 30)
	now.set("port", 80)
	now.set("sessionAffinity", "NONE")
	drain := now.sub("connectionDraining")
	drain.set("drainingTimeoutSec", 0)
	now["connectionDraining"] = map[string]any(drain)
	var seen []string
	for _, b := range now.list("backends") {
		group := b.text("group")
		if r := c.at(group); r == nil || r.collection != "instanceGroups" {
			return invalid("resource.backends.group", group, "The URL must be that of an instance group.")
		}
		if slices.Contains(seen, group) {
			return refuse(http.StatusBadRequest, "invalid", "Invalid value for field 'resource.backends': '%s'. Duplicate instance groups in backend service.", group)
		}
		seen = append(seen, group)
		b.set("balancingMode", "UTILIZATION")
		b.set("capacityScaler", 1)
	}
	return nil
}

// backendsChanged notes which groups a service serves from now on, and has
// those that it no longer does drain.
func backendsChanged(r *resource) {
	now := r.project.cloud.now
	if r.backing == nil {
		r.backing, r.draining = map[string]time.Time{}, map[string]time.Time{}
	}
	serves := map[string]bool{}
	for _, b := range r.doc.list("backends") {
		group := b.text("group")
		serves[group] = true
		delete(r.draining, group)
		if r.backing[group].IsZero() {
			r.backing[group] = now
		}
	}
	for group := range r.backing {
		if !serves[group] {
			delete(r.backing, group)
			r.draining[group] = now.Add(r.drainTime())
		}
	}
}

func (r *resource) drainTime() time.Duration {
	return r.doc.sub("connectionDraining").seconds("drainingTimeoutSec", 0)
}

// drainTime is how long an instance of the group that is to end may finish
// what it does: as its backend services say, or what is left of that after
// they let go of the group.
func (m *manager) drainTime(machine *resource) time.Duration {
	longest := time.Duration(0)
	if machine.doc["status"] != "RUNNING" {
		return 0
	}
	for _, r := range m.project.of("backendServices", anywhere) {
		if !r.backing[m.group.link()].IsZero() {
			longest = max(longest, r.drainTime())
		}
		longest = max(longest, r.draining[m.group.link()].Sub(m.project.cloud.now))
	}
	return longest
}

// getHealth shows how a backend service finds the instances of a group. There
// are none of a group that it does not serve.
func getHealth(c *call) (any, error) {
	r, err := c.find()
	if err != nil {
		return nil, err
	}
	group := c.at(c.body.text("group"))
	if group == nil || group.collection != "instanceGroups" {
		return nil, invalid("resource.group", c.body.text("group"), "The URL must be that of an instance group.")
	}
	answer := document{"kind": "compute#backendServiceGroupHealth"}
	since := r.backing[group.link()]
	if since.IsZero() {
		return answer, nil
	}
	states := []document{}
	for _, i := range group.manager.grouped() {
		states = append(states, document{"instance": i.link(), "ipAddress": address4(i), "port": port(group, r.doc.text("portName")),
			"healthState": c.found(r.doc.texts("healthChecks"), i, since)})
	}
	if len(states) > 0 {
		answer["healthStatus"] = states
	}
	return answer, nil
}

// found is what health checks that have asked since a time find of an
// instance.
func (p *Project) found(healthChecks []string, i *resource, since time.Time) string {
	healthy := i.doc["status"] == "RUNNING"
	for _, link := range healthChecks {
		if check := p.at(link); check != nil {
			healthy = healthy && i.machine.healthy(checksOf(check.doc), since, p.cloud.now)
		}
	}
	if healthy {
		return "HEALTHY"
	}
	return "UNHEALTHY"
}

func address4(i *resource) string {
	for _, nic := range i.doc.list("networkInterfaces") {
		return nic.text("networkIP")
	}
	return ""
}

// port is the one of that name in a group; 80 if there is none.
func port(group *resource, name string) int {
	for _, p := range group.doc.list("namedPorts") {
		if p.text("name") == name {
			return p.number("port", 80)
		}
	}
	return 80
}
