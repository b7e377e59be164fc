package cloudrun

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP answers a request to the API.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := object{}
	if data, err := io.ReadAll(r.Body); err != nil {
		return // who asks has left
	} else if len(data) > 0 && json.Unmarshal(data, &body) != nil {
		invalid("the body is no JSON object").write(w)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/v2/")
	if operation, ok := strings.CutSuffix(name, ":wait"); ok && r.Method == http.MethodPost {
		c.await(w, r, operation, body)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.Clock.Now()
	c.reconcile(now)
	doc, err := c.do(r, name, body, now)
	var no *refusal
	switch {
	case errors.As(err, &no):
		no.write(w)
	default:
		answer(w, http.StatusOK, doc)
	}
}

// do finds what a request asks for by the parts of its path:
// projects/P/locations/L/services/S/revisions/R.
func (c *Cloud) do(r *http.Request, name string, body object, now time.Time) (object, error) {
	parts := strings.Split(name, "/")
	if len(parts) < 5 || parts[0] != "projects" || parts[2] != "locations" || strings.Contains(name, ":") {
		return nil, unimplemented(r.Method + " " + name)
	}
	if r.URL.Query().Has("validateOnly") || r.URL.Query().Has("allowMissing") || r.URL.Query().Has("showDeleted") {
		return nil, unimplemented("One of the parameters")
	}
	switch kind := parts[4]; {
	case kind == "operations" && len(parts) == 6 && r.Method == http.MethodGet:
		if o := c.operations[name]; o != nil {
			doc, _ := o.document(now)
			return doc, nil
		}
		return nil, missing("Operation", name)
	case kind != "services":
		return nil, unimplemented(name)
	case len(parts) == 5 && r.Method == http.MethodGet:
		return c.listServices(r, strings.Join(parts[:4], "/"), now)
	case len(parts) == 5 && r.Method == http.MethodPost:
		return c.ended(now)(c.create(strings.Join(parts[:4], "/"), r.URL.Query().Get("serviceId"), body))
	case len(parts) == 7 && parts[6] == "revisions" && r.Method == http.MethodGet:
		return c.listRevisions(r, strings.Join(parts[:6], "/"), now)
	case len(parts) == 6:
		return c.doService(r, name, body, now)
	case len(parts) == 8 && parts[6] == "revisions":
		return c.doRevision(r, strings.Join(parts[:6], "/"), name, now)
	}
	return nil, unimplemented(r.Method + " " + name)
}

func (c *Cloud) ended(now time.Time) func(*operation, error) (object, error) {
	return func(o *operation, err error) (object, error) {
		if err != nil {
			return nil, err
		}
		doc, _ := o.document(now)
		return doc, nil
	}
}

func (c *Cloud) doService(r *http.Request, name string, body object, now time.Time) (object, error) {
	s := c.services[name]
	if s == nil {
		return nil, missing("SERVICE", name)
	}
	switch r.Method {
	case http.MethodGet:
		return s.document(now), nil
	case http.MethodDelete:
		return c.ended(now)(c.deleteService(s, r.URL.Query().Get("etag")))
	case http.MethodPatch:
		if !s.deleted.IsZero() {
			return nil, unmet("The service is being deleted.")
		}
		mask := written
		if m := r.URL.Query().Get("updateMask"); m != "" {
			mask = strings.Split(m, ",")
		}
		for _, f := range mask {
			if !slices.Contains(written, f) {
				return nil, unimplemented("An update of " + f)
			}
		}
		return c.ended(now)(c.patch(s, body, mask, r.URL.Query().Get("forceNewRevision") == "true"))
	}
	return nil, unimplemented(r.Method + " " + name)
}

func (c *Cloud) doRevision(r *http.Request, service, name string, now time.Time) (object, error) {
	s := c.services[service]
	if s == nil {
		return nil, missing("SERVICE", service)
	}
	for _, one := range s.revisions {
		switch {
		case one.name != name:
		case r.Method == http.MethodGet:
			return one.document(now), nil
		case r.Method == http.MethodDelete:
			return c.ended(now)(c.deleteRevision(s, one, r.URL.Query().Get("etag")))
		}
	}
	return nil, missing("REVISION", name)
}

func (c *Cloud) listServices(r *http.Request, location string, now time.Time) (object, error) {
	var found []*service
	for _, s := range c.services {
		if parentOf(s.name) == location {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b *service) int { return b.made.Compare(a.made)*2 + strings.Compare(b.name, a.name) })
	var docs []object
	for _, s := range found {
		docs = append(docs, s.document(now))
	}
	return c.page(r, "services", docs)
}

// listRevisions lists those of a service, or of all services of a location for
// the name "-".
func (c *Cloud) listRevisions(r *http.Request, name string, now time.Time) (object, error) {
	var found []*revision
	for _, s := range c.services {
		if s.name == name || last(name) == "-" && parentOf(s.name) == parentOf(name) {
			found = append(found, s.revisions...)
		}
	}
	if last(name) != "-" && c.services[name] == nil {
		return nil, missing("SERVICE", name)
	}
	slices.SortFunc(found, func(a, b *revision) int { return b.made.Compare(a.made)*2 + strings.Compare(b.name, a.name) })
	var docs []object
	for _, one := range found {
		docs = append(docs, one.document(now))
	}
	return c.page(r, "revisions", docs)
}

// page is a part of a list; its token says where the next one begins.
func (c *Cloud) page(r *http.Request, field string, docs []object) (object, error) {
	begin, size := 0, c.Page
	if token := r.URL.Query().Get("pageToken"); token != "" {
		var err error
		if begin, err = strconv.Atoi(token); err != nil || begin > len(docs) {
			return nil, invalid("page_token: %q is none of ours", token)
		}
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("pageSize")); err == nil && n > 0 {
		size = min(n, size)
	}
	end := min(begin+size, len(docs))
	list := object{field: docs[begin:end]}
	if end < len(docs) {
		list["nextPageToken"] = strconv.Itoa(end)
	}
	return list, nil
}

// parentOf is a name without its last two parts.
func parentOf(name string) string {
	parts := strings.Split(name, "/")
	return strings.Join(parts[:len(parts)-2], "/")
}

func part1(name string) string { return strings.Split(name, "/")[1] }
func part3(name string) string { return strings.Split(name+"///", "/")[3] }
