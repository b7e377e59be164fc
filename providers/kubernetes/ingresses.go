package kubernetes

import (
	"slices"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

// ingressWord is before the name of an Ingress, as documents write it: a
// Service may have the same.
const ingressWord = "ingress "

// behind are the Services that an Ingress sends requests to.
func (s services) behind(i networking.Ingress) services {
	var names []string
	add := func(b *networking.IngressBackend) {
		if b != nil && b.Service != nil {
			names = append(names, b.Service.Name)
		}
	}
	add(i.Spec.DefaultBackend)
	for _, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for _, path := range rule.HTTP.Paths {
			add(&path.Backend)
		}
	}
	return slices.DeleteFunc(slices.Clone(s), func(one core.Service) bool {
		return one.Namespace != i.Namespace || !slices.Contains(names, one.Name)
	})
}

// entrance is where clients find an Ingress: by its first host, or else where
// its controller has put it; empty if that has not.
func entrance(i networking.Ingress) string {
	scheme, host := "http://", ""
	if len(i.Spec.TLS) > 0 {
		scheme = "https://"
	}
	for _, at := range i.Status.LoadBalancer.Ingress {
		host = first(host, at.Hostname, at.IP)
	}
	for _, rule := range slices.Backward(i.Spec.Rules) {
		host = first(rule.Host, host)
	}
	if host == "" {
		return ""
	}
	return scheme + host
}
