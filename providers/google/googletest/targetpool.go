package googletest

// poolBegun notes which instances a pool has from the start.
func poolBegun(r *resource) {
	for _, link := range r.doc.texts("instances") {
		r.join(link)
	}
}

func addInstance(c *call) (*resource, error) {
	return c.changePool(func(pool *resource, instance string) { pool.join(instance) })
}

func removeInstance(c *call) (*resource, error) {
	return c.changePool(func(pool *resource, instance string) { pool.leave(instance) })
}

// changePool has the instances that a call names join or leave a pool.
func (c *call) changePool(each func(pool *resource, instance string)) (*resource, error) {
	r, err := c.changeable()
	if err != nil {
		return nil, err
	}
	if _, err := c.qualify(map[string]any(c.body)); err != nil {
		return nil, err
	}
	var links []string
	for _, reference := range c.body.list("instances") {
		i := c.at(reference.text("instance"))
		if i == nil || i.collection != "instances" {
			return nil, invalid("instances", reference.text("instance"), "The URL must be that of an instance.")
		}
		if regionOf(i.address.place) != c.address.place {
			return nil, invalid("instances", reference.text("instance"), "The instance must be in the region of the target pool.")
		}
		links = append(links, i.link())
	}
	r.busy = true
	return c.operate(r, func() {
		r.busy = false
		for _, link := range links {
			if c.at(link) != nil {
				each(r, link)
			}
		}
	}, func() { r.busy = false }), nil
}

// poolHealth shows how a target pool finds one instance. A pool without a
// health check finds those that run healthy.
func poolHealth(c *call) (any, error) {
	r, err := c.find()
	if err != nil {
		return nil, err
	}
	i := c.at(c.body.text("instance"))
	if i == nil || r.pooled[i.link()].IsZero() {
		return nil, invalid("resource.instance", c.body.text("instance"), "The instance is not in the target pool.")
	}
	return document{"kind": "compute#targetPoolInstanceHealth", "healthStatus": []document{{"instance": i.link(), "ipAddress": address4(i),
		"healthState": c.found(r.doc.texts("healthChecks"), i, r.pooled[i.link()])}}}, nil
}
