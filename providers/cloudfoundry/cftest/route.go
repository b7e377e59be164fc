package cftest

import (
	"slices"
	"strconv"
	"strings"
)

type route struct {
	object
	space        *space
	domain       *domain
	host, path   string
	port         int
	destinations []*destination
}

// destination is where a route leads.
type destination struct {
	guid    string
	app     *app
	process string // its type
	port    int    // 0 is the app's own
}

func (x *route) url() string {
	url := x.domain.name
	if x.host != "" {
		url = x.host + "." + url
	}
	if x.port != 0 {
		url += ":" + strconv.Itoa(x.port)
	}
	return url + x.path
}

func (x *route) show(r *request) doc {
	protocol, port := "http", any(nil)
	if x.port != 0 {
		protocol, port = "tcp", x.port
	}
	return x.view(r, "routes", doc{"protocol": protocol, "host": x.host, "path": x.path, "port": port, "url": x.url(), "destinations": x.ends(),
		"options": doc{}, "relationships": doc{"space": one(x.space.guid), "domain": one(x.domain.guid)}})
}

func (x *route) ends() []doc {
	all := []doc{}
	for _, d := range x.destinations {
		port := any(8080)
		if d.port != 0 {
			port = d.port
		}
		all = append(all, doc{"guid": d.guid, "app": doc{"guid": d.app.guid, "process": doc{"type": d.process}}, "weight": nil, "port": port, "protocol": "http1"})
	}
	return all
}

func listRoutes(c *Cloud, r *request) (answer, error) {
	by := filters[*route]{
		"space_guids":  func(x *route) []string { return []string{x.space.guid} },
		"domain_guids": func(x *route) []string { return []string{x.domain.guid} },
		"hosts":        func(x *route) []string { return []string{x.host} },
		"paths":        func(x *route) []string { return []string{x.path} },
		"ports":        func(x *route) []string { return []string{strconv.Itoa(x.port)} },
		"app_guids": func(x *route) []string {
			var all []string
			for _, d := range x.destinations {
				all = append(all, d.app.guid)
			}
			return all
		},
	}
	return list(r, c.routes, by, func(x *route) doc { return x.show(r) })
}

func createRoute(c *Cloud, r *request) (answer, error) {
	var in struct {
		Relationships relation        `json:"relationships"`
		Host          string          `json:"host"`
		Path          string          `json:"path"`
		Port          int             `json:"port"`
		Metadata      *metadataChange `json:"metadata"`
	}
	err := r.decode(&in)
	if err == nil {
		err = in.Metadata.check()
	}
	if err != nil {
		return answer{}, err
	}
	x := &route{object: c.object(), space: withGUID(c.spaces, in.Relationships.Space.guid()), domain: withGUID(c.domains, in.Relationships.Domain.guid()),
		host: in.Host, path: in.Path, port: in.Port}
	switch {
	case x.space == nil:
		return answer{}, unprocessable("Invalid space. Ensure that the space exists and you have access to it.")
	case x.domain == nil:
		return answer{}, unprocessable("Invalid domain. Ensure that the domain exists and you have access to it.")
	case x.path != "" && !strings.HasPrefix(x.path, "/"):
		return answer{}, unprocessable("Path must begin with /")
	case find(c.routes, func(y *route) bool { return y.url() == x.url() }) != nil:
		return answer{}, unprocessable("Route already exists with host '%s' and path '%s' for domain '%s'.", x.host, x.path, x.domain.name)
	}
	x.change(in.Metadata)
	c.routes = append(c.routes, x)
	c.changed(r)
	return created(x.show(r))
}

// insertDestinations adds destinations. Those that are there stay, and are not
// added again.
func insertDestinations(c *Cloud, r *request) (answer, error) {
	var in struct {
		Destinations []struct {
			App struct {
				GUID    string `json:"guid"`
				Process struct {
					Type string `json:"type"`
				} `json:"process"`
			} `json:"app"`
			Port     int    `json:"port"`
			Protocol string `json:"protocol"`
		} `json:"destinations"`
	}
	x := withGUID(c.routes, r.PathValue("guid"))
	if x == nil {
		return answer{}, missing("Route")
	}
	if err := r.decode(&in); err != nil {
		return answer{}, err
	}
	for _, d := range in.Destinations {
		a := withGUID(c.apps, d.App.GUID)
		if a == nil {
			return answer{}, unprocessable("App(s) with guid(s) \"%s\" do not exist or you do not have access.", d.App.GUID)
		}
		kind := d.App.Process.Type
		if kind == "" {
			kind = "web"
		}
		same := func(old *destination) bool { return old.app == a && old.process == kind && old.port == d.Port }
		if !slices.ContainsFunc(x.destinations, same) {
			x.destinations = append(x.destinations, &destination{guid: newGUID(), app: a, process: kind, port: d.Port})
			c.changed(r)
		}
	}
	return ok(doc{"destinations": x.ends(), "links": doc{}})
}

func removeDestination(c *Cloud, r *request) (answer, error) {
	x := withGUID(c.routes, r.PathValue("guid"))
	if x == nil {
		return answer{}, missing("Route")
	}
	before := len(x.destinations)
	x.destinations = slices.DeleteFunc(x.destinations, func(d *destination) bool { return d.guid == r.PathValue("destination") })
	if len(x.destinations) == before {
		return answer{}, unprocessable("Unable to unmap route from destination. Ensure the route has a destination with this guid.")
	}
	c.changed(r)
	return none()
}
