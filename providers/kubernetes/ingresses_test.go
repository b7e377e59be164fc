package kubernetes_test

import (
	"fmt"
	"slices"
	"testing"

	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ingress makes an Ingress that sends requests for a host to a Service, and all
// others to another.
func (a *account) ingress(name, host, service, others string) {
	a.t.Helper()
	to := func(service string) networking.IngressBackend {
		return networking.IngressBackend{Service: &networking.IngressServiceBackend{Name: service, Port: networking.ServiceBackendPort{Number: 80}}}
	}
	all, prefix := to(others), networking.PathTypePrefix
	i := &networking.Ingress{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: networking.IngressSpec{DefaultBackend: &all, TLS: []networking.IngressTLS{{}},
		Rules: []networking.IngressRule{{Host: host, IngressRuleValue: networking.IngressRuleValue{HTTP: &networking.HTTPIngressRuleValue{
			Paths: []networking.HTTPIngressPath{{Path: "/", PathType: &prefix, Backend: to(service)}}}}}}}}
	if _, err := a.cluster.Client.NetworkingV1().Ingresses(a.namespace).Create(a.t.Context(), i, metav1.CreateOptions{}); err != nil {
		a.t.Fatal(err)
	}
}

func TestIngressesAreLoadBalancersOfTheServerGroupsBehindTheirServices(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.serve("api", map[string]string{"app": "api"})
	a.serve("idle", map[string]string{"app": "idle"})
	a.create("shop-web-v000", 1)
	a.deployment("api", map[string]string{"app": "api"})
	a.ingress("shop", "shop.example.com", "shop", "api")
	a.ingress("idle", "", "idle", "gone")
	list, err := a.ListLoadBalancers(t.Context(), a.namespace)
	var got []string
	for _, b := range list {
		slices.Sort(b.ServerGroups)
		got = append(got, fmt.Sprint(b.Name, b.ServerGroups))
		if b.Name == "ingress shop" && b.Address != "https://shop.example.com" {
			t.Errorf("ingress shop is at %q", b.Address)
		}
	}
	slices.Sort(got)
	want := []string{"api[deployment api]", "idle[]", "ingress idle[]", "ingress shop[deployment api shop-web-v000]", "shop[shop-web-v000]"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("ListLoadBalancers = %q, %v, want %q", got, err, want)
	}
	if list, err := a.ListLoadBalancers(t.Context(), "nowhere"); err != nil || len(list) != 0 {
		t.Errorf("ListLoadBalancers of another namespace = %v, %v", list, err)
	}
}
