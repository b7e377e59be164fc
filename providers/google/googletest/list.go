package googletest

var listParams = []string{"filter", "maxResults", "pageToken", "returnPartialSuccess"}

// get shows one resource.
func get(c *call) (any, error) {
	r, err := c.find()
	if err != nil {
		return nil, err
	}
	return r.view(), nil
}

// list shows the resources of the call's collection and place.
func list(c *call) (any, error) {
	found, next, err := c.choose(func(a address) bool { return a.where() == c.where() })
	if err != nil {
		return nil, err
	}
	items := []document{}
	for _, r := range found {
		items = append(items, r.view())
	}
	at := "projects/" + c.id + "/" + c.where() + c.collection
	answer := document{"kind": c.kind.api[c.scope].many, "id": at, "selfLink": origin + at, "items": items}
	if next != "" {
		answer["nextPageToken"] = next
	}
	return answer, nil
}

// aggregatedList shows the resources of the call's collection in every place.
func aggregatedList(c *call) (any, error) {
	found, next, err := c.choose(anywhere)
	if err != nil {
		return nil, err
	}
	items := document{}
	for _, where := range c.everyPlace() {
		items[where] = document{"warning": document{"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope '" + where + "' on this page.",
			"data": []document{{"key": "scope", "value": where}}}}
	}
	for _, r := range found {
		where := r.where()[:len(r.where())-1]
		items[where] = document{c.collection: append(items.sub(where).list(c.collection), r.view())}
	}
	at := "projects/" + c.id + "/aggregated/" + c.collection
	answer := document{"kind": c.kind.aggregated(), "id": at, "selfLink": origin + at, "items": items}
	if next != "" {
		answer["nextPageToken"] = next
	}
	return answer, nil
}

// everyPlace is where resources of the call's kind can be.
func (c *call) everyPlace() []string {
	var all []string
	if c.kind.api[global].resource != "" {
		all = append(all, "global")
	}
	for _, at := range places {
		if c.kind.api[region].resource != "" {
			all = append(all, "regions/"+at.region)
		}
		if c.kind.api[zonal].resource != "" {
			for _, zone := range zonesOf(at.region) {
				all = append(all, "zones/"+zone)
			}
		}
	}
	return all
}

// choose is the page of the collection's resources that a call asks for.
func (c *call) choose(in func(address) bool) ([]*resource, string, error) {
	keep, err := parseFilter(c.query.Get("filter"))
	if err != nil {
		return nil, "", err
	}
	var seen []*resource
	for _, r := range c.of(c.collection, in) {
		if !r.unmade && keep(r.view()) {
			seen = append(seen, r)
		}
	}
	return page(c, seen, (*resource).path)
}
