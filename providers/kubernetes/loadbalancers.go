package kubernetes

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"

	core "k8s.io/api/core/v1"

	"github.com/gennaker/gennaker"
)

// ListLoadBalancers returns the Services that choose pods, with the server
// groups that are noted to be theirs, or whose pods they choose.
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
	groups, err := c.groups(ctx, namespace, gennaker.Scope{})
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	for _, s := range found {
		if len(s.Spec.Selector) == 0 || !c.has(s.Namespace) {
			continue
		}
		b := gennaker.LoadBalancer{Location: gennaker.Location{Account: c.account, Region: s.Namespace}, Name: s.Name, Address: reach(s)}
		for _, g := range groups {
			if slices.Contains(services{s}.of(g).names(), s.Name) {
				b.ServerGroups = append(b.ServerGroups, g.name())
			}
		}
		list = append(list, b)
	}
	return list, nil
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
