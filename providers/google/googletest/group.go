package googletest

import (
	"net/http"
)

// groupView adds the size of an instance group.
func groupView(r *resource) document {
	doc := r.doc.clone()
	doc["size"] = len(r.manager.grouped())
	return doc
}

// grouped are the instances in a manager's group.
func (m *manager) grouped() []*resource {
	var list []*resource
	for _, x := range m.members {
		if x.in() {
			list = append(list, x.machine)
		}
	}
	return list
}

func listInstances(c *call) (any, error) {
	r, err := c.find()
	if err != nil {
		return nil, err
	}
	var list []*resource
	for _, i := range r.manager.grouped() {
		if c.body.text("instanceState") != "RUNNING" || i.doc["status"] == "RUNNING" {
			list = append(list, i)
		}
	}
	found, next, err := page(c, list, (*resource).path)
	if err != nil {
		return nil, err
	}
	items := []document{}
	for _, i := range found {
		item := document{"instance": i.link(), "status": i.doc["status"]}
		if ports := r.doc.list("namedPorts"); len(ports) > 0 {
			item["namedPorts"] = ports
		}
		items = append(items, item)
	}
	many := map[scope]string{zonal: "compute#instanceGroupsListInstances", region: "compute#regionInstanceGroupsListInstances"}[c.scope]
	answer := document{"kind": many, "id": r.full(), "selfLink": r.link() + "/listInstances", "items": items}
	if next != "" {
		answer["nextPageToken"] = next
	}
	return answer, nil
}

// setNamedPorts replaces the names of a group's ports.
func setNamedPorts(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if given := c.body.text("fingerprint"); given != "" && given != r.doc.text("fingerprint") {
		return nil, conditionNotMet("fingerprint")
	}
	if c.fails == "" {
		ports := c.body.list("namedPorts")
		r.doc["namedPorts"], r.doc["fingerprint"] = ports, fingerprint(ports)
		r.manager.doc["namedPorts"] = ports
		r.manager.kind.print(r.manager.doc)
	}
	return c.operate(r, nil, nil), nil
}

// listManagedInstances shows what a group does with each instance. Its answer
// has pages only if the group says so.
func listManagedInstances(c *call) (any, error) {
	r, err := c.find()
	if err != nil {
		return nil, err
	}
	keep, err := parseFilter(c.query.Get("filter"))
	if err != nil {
		return nil, err
	}
	var list []document
	for _, x := range r.manager.members {
		if d := r.manager.shown(x); keep(d) {
			list = append(list, d)
		}
	}
	if r.doc.text("listManagedInstancesResults") != "PAGINATED" {
		if c.query.Has("pageToken") {
			return nil, refuse(http.StatusBadRequest, "invalid", "Invalid value for field 'pageToken'. The group is not PAGINATED.")
		}
		return document{"managedInstances": list}, nil
	}
	list, next, err := page(c, list, func(d document) string { return d.text("instance") })
	if err != nil {
		return nil, err
	}
	answer := document{"managedInstances": list}
	if next != "" {
		answer["nextPageToken"] = next
	}
	return answer, nil
}

// shown is a managed instance as the listing has it.
func (m *manager) shown(x *member) document {
	d := document{"name": x.name, "instance": m.project.link("zones/" + x.zone + "/instances/" + x.name), "currentAction": x.action,
		"version": document{"instanceTemplate": x.version.template}}
	if x.version.name != "" {
		d.sub("version")["name"] = x.version.name
	}
	if len(x.errors) > 0 {
		d["lastAttempt"] = document{"errors": document{"errors": x.errors}}
	}
	if x.machine == nil {
		return d
	}
	d["id"], d["instanceStatus"] = x.machine.doc["id"], x.machine.doc["status"]
	check, _ := m.healing()
	if check == nil || x.machine.doc["status"] != "RUNNING" {
		return d
	}
	state := "UNHEALTHY"
	switch {
	case m.inOrder(x):
		state = "HEALTHY"
	case !m.judged(x, checksOf(check.doc)):
		state = "UNKNOWN"
	}
	d["instanceHealth"] = []document{{"healthCheck": check.link(), "detailedHealthState": state}}
	return d
}
