package kubernetes

import (
	"context"
	"fmt"
	"net"
	"strconv"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// ListLoadBalancers returns the Services that choose pods, with the server
// groups that are noted to be theirs, or whose pods they choose; and the
// Ingresses, with the server groups of the Services that they send requests to.
func (c *Cloud) ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	var list []gennaker.LoadBalancer
	for _, namespace := range c.lists(region) {
		found, err := c.balancersIn(ctx, namespace)
		if err != nil {
			return nil, fmt.Errorf("kubernetes: list load balancers: %w", err)
		}
		list = append(list, found...)
	}
	return list, nil
}

func (c *Cloud) balancersIn(ctx context.Context, namespace string) ([]gennaker.LoadBalancer, error) {
	found, err := c.services(ctx, namespace)
	if err != nil {
		return nil, err
	}
	ingresses, err := c.ingresses(ctx, namespace)
	if err != nil {
		return nil, err
	}
	groups, err := c.groups(ctx, namespace, gennaker.Scope{})
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	add := func(at metav1.ObjectMeta, name, address string, all services) {
		if c.has(at.Namespace) {
			list = append(list, gennaker.LoadBalancer{Location: gennaker.Location{Account: c.account, Region: at.Namespace},
				Name: name, Address: address, ServerGroups: all.groups(groups)})
		}
	}
	for _, s := range found {
		if len(s.Spec.Selector) > 0 {
			add(s.ObjectMeta, s.Name, reach(s), services{s})
		}
	}
	for _, i := range ingresses {
		add(i.ObjectMeta, ingressWord+i.Name, entrance(i), found.behind(i))
	}
	return list, nil
}

// groups are the names of those server groups that have one of the Services.
func (s services) groups(all []group) []string {
	var names []string
	for _, g := range all {
		if len(s.of(g)) > 0 {
			names = append(names, g.name())
		}
	}
	return names
}

// reach is where clients find a Service: from outside if it is there, else in
// the cluster.
func reach(s core.Service) string {
	host := fmt.Sprintf("%s.%s.svc", s.Name, s.Namespace)
	for _, in := range s.Status.LoadBalancer.Ingress {
		host = first(in.Hostname, in.IP, host)
	}
	if len(s.Spec.Ports) == 0 {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(s.Spec.Ports[0].Port)))
}
