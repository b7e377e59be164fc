package googletest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// What a test needs and does not want to ask for call by call. It is there at
// once. Links are the URLs by which the API calls what was made.

// Image says what a new image is like.
type Image struct {
	Name, Family, Description string
	Labels                    map[string]string
	// Sick has its instances never pass a health check; so has a name that ends
	// with -sick.
	Sick bool
}

// AddImage makes an image and returns its link.
func (p *Project) AddImage(i Image) (link string) {
	doc := document{"status": "READY", "sourceType": "RAW", "diskSizeGb": "10", "archiveSizeBytes": "1073741824", "architecture": "X86_64"}
	for field, text := range map[string]string{"family": i.Family, "description": i.Description} {
		if text != "" {
			doc[field] = text
		}
	}
	if len(i.Labels) > 0 {
		doc["labels"] = labels(i.Labels)
	}
	return p.put("images", global, "", i.Name, doc, func(r *resource) { r.sick = i.Sick || strings.HasSuffix(i.Name, "-sick") })
}

// put makes a resource that needs no operation.
func (p *Project) put(collection string, s scope, place, name string, doc document, then func(*resource)) (link string) {
	p.cloud.change(func() {
		r := p.add(p.cloud.kinds[collection], address{scope: s, place: place, collection: collection, name: name}, doc)
		if r.kind.begun != nil {
			r.kind.begun(r)
		}
		if then != nil {
			then(r)
		}
		link = r.link()
	})
	return link
}

// AddNetwork makes a network without subnetworks and returns its link.
func (p *Project) AddNetwork(name string) string {
	return p.put("networks", global, "", name, document{"autoCreateSubnetworks": false, "routingConfig": document{"routingMode": "REGIONAL"}}, nil)
}

// AddSubnetwork makes a part of a network in a region and returns its link.
func (p *Project) AddSubnetwork(region, name, network, cidr string) (link string) {
	p.cloud.change(func() { link = p.addSubnetwork(region, name, p.at("global/networks/"+network), cidr).link() })
	return link
}

// HealthCheck says what a new health check is like: of HTTP, and global unless
// it has a Region.
type HealthCheck struct {
	Name, Region string
	// Interval is the time between two checks, in whole seconds; default 5 s.
	Interval time.Duration
	// Healthy and Unhealthy are how many answers of a kind count; default 2.
	Healthy, Unhealthy int
	Port               int // default 80
}

// AddHealthCheck makes a health check and returns its link.
func (p *Project) AddHealthCheck(h HealthCheck) string {
	doc := document{"type": "HTTP", "httpHealthCheck": document{"port": cmp.Or(h.Port, 80), "requestPath": "/"},
		"checkIntervalSec": cmp.Or(int(h.Interval.Seconds()), 5), "timeoutSec": cmp.Or(int(h.Interval.Seconds()), 5),
		"healthyThreshold": cmp.Or(h.Healthy, 2), "unhealthyThreshold": cmp.Or(h.Unhealthy, 2)}
	s, place := regional(h.Region)
	return p.put("healthChecks", s, place, h.Name, doc, nil)
}

func regional(in string) (scope, string) {
	if in == "" {
		return global, ""
	}
	return region, in
}

// BackendService says what a new backend service is like.
type BackendService struct {
	Name string
	// Region has it be behind an internal load balancer of that region, which
	// is a forwarding rule alone; without, it is global, behind an HTTP one.
	Region      string
	HealthCheck string // its link
	PortName    string // default http
	// Drain is how long instances that leave may finish what they do, in whole
	// seconds.
	Drain time.Duration
	// Unused leaves out what would send traffic to it.
	Unused bool
}

// AddBackendService makes a backend service and returns its link. Unless it is
// Unused, there are of its name a forwarding rule and, if it is global, a
// target HTTP proxy and a URL map before it.
func (p *Project) AddBackendService(b BackendService) string {
	doc := document{"protocol": "HTTP", "portName": cmp.Or(b.PortName, "http"), "port": 80, "timeoutSec": 30, "sessionAffinity": "NONE",
		"loadBalancingScheme": "EXTERNAL", "connectionDraining": map[string]any{"drainingTimeoutSec": int(b.Drain.Seconds())}, "backends": []any{}}
	if b.HealthCheck != "" {
		doc["healthChecks"] = []any{b.HealthCheck}
	}
	s, place := regional(b.Region)
	if s == region {
		doc["loadBalancingScheme"], doc["protocol"] = "INTERNAL", "TCP"
		delete(doc, "portName")
	}
	link := p.put("backendServices", s, place, b.Name, doc, nil)
	if !b.Unused {
		p.addFront(b, link)
	}
	return link
}

