package cftest

import "slices"

// quota bounds an organization, or a space of it. It is told and refuses
// nothing.
type quota struct {
	object
	name  string
	org   *org
	space *space // nil bounds all of the organization
	Quota
}

// Quota is how much there may be; nil is any number.
type Quota struct {
	Instances     *int
	Memory        *int // of all instances and tasks, in megabytes
	ProcessMemory *int // of one
}

// SetQuota gives a space a quota, or with an empty name all of an organization,
// in place of the one that it has.
func (c *Cloud) SetQuota(organization, name string, q Quota) {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := &quota{object: c.object(), name: "small", org: find(c.orgs, func(o *org) bool { return o.name == organization }), Quota: q}
	if name != "" {
		made.space = c.spaceOf(organization, name)
	}
	c.quotas = slices.DeleteFunc(c.quotas, func(q *quota) bool { return q.org == made.org && q.space == made.space })
	c.quotas = append(c.quotas, made)
}

func (q *quota) show(r *request, path string, relationships doc) doc {
	shown := q.view(r, path, doc{"name": q.name, "relationships": relationships,
		"apps": doc{"total_memory_in_mb": q.Memory, "per_process_memory_in_mb": q.ProcessMemory, "log_rate_limit_in_bytes_per_second": nil,
			"total_instances": q.Instances, "per_app_tasks": nil},
		"services": doc{"paid_services_allowed": true, "total_service_instances": nil, "total_service_keys": nil},
		"routes":   doc{"total_routes": nil, "total_reserved_ports": nil}})
	delete(shown, "metadata")
	return shown
}

func listOrgQuotas(c *Cloud, r *request) (answer, error) {
	of := slices.DeleteFunc(slices.Clone(c.quotas), func(q *quota) bool { return q.space != nil })
	by := filters[*quota]{"organization_guids": func(q *quota) []string { return []string{q.org.guid} }}
	return list(r, of, by, func(q *quota) doc {
		shown := q.show(r, "organization_quotas", doc{"organizations": doc{"data": []doc{{"guid": q.org.guid}}}})
		shown["domains"] = doc{"total_domains": nil}
		return shown
	})
}

func listSpaceQuotas(c *Cloud, r *request) (answer, error) {
	of := slices.DeleteFunc(slices.Clone(c.quotas), func(q *quota) bool { return q.space == nil })
	by := filters[*quota]{"space_guids": func(q *quota) []string { return []string{q.space.guid} }}
	return list(r, of, by, func(q *quota) doc {
		return q.show(r, "space_quotas", doc{"organization": one(q.org.guid), "spaces": doc{"data": []doc{{"guid": q.space.guid}}}})
	})
}

func orgUsage(c *Cloud, r *request) (answer, error) {
	o := withGUID(c.orgs, r.PathValue("guid"))
	if o == nil {
		return answer{}, missing("Organization")
	}
	return ok(c.usage(r, "organization", "organizations/"+o.guid, func(s *space) bool { return s.org == o }))
}

func spaceUsage(c *Cloud, r *request) (answer, error) {
	s := withGUID(c.spaces, r.PathValue("guid"))
	if s == nil {
		return answer{}, missing("Space")
	}
	return ok(c.usage(r, "space", "spaces/"+s.guid, func(other *space) bool { return other == s }))
}

// usage is what runs in some spaces.
func (c *Cloud) usage(r *request, kind, path string, in func(*space) bool) doc {
	instances, memory := 0, 0
	for _, p := range c.processes {
		if in(p.app.space) && p.app.started {
			instances, memory = instances+p.instances, memory+p.instances*p.memory
		}
	}
	tasks := 0
	for _, t := range c.tasks {
		if in(t.app.space) && t.state == "RUNNING" {
			tasks, memory = tasks+1, memory+t.memory
		}
	}
	here := r.url + "/v3/" + path
	return doc{"usage_summary": doc{"started_instances": instances, "memory_in_mb": memory, "routes": 0, "service_instances": 0, "reserved_ports": 0,
		"domains": 0, "per_app_tasks": tasks, "service_keys": 0},
		"links": doc{"self": doc{"href": here + "/usage_summary"}, kind: doc{"href": here}}}
}
