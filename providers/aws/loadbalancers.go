package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/gennaker/gennaker"
)

// ListLoadBalancers returns application, network and classic load balancers,
// with the server groups that are attached to them: to those of the first two
// kinds, through their target groups.
func (c *Cloud) ListLoadBalancers(ctx context.Context, name string) ([]gennaker.LoadBalancer, error) {
	var mu sync.Mutex // guards list
	var list []gennaker.LoadBalancer
	reading := together()
	for _, r := range c.regions.Within(name) {
		reading.Go(func() error {
			found, err := r.loadBalancers(ctx)
			if err != nil {
				return fmt.Errorf("aws: list load balancers in %s: %w", r.Region, kinded(err))
			}
			mu.Lock()
			defer mu.Unlock()
			list = append(list, found...)
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b gennaker.LoadBalancer) int {
		return strings.Compare(a.Region+" "+a.Name, b.Region+" "+b.Name)
	})
	return list, nil
}

func (r *region) loadBalancers(ctx context.Context) ([]gennaker.LoadBalancer, error) {
	attached, err := r.attached(ctx)
	if err != nil {
		return nil, err
	}
	behind, err := r.behind(ctx, attached)
	if err != nil {
		return nil, err
	}
	var list []gennaker.LoadBalancer
	add := func(name, address *string, groups []string) {
		slices.Sort(groups)
		list = append(list, gennaker.LoadBalancer{Location: r.Location, Name: aws.ToString(name), Address: aws.ToString(address),
			ServerGroups: slices.Compact(groups)})
	}
	for pages := elb.NewDescribeLoadBalancersPaginator(r.elb, nil); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, b := range page.LoadBalancers {
			add(b.LoadBalancerName, b.DNSName, behind[*b.LoadBalancerArn])
		}
	}
	for pages := classic.NewDescribeLoadBalancersPaginator(r.classic, nil); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, b := range page.LoadBalancerDescriptions {
			add(b.LoadBalancerName, b.DNSName, attached[*b.LoadBalancerName])
		}
	}
	return list, nil
}

// attached are the server groups of each target group, by its ARN, and of each
// classic load balancer, by its name.
func (r *region) attached(ctx context.Context) (map[string][]string, error) {
	all := map[string][]string{}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.groups,
		&autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(largestPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range page.AutoScalingGroups {
			for _, to := range slices.Concat(g.TargetGroupARNs, g.LoadBalancerNames) {
				all[to] = append(all[to], *g.AutoScalingGroupName)
			}
		}
	}
	return all, nil
}

// behind are the server groups of each application or network load balancer,
// by its ARN.
func (r *region) behind(ctx context.Context, attached map[string][]string) (map[string][]string, error) {
	all := map[string][]string{}
	for pages := elb.NewDescribeTargetGroupsPaginator(r.elb, nil); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, t := range page.TargetGroups {
			for _, b := range t.LoadBalancerArns {
				all[b] = append(all[b], attached[*t.TargetGroupArn]...)
			}
		}
	}
	return all, nil
}
