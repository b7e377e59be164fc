package cftest

import (
	"encoding/json"
	"slices"
	"time"
)

type plan struct {
	object
	name, offering string
}

func listPlans(c *Cloud, r *request) (answer, error) {
	by := filters[*plan]{
		"names":                  func(p *plan) []string { return []string{p.name} },
		"service_offering_names": func(p *plan) []string { return []string{p.offering} },
		"space_guids":            func(*plan) []string { return []string{r.URL.Query().Get("space_guids")} }, // in all
	}
	return list(r, c.plans, by, func(p *plan) doc {
		return p.view(r, "service_plans", doc{"name": p.name, "description": "", "free": true, "available": true, "visibility_type": "public",
			"costs": []doc{}, "broker_catalog": doc{"id": p.guid, "metadata": doc{}, "maximum_polling_duration": nil, "features": doc{"plan_updateable": true, "bindable": true}},
			"schemas": doc{}, "maintenance_info": doc{}, "relationships": doc{"service_offering": one(p.guid)}})
	})
}

// service is a service instance.
type service struct {
	object
	name        string
	space       *space
	plan        *plan // nil if a user provides it
	tags        []string
	parameters  json.RawMessage
	credentials map[string]any
	drain       string
	routing     string
	shared      []*space
	operation   string // the last
	state       string // of the operation
	reason      string
}

func (s *service) kind() string {
	if s.plan == nil {
		return "user-provided"
	}
	return "managed"
}

func (s *service) show(r *request) doc {
	tags := s.tags
	if tags == nil {
		tags = []string{}
	}
	own := doc{"name": s.name, "type": s.kind(), "tags": tags, "relationships": doc{"space": one(s.space.guid)}, "last_operation": s.last()}
	if s.plan != nil {
		own["relationships"].(doc)["service_plan"] = one(s.plan.guid)
		own["maintenance_info"], own["upgrade_available"], own["dashboard_url"] = doc{}, false, nil
	} else {
		own["syslog_drain_url"], own["route_service_url"] = text(s.drain), text(s.routing)
	}
	return s.view(r, "service_instances", own)
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *service) last() doc {
	return doc{"type": s.operation, "state": s.state, "description": s.reason, "created_at": stamp(s.created), "updated_at": stamp(s.updated)}
}

func listServices(c *Cloud, r *request) (answer, error) {
	by := filters[*service]{
		"names": func(s *service) []string { return []string{s.name} },
		"type":  func(s *service) []string { return []string{s.kind()} },
		"space_guids": func(s *service) []string {
			all := []string{s.space.guid}
			for _, other := range s.shared {
				all = append(all, other.guid)
			}
			return all
		},
	}
	return list(r, c.services, by, func(s *service) doc { return s.show(r) })
}

// serviceFields are what a service instance can be given.
type serviceFields struct {
	Type          string          `json:"type"`
	Name          string          `json:"name"`
	Relationships relation        `json:"relationships"`
	Metadata      *metadataChange `json:"metadata"`
	Parameters    json.RawMessage `json:"parameters"`
	Tags          *[]string       `json:"tags"`
	Credentials   map[string]any  `json:"credentials"`
	Drain         *string         `json:"syslog_drain_url"`
	Routing       *string         `json:"route_service_url"`
}

func createService(c *Cloud, r *request) (answer, error) {
	var in serviceFields
	err := r.decode(&in)
	if err == nil {
		err = in.Metadata.check()
	}
	if err != nil {
		return answer{}, err
	}
	s := &service{object: c.object(), name: in.Name, space: withGUID(c.spaces, in.Relationships.Space.guid()),
		plan: withGUID(c.plans, in.Relationships.ServicePlan.guid()), operation: "create", state: "succeeded"}
	switch {
	case s.space == nil:
		return answer{}, unprocessable("Invalid space. Ensure that the space exists and you have access to it.")
	case in.Name == "":
		return answer{}, unprocessable("Name can't be blank")
	case find(c.services, func(o *service) bool { return o.name == s.name && o.space == s.space }) != nil:
		return answer{}, unprocessable("The service instance name is taken: %s.", in.Name)
	case in.Type == "managed" && s.plan == nil:
		return answer{}, unprocessable("Invalid service plan. Ensure that the service plan exists, is available, and you have access to it.")
	case in.Type != "managed" && in.Type != "user-provided":
		return answer{}, unprocessable("Type must be one of 'managed', 'user-provided'")
	}
	s.take(in)
	c.services = append(c.services, s)
	c.changed(r)
	if s.plan == nil {
		return created(s.show(r))
	}
	s.state = "in progress"
	return begun(c.begin("service_instance.create", func() error { return s.done(c.now()) }))
}

// done ends the operation that is under way.
func (s *service) done(now time.Time) error {
	s.updated, s.state = now, "succeeded"
	if broken(s.plan.name) {
		s.state, s.reason = "failed", "The broker cannot make one of plan "+s.plan.name
		return unprocessable("%s", s.reason)
	}
	return nil
}

