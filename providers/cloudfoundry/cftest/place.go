package cftest

type org struct {
	object
	name string
}

type space struct {
	object
	name string
	org  *org
}

type domain struct {
	object
	name string
}

func root(_ *Cloud, r *request) (answer, error) {
	here := doc{"href": r.url}
	return ok(doc{"links": doc{"self": here, "login": here, "uaa": here, "log_cache": here,
		"cloud_controller_v3": doc{"href": r.url + "/v3", "meta": doc{"version": "3.195.0"}},
		"app_ssh":             doc{"href": "localhost:2222", "meta": doc{"oauth_client": "ssh-proxy", "host_key_fingerprint": "none"}}}})
}

func rootV3(_ *Cloud, r *request) (answer, error) {
	return ok(doc{"links": doc{"self": doc{"href": r.url + "/v3"}, "apps": doc{"href": r.url + "/v3/apps"}}})
}

func info(_ *Cloud, r *request) (answer, error) {
	return ok(doc{"build": "cftest", "name": "cftest", "description": "A Cloud Foundry for tests", "version": 3, "custom": doc{},
		"osbapi_version": "2.15", "cli_version": doc{"minimum": "8.0.0", "recommended": "8.0.0"},
		"rate_limits": doc{"enabled": false, "general_limit": 2000, "reset_interval_in_minutes": 60},
		"links":       doc{"self": doc{"href": r.url + "/v3/info"}, "support": doc{"href": ""}}})
}

func (o *org) show(r *request) doc {
	return o.view(r, "organizations", doc{"name": o.name, "suspended": false, "relationships": doc{"quota": one("")}})
}

func listOrgs(c *Cloud, r *request) (answer, error) {
	return list(r, c.orgs, filters[*org]{"names": func(o *org) []string { return []string{o.name} }}, func(o *org) doc { return o.show(r) })
}

func listSpaces(c *Cloud, r *request) (answer, error) {
	by := filters[*space]{
		"names":              func(s *space) []string { return []string{s.name} },
		"organization_guids": func(s *space) []string { return []string{s.org.guid} },
	}
	return list(r, c.spaces, by, func(s *space) doc {
		return s.view(r, "spaces", doc{"name": s.name, "relationships": doc{"organization": one(s.org.guid), "quota": one("")}})
	})
}

func (d *domain) show(r *request) doc {
	return d.view(r, "domains", doc{"name": d.name, "internal": false, "router_group": nil, "supported_protocols": []string{"http"},
		"relationships": doc{"organization": one(""), "shared_organizations": doc{"data": []doc{}}}})
}

func listDomains(c *Cloud, r *request) (answer, error) {
	return list(r, c.domains, filters[*domain]{"names": func(d *domain) []string { return []string{d.name} }}, func(d *domain) doc { return d.show(r) })
}

func defaultDomain(c *Cloud, r *request) (answer, error) {
	if len(c.domains) == 0 {
		return answer{}, missing("Domain")
	}
	return ok(c.domains[0].show(r))
}
