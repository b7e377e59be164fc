package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// ListLoadBalancers returns the services of ours: each spreads its traffic
// over the server groups that have a part of it.
func (c *Cloud) ListLoadBalancers(ctx context.Context, region string) ([]gennaker.LoadBalancer, error) {
	var list []gennaker.LoadBalancer
	for _, name := range c.within(region) {
		clusters, _, err := c.clusters(ctx, name, "")
		if err != nil {
			return nil, fmt.Errorf("cloudrun: list load balancers in %s: %w", name, err)
		}
		for _, s := range clusters {
			if len(s.records) == 0 {
				continue
			}
			b := gennaker.LoadBalancer{Location: gennaker.Location{Account: c.Account, Region: name}, Name: last(s.Name), Address: s.Uri}
			for _, group := range gennaker.SortedKeys(s.records) {
				if s.wanted(group) > 0 {
					b.ServerGroups = append(b.ServerGroups, group)
				}
			}
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b gennaker.LoadBalancer) int {
		return strings.Compare(a.Region+" "+a.Name, b.Region+" "+b.Name)
	})
	return list, nil
}