func (p *Project) addFront(b BackendService, service string) {
	rule := document{"IPAddress": "203.0.113.200", "IPProtocol": "TCP"}
	if b.Region != "" {
		rule["loadBalancingScheme"], rule["backendService"], rule["ports"] = "INTERNAL", service, []any{"80"}
		p.put("forwardingRules", region, b.Region, b.Name, rule, nil)
		return
	}
	urls := p.put("urlMaps", global, "", b.Name, document{"defaultService": service}, nil)
	proxy := p.put("targetHttpProxies", global, "", b.Name, document{"urlMap": urls}, nil)
	rule["loadBalancingScheme"], rule["target"], rule["portRange"] = "EXTERNAL", proxy, "80-80"
	p.put("forwardingRules", global, "", b.Name, rule, nil)
}

// TargetPool says what a new target pool is like.
type TargetPool struct {
	Name, Region string
	// HealthCheck is the link of an HTTP health check, as AddHTTPHealthCheck
	// makes it; without one, instances that run are healthy.
	HealthCheck string
	// Unused leaves out the forwarding rule of its name.
	Unused bool
}

// AddTargetPool makes a target pool, behind a forwarding rule of its name, and
// returns its link.
func (p *Project) AddTargetPool(t TargetPool) string {
	doc := document{"sessionAffinity": "NONE", "instances": []any{}}
	if t.HealthCheck != "" {
		doc["healthChecks"] = []any{t.HealthCheck}
	}
	link := p.put("targetPools", region, t.Region, t.Name, doc, nil)
	if !t.Unused {
		p.put("forwardingRules", region, t.Region, t.Name, document{"IPAddress": "203.0.113.201", "IPProtocol": "TCP",
			"loadBalancingScheme": "EXTERNAL", "target": link, "portRange": "80-80"}, nil)
	}
	return link
}

// AddHTTPHealthCheck makes a health check of the kind that target pools take,
// and returns its link.
func (p *Project) AddHTTPHealthCheck(h HealthCheck) string {
	return p.put("httpHealthChecks", global, "", h.Name, document{"port": cmp.Or(h.Port, 80), "requestPath": "/",
		"checkIntervalSec": cmp.Or(int(h.Interval.Seconds()), 5), "timeoutSec": cmp.Or(int(h.Interval.Seconds()), 5),
		"healthyThreshold": cmp.Or(h.Healthy, 2), "unhealthyThreshold": cmp.Or(h.Unhealthy, 2)}, nil)
}

// SetHealthy has an instance pass or fail health checks from now on. It
// reports whether there is one of that name.
func (p *Project) SetHealthy(instance string, healthy bool) (found bool) {
	p.each(instance, func(r *resource) {
		found = true
		r.machine.sick = !healthy
		r.machine.turn(p.cloud.now, healthy)
		r.machine.owner.watch()
	})
	return found
}

// Kill ends an instance behind its group's back, as if somebody had deleted
// it. It reports whether there is one of that name.
func (p *Project) Kill(instance string) (found bool) {
	p.each(instance, func(r *resource) {
		found = true
		r.vanish()
	})
	return found
}

func (p *Project) each(instance string, f func(*resource)) {
	p.cloud.change(func() {
		for _, r := range p.of("instances", anywhere) {
			if r.name == instance {
				f(r)
			}
		}
	})
}

// launchRefusal is why no instance can be launched.
type launchRefusal struct{ code, message string }

// RefuseLaunches has no instance start, for a reason like
// ZONE_RESOURCE_POOL_EXHAUSTED; an empty one lets them start again. Groups try
// again in Times.Relaunch.
func (p *Project) RefuseLaunches(code string) {
	p.cloud.change(func() {
		p.refusal = nil
		if code != "" {
			p.refusal = &launchRefusal{code, "Instance could not be created: " + code + "."}
		}
	})
}

// Instance is an instance as a test looks at it, from outside of the API.
type Instance struct {
	Name, Zone, Status string
	Group, Action      string // its manager's name, and what that does with it
	Template           string // the name of the one that it is made of
}

// Instances lists the instances that there are, by zone and name.
func (p *Project) Instances() []Instance {
	var list []Instance
	p.cloud.change(func() {
		for _, r := range p.of("instances", anywhere) {
			view := Instance{Name: r.name, Zone: r.address.place, Status: r.doc.text("status")}
			if m := r.machine.owner; m != nil {
				view.Group = m.name
				if at := slices.IndexFunc(m.members, func(x *member) bool { return x.machine == r }); at >= 0 {
					view.Action, view.Template = m.members[at].action, lastPart(m.members[at].version.template)
				}
			}
			list = append(list, view)
		}
	})
	return list
}

// Names lists what there is of a collection, like instanceGroupManagers, in
// all places.
func (p *Project) Names(collection string) []string {
	var names []string
	p.cloud.change(func() {
		for _, r := range p.of(collection, anywhere) {
			if !r.unmade {
				names = append(names, r.name)
			}
		}
	})
	return names
}

func labels(m map[string]string) map[string]any {
	all := map[string]any{}
	for key, value := range m {
		all[key] = value
	}
	return all
}
