package ecs

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// ListLoadBalancers returns application and network load balancers, with the
// server groups that are behind them, through their target groups.
func (c *Cloud) ListLoadBalancers(ctx context.Context, name string) ([]gennaker.LoadBalancer, error) {
	var list []gennaker.LoadBalancer
	for _, r := range c.regions.Within(name) {
		found, err := r.loadBalancers(ctx)
		if err != nil {
			return nil, fmt.Errorf("ecs: list load balancers in %s: %w", r.Region, err)
		}
		list = append(list, found...)
	}
	slices.SortFunc(list, func(a, b gennaker.LoadBalancer) int {
		return strings.Compare(a.Region+" "+a.Name, b.Region+" "+b.Name)
	})
	return list, nil
}

func (r *region) loadBalancers(ctx context.Context) ([]gennaker.LoadBalancer, error) {
	behind, err := r.behind(ctx)
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	for pages := elb.NewDescribeLoadBalancersPaginator(r.elb, nil); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, amazon.Kinded(err)
		}
		for _, b := range page.LoadBalancers {
			groups := behind[aws.ToString(b.LoadBalancerArn)]
			slices.Sort(groups)
			list = append(list, gennaker.LoadBalancer{Location: r.Location, Name: aws.ToString(b.LoadBalancerName),
				Address: aws.ToString(b.DNSName), ServerGroups: slices.Compact(groups)})
		}
	}
	return list, nil
}

// behind are the server groups of each load balancer, by its ARN.
func (r *region) behind(ctx context.Context) (map[string][]string, error) {
	attached, err := r.attached(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for pages := elb.NewDescribeTargetGroupsPaginator(r.elb, nil); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, amazon.Kinded(err)
		}
		for _, t := range page.TargetGroups {
			for _, b := range t.LoadBalancerArns {
				all[b] = append(all[b], attached[aws.ToString(t.TargetGroupArn)]...)
			}
		}
	}
	return all, nil
}

// attached are the services of each target group, by its ARN.
func (r *region) attached(ctx context.Context) (map[string][]string, error) {
	all := map[string][]string{}
	for _, cluster := range r.clusters {
		names, err := r.names(ctx, cluster, gennaker.Scope{})
		if err != nil {
			return nil, err
		}
		for piece := range slices.Chunk(names, mostServices) {
			services, err := r.describe(ctx, cluster, piece)
			if err != nil {
				return nil, err
			}
			for _, s := range services {
				for _, l := range s.LoadBalancers {
					arn := aws.ToString(l.TargetGroupArn)
					all[arn] = append(all[arn], s.name())
				}
			}
		}
	}
	return all, nil
}
