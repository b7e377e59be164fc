package googletest

import (
	"net/http"
	"slices"
	"strconv"
)

// alter changes a group's document, which takes effect at once.
func (c *call) alter(by func(doc document) error) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if r.unmade {
		return nil, notReady(r.full())
	}
	doc := r.doc.clone()
	if err := by(doc); err != nil {
		return nil, err
	}
	return c.put(r, doc), nil
}

func resize(c *call) (*resource, error) {
	size, err := strconv.Atoi(c.query.Get("size"))
	if err != nil || size < 0 || size > 1000 {
		return nil, invalid("size", c.query.Get("size"), "Must be between 0 and 1000.")
	}
	return c.alter(func(doc document) error {
		doc["targetSize"] = size
		return nil
	})
}

func setInstanceTemplate(c *call) (*resource, error) {
	return c.alter(func(doc document) error {
		if _, err := c.qualify(map[string]any(c.body)); err != nil {
			return err
		}
		before := doc.clone()
		doc["instanceTemplate"] = c.body.text("instanceTemplate")
		delete(doc, "versions")
		return checkVersions(c, doc, before)
	})
}

// setTargetPools changes the target pools of a group: in a zone, those of all
// of its instances; in a region, those of its new instances.
func setTargetPools(c *call) (*resource, error) {
	return c.alter(func(doc document) error {
		if given := c.body.text("fingerprint"); given != "" && given != doc.text("fingerprint") {
			return conditionNotMet("fingerprint")
		}
		if _, err := c.qualify(map[string]any(c.body)); err != nil {
			return err
		}
		before, now := doc.texts("targetPools"), c.body.texts("targetPools")
		doc["targetPools"] = c.body["targetPools"]
		if c.scope == zonal && c.fails == "" {
			c.resources[c.path()].manager.changePools(before, now)
		}
		return nil
	})
}

// changePools has the group's instances leave pools, and join others.
func (m *manager) changePools(before, now []string) {
	for _, x := range m.members {
		if !x.in() || x.machine.doc["status"] != "RUNNING" {
			continue
		}
		for _, pool := range before {
			if r := m.project.at(pool); r != nil && !slices.Contains(now, pool) {
				r.leave(x.machine.link())
			}
		}
		x.joinPools(m.project, now)
	}
}

func (x *member) joinPools(p *Project, pools []string) {
	for _, pool := range pools {
		if r := p.at(pool); r != nil {
			r.join(x.machine.link())
		}
	}
}

// chosen are the members that a call names.
func (c *call) chosen(m *manager) ([]*member, error) {
	var list []*member
	for _, link := range c.body.texts("instances") {
		at := slices.IndexFunc(m.members, func(x *member) bool { return x.name == lastPart(link) })
		if at < 0 || m.members[at].action == deleting {
			if c.body["skipInstancesOnValidationError"] == true {
				continue
			}
			return nil, refuse(http.StatusBadRequest, "invalid", "Invalid value for field 'instances': '%s'. Instance is not a member of '%s'.", link, m.full())
		}
		list = append(list, m.members[at])
	}
	return list, nil
}

// deleteInstances ends instances, and makes their group smaller.
func deleteInstances(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	chosen, err := c.chosen(r.manager)
	if err != nil {
		return nil, err
	}
	if c.fails == "" {
		for _, x := range chosen {
			r.manager.retire(x)
		}
		r.doc["targetSize"] = max(0, r.manager.size()-len(chosen))
		r.kind.print(r.doc)
		managerChanged(r)
	}
	return c.operate(r, nil, nil), nil
}

// recreateInstances makes instances anew, of the group's current versions.
func recreateInstances(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	chosen, err := c.chosen(r.manager)
	if err != nil {
		return nil, err
	}
	if c.fails == "" {
		for _, x := range chosen {
			r.manager.recreate(x, r.manager.nextVersion(x))
		}
	}
	return c.operate(r, nil, nil), nil
}

// deleteManager deletes a group with its instances; its operation is done when
// they are gone.
func deleteManager(c *call) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if r.manager == nil {
		return nil, notReady(r.full())
	}
	if r, err = c.removable(r.manager.group.link()); err != nil {
		return nil, err
	}
	if c.fails != "" {
		return c.operate(r, nil, nil), nil
	}
	op := c.begin(r)
	r.deleting = true
	r.manager.ended = func() {
		op.end()
		delete(c.resources, r.manager.group.path())
		r.remove()
	}
	c.cloud.after(c.cloud.config.Times.Operation/2, op.run)
	c.cloud.after(c.cloud.config.Times.Operation, r.manager.reconcile)
	return op, nil
}
