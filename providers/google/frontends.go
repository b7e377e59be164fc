package google

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// frontend is a load balancer by what clients use of it: a forwarding rule,
// with the target pool or the backend services behind it.
type frontend struct {
	name, urlMap string
	region       string // global, if it is the world's
	address      string
	pool         string
	services     []string // by relative URL
}

// world is the region of what lies in none.
const world = "global"

// called reports whether a document means the load balancer by that name:
// Spinnaker shows those of HTTP by their URL map too.
func (f frontend) called(name string) bool { return f.name == name || f.urlMap == name }

// frontends lists the load balancers of the project.
func (c *Cloud) frontends(ctx context.Context) ([]frontend, error) {
	var rules []*compute.ForwardingRule
	err := c.api.ForwardingRules.AggregatedList(c.Project).Pages(ctx, func(page *compute.ForwardingRuleAggregatedList) error {
		for _, scope := range gennaker.SortedKeys(page.Items) {
			items := page.Items[scope]
			if w := items.Warning; w != nil {
				if err := seen(scope, &warning{w.Code, w.Message}); err != nil {
					return err
				}
			}
			rules = append(rules, items.ForwardingRules...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("forwarding rules: %w", listed(err))
	}
	proxies, err := c.proxies(ctx, rules)
	if err != nil {
		return nil, err
	}
	var all []frontend
	for _, r := range rules {
		f := frontend{name: r.Name, region: world, address: r.IPAddress}
		if r.Region != "" {
			f.region = last(r.Region)
		}
		if len(r.Ports) == 1 || r.PortRange != "" {
			port, _, _ := strings.Cut(strings.Join(append(r.Ports, r.PortRange), ""), "-")
			f.address += ":" + port
		}
		behind := proxies[relative(r.Target)]
		f.urlMap, f.services = behind.urlMap, behind.services
		switch {
		case strings.Contains(r.Target, "/targetPools/"):
			f.pool = r.Target
		case r.BackendService != "":
			f.services = []string{relative(r.BackendService)}
		}
		all = append(all, f)
	}
	return all, nil
}

// proxied is what a proxy sends traffic to.
type proxied struct {
	urlMap   string
	services []string
}

// proxies are those that forwarding rules have, by URL. Each kind is listed
// if there is one of it.
func (c *Cloud) proxies(ctx context.Context, rules []*compute.ForwardingRule) (map[string]proxied, error) {
	used := func(kind string) bool {
		return slices.ContainsFunc(rules, func(r *compute.ForwardingRule) bool { return strings.Contains(r.Target, "/"+kind+"/") })
	}
	all := map[string]proxied{}
	byMap := map[string]string{} // proxy's URL map
	for _, kind := range []struct {
		name string
		list func(func(url, urlMap, service string)) error
	}{
		{"targetHttpProxies", func(each func(a, b, c string)) error { return c.httpProxies(ctx, each) }},
		{"targetHttpsProxies", func(each func(a, b, c string)) error { return c.httpsProxies(ctx, each) }},
		{"targetTcpProxies", func(each func(a, b, c string)) error { return c.tcpProxies(ctx, each) }},
		{"targetSslProxies", func(each func(a, b, c string)) error { return c.sslProxies(ctx, each) }},
	} {
		if !used(kind.name) {
			continue
		}
		err := kind.list(func(url, urlMap, service string) {
			if service != "" {
				all[relative(url)] = proxied{services: []string{relative(service)}}
				return
			}
			byMap[relative(url)] = relative(urlMap)
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind.name, listed(err))
		}
	}
	if len(byMap) == 0 {
		return all, nil
	}
	maps, err := c.urlMaps(ctx)
	for proxy, url := range byMap {
		all[proxy] = proxied{urlMap: last(url), services: maps[url]}
	}
	return all, err
}

func (c *Cloud) httpProxies(ctx context.Context, each func(url, urlMap, service string)) error {
	return c.api.TargetHttpProxies.AggregatedList(c.Project).Pages(ctx, func(page *compute.TargetHttpProxyAggregatedList) error {
		for _, items := range page.Items {
			for _, p := range items.TargetHttpProxies {
				each(p.SelfLink, p.UrlMap, "")
			}
		}
		return nil
	})
}

func (c *Cloud) httpsProxies(ctx context.Context, each func(url, urlMap, service string)) error {
	return c.api.TargetHttpsProxies.AggregatedList(c.Project).Pages(ctx, func(page *compute.TargetHttpsProxyAggregatedList) error {
		for _, items := range page.Items {
			for _, p := range items.TargetHttpsProxies {
				each(p.SelfLink, p.UrlMap, "")
			}
		}
		return nil
	})
}

func (c *Cloud) tcpProxies(ctx context.Context, each func(url, urlMap, service string)) error {
	return c.api.TargetTcpProxies.AggregatedList(c.Project).Pages(ctx, func(page *compute.TargetTcpProxyAggregatedList) error {
		for _, items := range page.Items {
			for _, p := range items.TargetTcpProxies {
				each(p.SelfLink, "", p.Service)
			}
		}
		return nil
	})
}

func (c *Cloud) sslProxies(ctx context.Context, each func(url, urlMap, service string)) error {
	return c.api.TargetSslProxies.List(c.Project).Pages(ctx, func(page *compute.TargetSslProxyList) error {
		for _, p := range page.Items {
			each(p.SelfLink, "", p.Service)
		}
		return nil
	})
}

// urlMaps are the backend services of each URL map.
func (c *Cloud) urlMaps(ctx context.Context) (map[string][]string, error) {
	all := map[string][]string{}
	err := c.api.UrlMaps.AggregatedList(c.Project).Pages(ctx, func(page *compute.UrlMapsAggregatedList) error {
		for _, items := range page.Items {
			for _, m := range items.UrlMaps {
				all[relative(m.SelfLink)] = servicesOf(m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("URL maps: %w", listed(err))
	}
	return all, nil
}

func servicesOf(m *compute.UrlMap) []string {
	var all []string
	add := func(url string, action *compute.HttpRouteAction) {
		urls := []string{url}
		if action != nil {
			for _, w := range action.WeightedBackendServices {
				urls = append(urls, w.BackendService)
			}
		}
		for _, url := range urls {
			if strings.Contains(url, "/backendServices/") {
				all = append(all, relative(url))
			}
		}
	}
	add(m.DefaultService, m.DefaultRouteAction)
	for _, p := range m.PathMatchers {
		add(p.DefaultService, p.DefaultRouteAction)
		for _, r := range p.PathRules {
			add(r.Service, r.RouteAction)
		}
		for _, r := range p.RouteRules {
			add(r.Service, r.RouteAction)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ListLoadBalancers returns forwarding rules, with the server groups that are
// behind them. Those of the world are in the region global.
func (c *Cloud) ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	if region != "" && region != world && c.in(region, gennaker.ErrNotFound) != nil {
		return nil, nil
	}
	list, err := c.loadBalancers(ctx, region)
	if err != nil {
		return nil, fmt.Errorf("gce: list load balancers: %w", err)
	}
	slices.SortFunc(list, func(a, b gennaker.LoadBalancer) int {
		return strings.Compare(a.Region+" "+a.Name, b.Region+" "+b.Name)
	})
	return list, nil
}

func (c *Cloud) loadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	fronts, err := c.frontends(ctx)
	if err != nil {
		return nil, err
	}
	behind, err := c.behindAll(ctx)
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	for _, f := range fronts {
		if region != "" && region != f.region || f.region != world && c.in(f.region, gennaker.ErrNotFound) != nil {
			continue
		}
		groups := slices.Clone(behind[relative(f.pool)])
		for _, s := range f.services {
			groups = append(groups, behind[s]...)
		}
		slices.Sort(groups)
		list = append(list, gennaker.LoadBalancer{Location: gennaker.Location{Account: c.Account, Region: f.region},
			Name: f.name, Address: f.address, ServerGroups: slices.Compact(groups)})
	}
	return list, nil
}

// behindAll are the server groups of each backend service and target pool.
func (c *Cloud) behindAll(ctx context.Context) (map[string][]string, error) {
	all := map[string][]string{}
	managers, err := c.managers(ctx, "", "")
	if err != nil {
		return nil, err
	}
	services, err := c.services(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range managers {
		for _, pool := range m.TargetPools {
			all[relative(pool)] = append(all[relative(pool)], m.Name)
		}
		for _, s := range services {
			if has(s, group{InstanceGroupManager: m}) {
				all[relative(s.SelfLink)] = append(all[relative(s.SelfLink)], m.Name)
			}
		}
	}
	return all, nil
}
