package googletest

import (
	"net/http"
	"regexp"
)

// writing are the methods of what is made, changed and deleted with nothing
// special about it.
var writing = with(reading, map[string]verb{"insert": change(insert), "patch": change(patch), "update": change(update), "delete": change(remove)})

var goodName = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

// insert makes a resource, which is seen when its operation is done.
func insert(c *call) (*resource, error) {
	name := c.body.text("name")
	if !goodName.MatchString(name) {
		return nil, invalid("resource.name", name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")
	}
	at := c.address
	at.name = name
	if c.resources[at.path()] != nil {
		return nil, exists("projects/" + c.id + "/" + at.path())
	}
	if err := c.inPlace(); err != nil {
		return nil, err
	}
	doc, err := c.prepare(c.body.clone(), nil)
	if err != nil {
		return nil, err
	}
	r := c.add(c.kind, at, doc)
	r.unmade = true
	return c.operate(r, func() { r.begin() }, func() { delete(c.resources, r.path()) }), nil
}

func (r *resource) begin() {
	r.unmade = false
	if r.kind.begun != nil {
		r.kind.begun(r)
	}
}

// inPlace refuses a zone or region that there is not.
func (c *call) inPlace() error {
	at := map[scope]string{zonal: "zones/", region: "regions/"}[c.scope] + c.place
	if c.scope != global && c.resources[at] == nil {
		return notFound("projects/" + c.id + "/" + at)
	}
	return nil
}

// prepare completes a new or changed document, or refuses it.
func (c *call) prepare(doc, before document) (document, error) {
	if err := checkWritten(doc); err != nil {
		return nil, err
	}
	if _, err := c.qualify(map[string]any(doc)); err != nil {
		return nil, err
	}
	if c.kind.check != nil {
		if err := c.kind.check(c, doc, before); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// patch lays the body over a resource.
func patch(c *call) (*resource, error) {
	return c.replace(func(old document) document { return merge(old, c.body) })
}

// update puts the body in a resource's place.
func update(c *call) (*resource, error) {
	return c.replace(func(document) document { return c.body.clone() })
}

// kept are what a change of a document never changes.
var kept = []string{"kind", "id", "name", "selfLink", "creationTimestamp", "zone", "region"}

func (c *call) replace(by func(document) document) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if err := c.current(r); err != nil {
		return nil, err
	}
	doc := by(r.doc)
	for _, field := range kept {
		doc[field] = r.doc[field]
		if doc[field] == nil {
			delete(doc, field)
		}
	}
	if doc, err = c.prepare(doc, r.doc); err != nil {
		return nil, err
	}
	return c.put(r, doc), nil
}

// put has a resource get another document: at once, or, if it takes one change
// at a time, when the operation is done.
func (c *call) put(r *resource, doc document) *resource {
	become := func() {
		r.busy = false
		r.doc = doc
		r.kind.print(doc)
		if r.kind.changed != nil {
			r.kind.changed(r)
		}
	}
	if r.kind.exclusive {
		r.busy = true
		return c.operate(r, become, func() { r.busy = false })
	}
	if c.fails == "" {
		become()
	}
	return c.operate(r, nil, nil)
}

// changeable is the resource that the call is about, if it can be changed now.
func (c *call) changeable() (*resource, error) {
	r, err := c.find()
	if err == nil && (r.busy || r.deleting) {
		err = notReady(r.full())
	}
	return r, err
}

// current refuses a change that was made for another state of the resource.
func (c *call) current(r *resource) error {
	given := c.body.text("fingerprint")
	if !r.kind.fingerprinted || given == "" && !r.kind.must || given == r.doc.text("fingerprint") {
		return nil
	}
	if given == "" {
		return refuse(http.StatusPreconditionFailed, "conditionNotMet", "An up-to-date fingerprint must be provided to change '%s'.", r.full())
	}
	return conditionNotMet("fingerprint")
}

// remove deletes a resource that nothing uses.
func remove(c *call) (*resource, error) {
	r, err := c.removable()
	if err != nil {
		return nil, err
	}
	r.deleting = true
	return c.operate(r, func() { r.remove() }, func() { r.deleting = false }), nil
}

func (c *call) removable(also ...string) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if by := c.user(r, append(also, r.link())...); by != nil {
		return nil, inUse(r, by)
	}
	return r, nil
}

func (r *resource) remove() {
	delete(r.project.resources, r.path())
	if r.kind.ended != nil {
		r.kind.ended(r)
	}
}

// setLabels replaces a resource's labels.
func setLabels(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if c.body.text("labelFingerprint") != r.doc.text("labelFingerprint") {
		return nil, refuse(http.StatusPreconditionFailed, "conditionNotMet", "Labels fingerprint either invalid or resource labels have changed")
	}
	if err := checkLabels(c.body.sub("labels")); err != nil {
		return nil, err
	}
	doc := r.doc.clone()
	doc["labels"] = c.body["labels"]
	if len(c.body.sub("labels")) == 0 {
		delete(doc, "labels")
	}
	return c.put(r, doc), nil
}
