package googletest_test

import (
	"fmt"
	"testing"

	"google.golang.org/api/compute/v1"
)

// TestALoadBalancerIsMadeAndTakenDownFromItsFront makes each part of an HTTPS
// load balancer by calls, and sees that none can go before what stands on it.
func TestALoadBalancerIsMadeAndTakenDownFromItsFront(t *testing.T) {
	w := newWorld(t)
	a := w.api
	w.done(a.HealthChecks.Insert(project, &compute.HealthCheck{Name: "pay", Type: "HTTPS", HttpsHealthCheck: &compute.HTTPSHealthCheck{Port: 443}}).Do())
	w.done(a.BackendServices.Insert(project, &compute.BackendService{Name: "pay", Protocol: "HTTPS", PortName: "https", HealthChecks: []string{"global/healthChecks/pay"}}).Do())
	w.done(a.UrlMaps.Insert(project, &compute.UrlMap{Name: "pay", DefaultService: "global/backendServices/pay",
		HostRules:    []*compute.HostRule{{Hosts: []string{"*"}, PathMatcher: "all"}},
		PathMatchers: []*compute.PathMatcher{{Name: "all", DefaultService: "global/backendServices/shop"}}}).Do())
	w.done(a.SslCertificates.Insert(project, &compute.SslCertificate{Name: "pay", Type: "MANAGED",
		Managed: &compute.SslCertificateManagedSslCertificate{Domains: []string{"pay.example.com"}}}).Do())
	w.done(a.TargetHttpsProxies.Insert(project, &compute.TargetHttpsProxy{Name: "pay", UrlMap: "global/urlMaps/pay", SslCertificates: []string{"global/sslCertificates/pay"}}).Do())
	w.done(a.GlobalForwardingRules.Insert(project, &compute.ForwardingRule{Name: "pay", Target: "global/targetHttpsProxies/pay", PortRange: "443"}).Do())

	rule := must(a.GlobalForwardingRules.Get(project, "pay").Do())(t)
	if rule.IPAddress == "" || rule.LoadBalancingScheme != "EXTERNAL" || last(rule.Target) != "pay" {
		t.Errorf("the forwarding rule: %+v", rule)
	}
	parts := []struct {
		name   string
		remove func() (*compute.Operation, error)
	}{
		{"forwarding rule", func() (*compute.Operation, error) { return a.GlobalForwardingRules.Delete(project, "pay").Do() }},
		{"proxy", func() (*compute.Operation, error) { return a.TargetHttpsProxies.Delete(project, "pay").Do() }},
		{"URL map", func() (*compute.Operation, error) { return a.UrlMaps.Delete(project, "pay").Do() }},
		{"backend service", func() (*compute.Operation, error) { return a.BackendServices.Delete(project, "pay").Do() }},
		{"health check", func() (*compute.Operation, error) { return a.HealthChecks.Delete(project, "pay").Do() }},
	}
	for _, part := range parts[1:] {
		w.refused(part.name, second(part.remove()), "400 resourceInUseByAnotherResource")
	}
	for _, part := range parts {
		w.done(part.remove())
	}
	w.done(a.SslCertificates.Delete(project, "pay").Do())
}

func TestAFirewallIsMadeChangedAndDeleted(t *testing.T) {
	w := newWorld(t)
	w.demo.AddNetwork("inner")
	subnetwork := w.demo.AddSubnetwork(region, "inner-a", "inner", "10.9.0.0/24")
	found := must(w.api.Subnetworks.Get(project, region, "inner-a").Do())(t)
	w.is("the subnetwork", found.SelfLink+" "+last(found.Network)+" "+found.GatewayAddress, subnetwork+" inner 10.9.0.1")
	w.done(w.api.Firewalls.Insert(project, &compute.Firewall{Name: "web", Network: "global/networks/inner",
		Allowed: []*compute.FirewallAllowed{{IPProtocol: "tcp", Ports: []string{"80"}}}, TargetTags: []string{"web"}}).Do())
	w.done(w.api.Firewalls.Patch(project, "web", &compute.Firewall{SourceRanges: []string{"10.0.0.0/8"}}).Do())
	wall := must(w.api.Firewalls.Get(project, "web").Do())(t)
	w.is("it", fmt.Sprint(last(wall.Network), " ", wall.TargetTags, wall.SourceRanges, wall.Allowed[0].Ports), "inner [web] [10.0.0.0/8] [80]")
	w.done(w.api.Firewalls.Update(project, "web", &compute.Firewall{Name: "web", Network: "global/networks/inner", TargetTags: []string{"api"}}).Do())
	wall = must(w.api.Firewalls.Get(project, "web").Do())(t)
	w.is("what an update leaves out is gone", fmt.Sprint(wall.TargetTags, wall.SourceRanges), "[api] []")
	w.done(w.api.Firewalls.Delete(project, "web").Do())
	w.refused("after that", second(w.api.Firewalls.Get(project, "web").Do()), "404 notFound")
}

func TestLabelsOfAnInstance(t *testing.T) {
	w := newWorld(t)
	w.template("t1", "shop-1")
	w.group("shop-v000", 1, nil)
	name := w.demo.Instances()[0].Name
	i := must(w.api.Instances.Get(project, zone, name).Do())(t)
	w.is("from the template", fmt.Sprint(i.Labels, i.Tags.Items), "map[app:shop] [http]")
	w.done(w.api.Instances.SetLabels(project, zone, name, &compute.InstancesSetLabelsRequest{Labels: map[string]string{"app": "pay"}, LabelFingerprint: i.LabelFingerprint}).Do())
	found := must(w.api.Instances.List(project, zone).Filter("labels.app=pay").Do())(t).Items
	if len(found) != 1 || found[0].Name != name {
		t.Errorf("with the label: %+v", found)
	}
}