// take has it be as asked for, and reports whether a broker must be told, and
// whether anything is different.
func (s *service) take(in serviceFields) (broker, different bool) {
	different = s.change(in.Metadata)
	if in.Name != "" && in.Name != s.name {
		s.name, different = in.Name, true
	}
	if in.Tags != nil && !slices.Equal(*in.Tags, s.tags) {
		s.tags, different = *in.Tags, true
	}
	if in.Parameters != nil && string(in.Parameters) != string(s.parameters) {
		s.parameters, broker = in.Parameters, true
	}
	if in.Credentials != nil && !same(in.Credentials, s.credentials) {
		s.credentials, different = in.Credentials, true
	}
	for _, set := range []struct {
		to   *string
		from *string
	}{{&s.drain, in.Drain}, {&s.routing, in.Routing}} {
		if set.from != nil && *set.from != *set.to {
			*set.to, different = *set.from, true
		}
	}
	return broker, different || broker
}

func same(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

func (c *Cloud) service(r *request) (*service, error) {
	if s := withGUID(c.services, r.PathValue("guid")); s != nil {
		return s, nil
	}
	return nil, missing("Service instance")
}

func updateService(c *Cloud, r *request) (answer, error) {
	var in serviceFields
	s, err := c.service(r)
	if err == nil {
		err = r.decode(&in)
	}
	if err == nil {
		err = in.Metadata.check()
	}
	if err != nil {
		return answer{}, err
	}
	if s.state == "in progress" {
		return answer{}, s.busy()
	}
	broker, different := s.take(in)
	if to := withGUID(c.plans, in.Relationships.ServicePlan.guid()); to != nil && to != s.plan {
		s.plan, broker, different = to, true, true
	}
	if different {
		c.changed(r)
	}
	if !broker || s.plan == nil {
		return ok(s.show(r))
	}
	s.operation, s.state = "update", "in progress"
	return begun(c.begin("service_instance.update", func() error { return s.done(c.now()) }))
}

func (s *service) busy() error {
	return &refusal{409, 60016, "CF-AsyncServiceInstanceOperationInProgress", "An operation for service instance " + s.name + " is in progress."}
}

func deleteService(c *Cloud, r *request) (answer, error) {
	s, err := c.service(r)
	switch {
	case err != nil:
		return answer{}, err
	case s.state == "in progress":
		return answer{}, s.busy()
	case len(s.shared) > 0:
		return answer{}, unprocessable("Service instances must be unshared before they can be deleted. Unsharing %s will automatically delete any bindings that have been made to applications in other spaces.", s.name)
	}
	c.changed(r)
	remove := func() error {
		c.services = slices.DeleteFunc(c.services, func(o *service) bool { return o == s })
		c.bindings = slices.DeleteFunc(c.bindings, func(b *binding) bool { return b.service == s })
		return nil
	}
	if s.plan == nil {
		_ = remove() // cannot fail
		return none()
	}
	s.operation, s.state = "delete", "in progress"
	return begun(c.begin("service_instance.delete", remove))
}

func sharedSpaces(c *Cloud, r *request) (answer, error) {
	s, err := c.service(r)
	if err != nil {
		return answer{}, err
	}
	return ok(s.sharedWith())
}

func (s *service) sharedWith() doc {
	all := []doc{}
	for _, other := range s.shared {
		all = append(all, doc{"guid": other.guid})
	}
	return doc{"data": all, "links": doc{}}
}

func shareService(c *Cloud, r *request) (answer, error) {
	var in struct {
		Data []struct {
			GUID string `json:"guid"`
		} `json:"data"`
	}
	s, err := c.service(r)
	if err == nil {
		err = r.decode(&in)
	}
	if err != nil {
		return answer{}, err
	}
	for _, d := range in.Data {
		other := withGUID(c.spaces, d.GUID)
		switch {
		case other == nil:
			return answer{}, unprocessable("Unable to share service instance %s with spaces ['%s']. Ensure the spaces exist and that you have access to them.", s.name, d.GUID)
		case other == s.space:
			return answer{}, unprocessable("Unable to share service instance '%s' with space '%s'. Service instances cannot be shared into the space where they were created.", s.name, other.name)
		case !slices.Contains(s.shared, other):
			s.shared = append(s.shared, other)
			c.changed(r)
		}
	}
	return ok(s.sharedWith())
}

func unshareService(c *Cloud, r *request) (answer, error) {
	s, err := c.service(r)
	if err != nil {
		return answer{}, err
	}
	other := withGUID(c.spaces, r.PathValue("space"))
	if other == nil || !slices.Contains(s.shared, other) {
		return answer{}, unprocessable("Unable to unshare service instance from space %s. Ensure the space exists and the service instance has been shared to this space.", r.PathValue("space"))
	}
	s.shared = slices.DeleteFunc(s.shared, func(o *space) bool { return o == other })
	c.bindings = slices.DeleteFunc(c.bindings, func(b *binding) bool { return b.service == s && b.app != nil && b.app.space == other })
	c.changed(r)
	return none()
}
