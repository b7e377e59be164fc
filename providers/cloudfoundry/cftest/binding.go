package cftest

import (
	"encoding/json"
	"maps"
	"slices"
)

// binding gives an app, or who holds the key, what a service is used with.
type binding struct {
	object
	name    string
	kind    string // app or key
	app     *app
	service *service
}

func (b *binding) show(r *request) doc {
	relations := doc{"service_instance": one(b.service.guid)}
	if b.app != nil {
		relations["app"] = one(b.app.guid)
	}
	return b.view(r, "service_credential_bindings", doc{"name": text(b.name), "type": b.kind, "relationships": relations,
		"last_operation": doc{"type": "create", "state": "succeeded", "created_at": stamp(b.created), "updated_at": stamp(b.updated)}})
}

func listBindings(c *Cloud, r *request) (answer, error) {
	by := filters[*binding]{
		"names":                  func(b *binding) []string { return []string{b.name} },
		"type":                   func(b *binding) []string { return []string{b.kind} },
		"service_instance_guids": func(b *binding) []string { return []string{b.service.guid} },
		"app_guids": func(b *binding) []string {
			if b.app == nil {
				return nil
			}
			return []string{b.app.guid}
		},
	}
	return list(r, c.bindings, by, func(b *binding) doc { return b.show(r) })
}

func createBinding(c *Cloud, r *request) (answer, error) {
	var in struct {
		Type          string          `json:"type"`
		Name          string          `json:"name"`
		Relationships relation        `json:"relationships"`
		Parameters    json.RawMessage `json:"parameters"`
		Metadata      *metadataChange `json:"metadata"`
	}
	err := r.decode(&in)
	if err == nil {
		err = in.Metadata.check()
	}
	if err != nil {
		return answer{}, err
	}
	b := &binding{object: c.object(), name: in.Name, kind: in.Type, app: withGUID(c.apps, in.Relationships.App.guid()),
		service: withGUID(c.services, in.Relationships.ServiceInstance.guid())}
	if err := c.checkBinding(b); err != nil {
		return answer{}, err
	}
	b.change(in.Metadata)
	c.changed(r)
	add := func() error {
		c.bindings = append(c.bindings, b)
		return nil
	}
	if b.service.plan == nil {
		_ = add() // cannot fail
		return created(b.show(r))
	}
	return begun(c.begin("service_bindings.create", add))
}

func (c *Cloud) checkBinding(b *binding) error {
	switch {
	case b.service == nil:
		return unprocessable("The service instance could not be found: ensure that it exists.")
	case b.service.state == "in progress":
		return b.service.busy()
	case b.kind == "app" && b.app == nil:
		return unprocessable("The app could not be found: ensure that it exists.")
	case b.kind == "app" && b.app.space != b.service.space && !slices.Contains(b.service.shared, b.app.space):
		return unprocessable("The service instance and the app are in different spaces.")
	case b.kind == "app" && find(c.bindings, func(o *binding) bool { return o.app == b.app && o.service == b.service }) != nil:
		return unprocessable("The app is already bound to the service instance")
	case b.kind == "key" && b.service.plan == nil:
		return unprocessable("Service credential bindings of type 'key' are not supported for user-provided service instances.")
	case b.kind == "key" && find(c.bindings, func(o *binding) bool { return o.kind == "key" && o.name == b.name && o.service == b.service }) != nil:
		return unprocessable("The binding name is invalid. Key binding names must be unique. The service instance already has a key binding with name '%s'.", b.name)
	case b.kind != "app" && b.kind != "key":
		return unprocessable("Type must be one of 'app', 'key'")
	}
	return nil
}

func deleteBinding(c *Cloud, r *request) (answer, error) {
	b := withGUID(c.bindings, r.PathValue("guid"))
	if b == nil {
		return answer{}, missing("Service credential binding")
	}
	c.changed(r)
	remove := func() error {
		c.bindings = slices.DeleteFunc(c.bindings, func(o *binding) bool { return o == b })
		return nil
	}
	if b.service.plan == nil {
		_ = remove() // cannot fail
		return none()
	}
	return begun(c.begin("service_bindings.delete", remove))
}

func bindingDetails(c *Cloud, r *request) (answer, error) {
	b := withGUID(c.bindings, r.PathValue("guid"))
	if b == nil {
		return answer{}, missing("Service credential binding")
	}
	credentials := doc{}
	maps.Copy(credentials, b.service.credentials)
	if b.service.plan != nil {
		credentials = doc{"username": "user-" + b.guid[:8], "password": "password-" + b.guid[:8], "uri": b.service.plan.offering + "://" + b.service.name}
	}
	return ok(doc{"credentials": credentials, "syslog_drain_url": b.service.drain, "volume_mounts": []string{}})
}
