package discovery

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// find is the method that a request asks for, or nil.
func (a *API) find(r *http.Request) *method {
	for _, m := range a.methods[form{r.Method, strings.Count(r.URL.Path, "/")}] {
		if m.flat.MatchString(r.URL.Path) {
			return m
		}
	}
	return nil
}

// request is what is wrong with a request whose body that is, and the method
// that it asks for, or nil.
func (a *API) request(r *http.Request, body []byte) (*method, []error) {
	m := a.find(r)
	if m == nil {
		return nil, []error{fmt.Errorf("%s %s: %s %s has no such method", r.Method, r.URL.Path, a.Name, a.Version)}
	}
	wrong := m.inPath(r.URL.Path)
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		wrong = append(wrong, fmt.Errorf("%s: %w", m.ID, err))
	}
	wrong = append(wrong, a.inQuery(m, query)...)
	return m, append(wrong, a.inBody(m, body)...)
}

// inPath is what is wrong with the parameters in the path.
func (m *method) inPath(path string) []error {
	values := m.named.FindStringSubmatch(path)
	if values == nil {
		return []error{fmt.Errorf("%s: path %s does not fit %s", m.ID, path, m.Path)}
	}
	var wrong []error
	for i, name := range m.names {
		p := m.Parameters[name]
		if p == nil {
			wrong = append(wrong, fmt.Errorf("%s: parameter %s of the path is not described", m.ID, name))
			continue
		}
		wrong = append(wrong, p.text(m.ID+": path parameter "+name, values[i+1])...)
	}
	return wrong
}

// inQuery is what is wrong with the parameters in the query.
func (a *API) inQuery(m *method, query url.Values) []error {
	var wrong []error
	for name, values := range query {
		p := m.Parameters[name]
		if p == nil {
			p = a.Parameters[name]
		}
		if p == nil || p.Location != "query" {
			wrong = append(wrong, fmt.Errorf("%s: unknown query parameter %q", m.ID, name))
			continue
		}
		if len(values) > 1 && !p.Repeated {
			wrong = append(wrong, fmt.Errorf("%s: query parameter %s is given %d times", m.ID, name, len(values)))
		}
		for _, v := range values {
			wrong = append(wrong, p.text(m.ID+": query parameter "+name, v)...)
			if p.Format == "google-fieldmask" {
				wrong = append(wrong, a.mask(m, name, v)...)
			}
		}
	}
	for name, p := range m.Parameters {
		if p.Required && p.Location == "query" && !query.Has(name) {
			wrong = append(wrong, fmt.Errorf("%s: required query parameter %s is missing", m.ID, name))
		}
	}
	return wrong
}

// mask is what is wrong with an update mask: each path must lead to a field of
// the body, in either of the two ways to write names.
func (a *API) mask(m *method, name, value string) []error {
	var wrong []error
	for path := range strings.SplitSeq(value, ",") {
		if path == "*" {
			continue // every field
		}
		s := a.resolve(m.Request)
		for part := range strings.SplitSeq(path, ".") {
			if s = a.field(s, part); s == nil {
				wrong = append(wrong, fmt.Errorf("%s: query parameter %s: the body has no field %q", m.ID, name, path))
				break
			}
		}
	}
	return wrong
}

// field is a field's schema, or nil; the name may be in snake case.
func (a *API) field(s *schema, name string) *schema {
	if s == nil {
		return nil
	}
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	if f := s.Properties[strings.Join(words, "")]; f != nil {
		return a.resolve(f)
	}
	return a.resolve(s.Additional)
}

// inBody is what is wrong with a request's body.
func (a *API) inBody(m *method, body []byte) []error {
	body = bytes.TrimSpace(body)
	switch {
	case m.Request == nil && len(body) > 0:
		return []error{fmt.Errorf("%s: it takes no body", m.ID)}
	case m.Request == nil:
		return nil
	case len(body) == 0:
		body = []byte("{}")
	}
	value, err := decode(body)
	if err != nil {
		return []error{fmt.Errorf("%s: body: %w", m.ID, err)}
	}
	wrong := a.value(m.ID+": body", value, m.Request)
	return append(wrong, a.missing(m, value)...)
}

// missing are the fields that an insert must have. What is required of other
// methods is not held: a firewall's patch is said to require its name, and
// Google takes one without.
func (a *API) missing(m *method, value any) []error {
	fields, ok := value.(map[string]any)
	if !ok || !strings.HasSuffix(m.ID, ".insert") {
		return nil
	}
	var wrong []error
	for name, s := range a.resolve(m.Request).Properties {
		if _, given := fields[name]; !given && slices.Contains(s.Annotations.Required, m.ID) {
			wrong = append(wrong, fmt.Errorf("%s: body: required field %s is missing", m.ID, name))
		}
	}
	return wrong
}
