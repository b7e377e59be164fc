package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// The health providers, as Spinnaker's documents name them.
const (
	checkTask     = "ecs"
	checkBalancer = "loadBalancer"
)

// see is a task as an instance, with its health from all sources.
func see(s service, d definition, t task, b balanced) gennaker.Instance {
	i := gennaker.Instance{ID: lastPart(aws.ToString(t.TaskArn)), Launched: aws.ToTime(t.CreatedAt), Checks: []gennaker.Check{own(d, t)}}
	for _, l := range s.LoadBalancers {
		i.Checks = append(i.Checks, b.of(l, t))
	}
	if host := t.address(); host != "" {
		i.Address = host
		if ports := d.main().PortMappings; len(ports) > 0 {
			i.Address = fmt.Sprintf("%s:%d", host, aws.ToInt32(ports[0].ContainerPort))
		}
	}
	total := sum(i.Checks)
	i.Health, i.Reason = total.Health, total.Reason
	return i
}

// worst orders what speaks against a task: requests that it still answers come
// before all.
var worst = []gennaker.Health{gennaker.Draining, gennaker.Down, gennaker.Starting, gennaker.OutOfService, gennaker.Up}

// sum is the worst of the checks: a task is up if one says so and none speaks
// against it (Spinnaker's rule).
func sum(checks []gennaker.Check) gennaker.Check {
	for _, h := range worst {
		if at := slices.IndexFunc(checks, func(c gennaker.Check) bool { return c.Health == h }); at >= 0 {
			return checks[at]
		}
	}
	return gennaker.Check{Health: gennaker.Unknown}
}

// own is what ECS says: how far the task is in its life, and what its
// containers' health checks say, if they have any.
func own(d definition, t task) gennaker.Check {
	status := aws.ToString(t.LastStatus)
	c := gennaker.Check{Provider: checkTask, Health: life(t)}
	if c.Health == gennaker.Up {
		switch {
		case t.HealthStatus == types.HealthStatusUnhealthy:
			return gennaker.Check{Provider: checkTask, Health: gennaker.Down, Reason: "ECS: " + status + ", UNHEALTHY"}
		case d.checked() && t.HealthStatus != types.HealthStatusHealthy:
			return gennaker.Check{Provider: checkTask, Health: gennaker.Starting, Reason: "ECS: " + status + ", its health checks have not passed yet"}
		}
		return c
	}
	c.Reason = "ECS: " + status
	if why := aws.ToString(t.StoppedReason); why != "" {
		c.Reason += ": " + why
	}
	return c
}

// life is a task's place in its life cycle, as health.
func life(t task) gennaker.Health {
	switch aws.ToString(t.LastStatus) {
	case "PROVISIONING", "PENDING", "ACTIVATING":
		if aws.ToString(t.DesiredStatus) == "STOPPED" {
			return gennaker.Down
		}
		return gennaker.Starting
	case "RUNNING":
		if aws.ToString(t.DesiredStatus) == "STOPPED" {
			return gennaker.Draining
		}
		return gennaker.Up
	case "DEACTIVATING":
		return gennaker.Draining
	}
	return gennaker.Down
}

// balanced is what target groups say of their targets, by the group's ARN and
// the target as id:port.
type balanced map[string]map[string]gennaker.Check

// of is what a load balancer of a service says about one of its tasks.
func (b balanced) of(l types.LoadBalancer, t task) gennaker.Check {
	arn, port := aws.ToString(l.TargetGroupArn), aws.ToInt32(l.ContainerPort)
	target := fmt.Sprintf("%s:%d", t.address(), port)
	if t.address() == "" {
		target = fmt.Sprintf("%s:%d", t.machine, t.hostPort(aws.ToString(l.ContainerName), port))
	}
	if c, ok := b[arn][target]; ok {
		return c
	}
	return gennaker.Check{Provider: checkBalancer, Health: gennaker.OutOfService, Reason: amazon.TargetGroupName(arn) + ": not registered"}
}

// balanced asks each target group of services that have tasks once.
func (r *region) balanced(ctx context.Context, services []service, tasks map[string][]task) (balanced, error) {
	ask := map[string]bool{}
	for _, s := range services {
		for _, l := range s.LoadBalancers {
			if arn := aws.ToString(l.TargetGroupArn); arn != "" && len(tasks[s.name()]) > 0 {
				ask[arn] = true
			}
		}
	}
	var mu sync.Mutex // guards all
	all := balanced{}
	reading := together()
	for _, arn := range gennaker.SortedKeys(ask) {
		reading.Go(func() error {
			said, err := r.targets(ctx, arn)
			if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
				return fmt.Errorf("health in %s: %w", amazon.TargetGroupName(arn), err)
			}
			mu.Lock()
			defer mu.Unlock()
			all[arn] = said
			return nil
		})
	}
	return all, reading.Wait()
}

func (r *region) targets(ctx context.Context, arn string) (map[string]gennaker.Check, error) {
	found, err := r.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &arn})
	if err != nil {
		return nil, amazon.Kinded(err)
	}
	all := map[string]gennaker.Check{}
	for _, d := range found.TargetHealthDescriptions {
		if d.Target == nil || d.TargetHealth == nil {
			continue
		}
		all[fmt.Sprintf("%s:%d", aws.ToString(d.Target.Id), aws.ToInt32(d.Target.Port))] = target(arn, *d.TargetHealth)
	}
	return all, nil
}

func target(arn string, h elbtypes.TargetHealth) gennaker.Check {
	c := gennaker.Check{Provider: checkBalancer, Health: amazon.TargetHealth(h.State)}
	if c.Health != gennaker.Up {
		words := []string{amazon.TargetGroupName(arn), string(h.State), string(h.Reason), aws.ToString(h.Description)}
		c.Reason = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ": ")
	}
	return c
}
