package googletest

import (
	"slices"
	"strings"
	"time"
)

// resource is a document at an address, and what it is besides.
type resource struct {
	project *Project
	kind    *kind
	address
	doc      document
	made     time.Time
	unmade   bool // its insert is not done: it is not seen yet
	deleting bool // its delete is not done
	busy     bool // a change of it is not done, which forbids others
	manager  *manager
	machine  *machine
	sick     bool                 // of an image: its instances never are healthy
	backing  map[string]time.Time // of a backend service: groups, since when
	draining map[string]time.Time // of a backend service: groups no longer in it, until when
	pooled   map[string]time.Time // of a target pool: instances, since when
}

// full is how messages name it.
func (r *resource) full() string { return "projects/" + r.project.id + "/" + r.path() }

// link is its URL.
func (r *resource) link() string { return origin + r.full() }

// view is what a reading call shows of it.
func (r *resource) view() document {
	if r.kind.view == nil {
		return r.doc
	}
	return r.kind.view(r)
}

// add puts a resource into the project, with what every document has.
func (p *Project) add(k *kind, a address, doc document) *resource {
	r := &resource{project: p, kind: k, address: a, doc: doc, made: p.cloud.now}
	doc["kind"], doc["id"], doc["name"] = k.one, p.cloud.newID(), a.name
	doc["creationTimestamp"], doc["selfLink"] = stamp(p.cloud.now), r.link()
	switch a.scope {
	case zonal:
		doc["zone"] = p.link("zones/" + a.place)
	case region:
		doc["region"] = p.link("regions/" + a.place)
	}
	k.print(doc)
	p.resources[r.path()] = r
	return r
}

// link is the URL of a path below the project.
func (p *Project) link(path string) string { return origin + "projects/" + p.id + "/" + path }

// at finds what a URL, or a part of one, names; nil if there is nothing.
func (p *Project) at(text string) *resource {
	project, path, ok := reference(text)
	if !ok || project != "" && project != p.id {
		return nil
	}
	if r := p.resources[path]; r != nil && !r.unmade {
		return r
	}
	return nil
}

// of lists the resources of a collection in a place, by path, those that are
// not seen yet too.
func (p *Project) of(collection string, in func(address) bool) []*resource {
	var list []*resource
	for _, r := range p.resources {
		if r.collection == collection && in(r.address) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b *resource) int { return strings.Compare(a.path(), b.path()) })
	return list
}

func anywhere(address) bool { return true }

// qualify has every reference in a value be a URL, and reports the first that
// leads nowhere.
func (p *Project) qualify(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return p.qualifyText(v)
	case []any:
		for i := range v {
			var err error
			if v[i], err = p.qualify(v[i]); err != nil {
				return v, err
			}
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if descriptive[key] {
				continue
			}
			var err error
			if v[key], err = p.qualify(v[key]); err != nil {
				return v, err
			}
		}
	}
	return v, nil
}

// descriptive are fields whose text is what people, or programs of theirs,
// make of it.
var descriptive = map[string]bool{"description": true, "labels": true, "metadata": true, "userLabels": true, "selfLink": true}

func (p *Project) qualifyText(text string) (string, error) {
	project, path, ok := reference(text)
	a, _ := parseAddress(path)
	k := p.cloud.kinds[a.collection]
	if !ok || k == nil || k.api[a.scope].resource == "" {
		return text, nil
	}
	of := p
	if project != "" && project != p.id {
		if of = p.cloud.projects[project]; of == nil {
			return text, notFound("projects/" + project + "/" + path)
		}
	}
	r := of.resources[path]
	if r == nil || r.unmade {
		return text, notFound("projects/" + of.id + "/" + path)
	}
	return r.link(), nil
}

// user is a resource whose document names one of the links; nil if none does.
func (p *Project) user(of *resource, links ...string) *resource {
	for _, path := range sortedKeys(p.resources) {
		r := p.resources[path]
		if r != of && !r.kind.derived && slices.ContainsFunc(links, func(l string) bool { return mentions(map[string]any(r.doc), l) }) {
			return r
		}
	}
	return nil
}

func mentions(v any, link string) bool {
	switch v := v.(type) {
	case string:
		return v == link
	case []any:
		return slices.ContainsFunc(v, func(x any) bool { return mentions(x, link) })
	case []document:
		return slices.ContainsFunc(v, func(x document) bool { return mentions(map[string]any(x), link) })
	case document:
		return mentions(map[string]any(v), link)
	case map[string]any:
		for key, x := range v {
			if key != "selfLink" && mentions(x, link) {
				return true
			}
		}
	}
	return false
}
