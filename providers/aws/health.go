package aws

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/gennaker/gennaker"
)

// opinion is what one source says about an instance.
type opinion struct {
	health gennaker.Health
	reason string // in the cloud's words
}

// see is an instance with its health, from all sources: Auto Scaling, EC2,
// and each target group and load balancer of its group.
func see(g types.AutoScalingGroup, member types.Instance, machine ec2types.Instance, b balanced) gennaker.Instance {
	i := gennaker.Instance{ID: *member.InstanceId, Launched: aws.ToTime(machine.LaunchTime)}
	if machine.PrivateIpAddress != nil {
		i.Address = *machine.PrivateIpAddress
	}
	own := []opinion{scaling(member), running(machine)}
	total := combine(enabled(g), own, slices.Concat(b.of(g.TargetGroupARNs, i.ID), b.of(g.LoadBalancerNames, i.ID)))
	i.Health, i.Reason = total.health, total.reason
	i.Checks = checks(g, member, machine, b)
	return i
}

// The health providers, by the names that Spinnaker's documents know. It has
// none that is Auto Scaling's.
const (
	checkMachine     = "Amazon" // of EC2
	checkScaling     = "AutoScaling"
	checkTargetGroup = "TargetGroup"
	checkClassic     = "LoadBalancer"
)

// checks are what each health provider says of an instance. For who asks EC2
// alone, a machine that runs is up.
func checks(g types.AutoScalingGroup, member types.Instance, machine ec2types.Instance, b balanced) []gennaker.Check {
	runs := running(machine)
	if machine.State != nil && machine.State.Name == ec2types.InstanceStateNameRunning {
		runs.health = gennaker.Up
	}
	list := []gennaker.Check{check(checkMachine, runs), check(checkScaling, scaling(member))}
	if said := b.of(g.TargetGroupARNs, *member.InstanceId); len(said) > 0 {
		list = append(list, check(checkTargetGroup, combine(true, nil, said)))
	}
	if said := b.of(g.LoadBalancerNames, *member.InstanceId); len(said) > 0 {
		list = append(list, check(checkClassic, combine(true, nil, said)))
	}
	return list
}

func check(provider string, o opinion) gennaker.Check {
	return gennaker.Check{Provider: provider, Health: o.health, Reason: o.reason}
}

// worst orders what speaks against an instance: requests that it still answers
// come before all, since they must not be cut off.
var worst = []gennaker.Health{gennaker.Draining, gennaker.Down, gennaker.Starting, gennaker.OutOfService, gennaker.Up}

// combine makes one opinion of all. An instance is up if one source says so
// and none speaks against it (Spinnaker's rule). Where the group is to take no
// traffic, an instance is still up if one load balancer says so, and else,
// when healthy, out of service.
func combine(enabled bool, own, balanced []opinion) opinion {
	if !enabled {
		for _, busy := range []gennaker.Health{gennaker.Draining, gennaker.Up} {
			if o, ok := find(balanced, busy); ok {
				return o
			}
		}
	}
	total := opinion{health: gennaker.Unknown}
	for _, h := range worst {
		if o, ok := find(append(slices.Clone(own), balanced...), h); ok {
			total = o
			break
		}
	}
	if !enabled && (total.health == gennaker.Up || total.health == gennaker.OutOfService) {
		return opinion{gennaker.OutOfService, "its server group is disabled"}
	}
	if total.health == gennaker.Up {
		total.reason = ""
	}
	return total
}

func find(list []opinion, h gennaker.Health) (opinion, bool) {
	at := slices.IndexFunc(list, func(o opinion) bool { return o.health == h })
	if at < 0 {
		return opinion{}, false
	}
	return list[at], true
}

// scaling is what Auto Scaling says. It knows the life cycle, and repeats the
// judgment of others in HealthStatus.
func scaling(i types.Instance) opinion {
	state := string(i.LifecycleState)
	reason := "Auto Scaling: " + state
	switch {
	case strings.EqualFold(aws.ToString(i.HealthStatus), "Unhealthy"):
		return opinion{gennaker.Down, "Auto Scaling: Unhealthy, " + state}
	case state == string(types.LifecycleStateInService):
		return opinion{gennaker.Up, reason}
	case strings.HasPrefix(state, "Pending"):
		return opinion{gennaker.Starting, reason}
	case strings.HasPrefix(state, "Terminat"):
		return opinion{gennaker.Down, reason}
	}
	return opinion{gennaker.OutOfService, reason} // in standby, detached or in a warm pool
}

// running is what EC2 says. That a machine runs says nothing about what runs
// on it.
func running(m ec2types.Instance) opinion {
	if m.State == nil {
		return opinion{health: gennaker.Unknown}
	}
	reason := "EC2: " + string(m.State.Name)
	if m.StateReason != nil && m.StateReason.Message != nil {
		reason += ": " + *m.StateReason.Message
	}
	switch m.State.Name {
	case ec2types.InstanceStateNameRunning:
		return opinion{gennaker.Unknown, reason}
	case ec2types.InstanceStateNamePending:
		return opinion{gennaker.Starting, reason}
	}
	return opinion{gennaker.Down, reason}
}

// balanced is what load balancers say, by target group's ARN or classic load
// balancer's name, and instance.
type balanced map[string]map[string]opinion

// of is what each of those load balancers says about an instance.
func (b balanced) of(names []string, id string) []opinion {
	var all []opinion
	for _, name := range names {
		o, ok := b[name][id]
		if !ok {
			o = opinion{gennaker.OutOfService, fmt.Sprintf("%s: not registered", targetGroupName(name))}
		}
		all = append(all, o)
	}
	return all
}

// has reports whether one load balancer of its group says one of these of an
// instance.
func (b balanced) has(g types.AutoScalingGroup, id string, one ...gennaker.Health) bool {
	return slices.ContainsFunc(slices.Concat(b.of(g.TargetGroupARNs, id), b.of(g.LoadBalancerNames, id)),
		func(o opinion) bool { return slices.Contains(one, o.health) })
}

// balanced asks each load balancer of the groups.
func (r *region) balanced(ctx context.Context, groups []types.AutoScalingGroup) (balanced, error) {
	return r.survey().of(ctx, groups)
}

func (r *region) targetHealth(ctx context.Context, arn string) (map[string]opinion, error) {
	found, err := r.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &arn})
	if err != nil {
		return nil, err
	}
	all := map[string]opinion{}
	for _, d := range found.TargetHealthDescriptions {
		if d.Target == nil || d.TargetHealth == nil {
			continue
		}
		id, o := aws.ToString(d.Target.Id), target(targetGroupName(arn), *d.TargetHealth)
		if before, ok := all[id]; ok { // on several ports
			o = combine(true, nil, []opinion{before, o})
		}
		all[id] = o
	}
	return all, nil
}

// targetStates are the states of a target, as health. One whose target group
// makes no checks has traffic.
var targetStates = map[elbtypes.TargetHealthStateEnum]gennaker.Health{
	elbtypes.TargetHealthStateEnumHealthy:           gennaker.Up,
	elbtypes.TargetHealthStateEnumInitial:           gennaker.Starting,
	elbtypes.TargetHealthStateEnumUnhealthy:         gennaker.Down,
	elbtypes.TargetHealthStateEnumUnhealthyDraining: gennaker.Draining,
	elbtypes.TargetHealthStateEnumDraining:          gennaker.Draining,
	elbtypes.TargetHealthStateEnumUnused:            gennaker.OutOfService,
	elbtypes.TargetHealthStateEnumUnavailable:       gennaker.Up,
}

func target(group string, h elbtypes.TargetHealth) opinion {
	words := []string{group, string(h.State)}
	for _, word := range []string{string(h.Reason), aws.ToString(h.Description)} {
		if word != "" {
			words = append(words, word)
		}
	}
	return opinion{cmp.Or(targetStates[h.State], gennaker.Unknown), strings.Join(words, ": ")}
}

func (r *region) classicHealth(ctx context.Context, name string) (map[string]opinion, error) {
	found, err := r.classic.DescribeInstanceHealth(ctx, &classic.DescribeInstanceHealthInput{LoadBalancerName: &name})
	if err != nil {
		return nil, err
	}
	all := map[string]opinion{}
	for _, s := range found.InstanceStates {
		all[aws.ToString(s.InstanceId)] = classicState(name, aws.ToString(s.State), aws.ToString(s.ReasonCode), aws.ToString(s.Description))
	}
	return all, nil
}

// classicState is what a classic load balancer says. It says OutOfService of
// an instance that fails its checks, that is still being registered (for which
// the reason is ELB), and that is being deregistered, too.
func classicState(name, state, code, description string) opinion {
	reason := name + ": " + state
	if description != "" && description != "N/A" {
		reason += ": " + description
	}
	switch {
	case state == "InService" && strings.Contains(description, "deregistration currently in progress"):
		return opinion{gennaker.Draining, reason}
	case state == "InService":
		return opinion{gennaker.Up, reason}
	case code == "ELB":
		return opinion{gennaker.Starting, reason}
	case state == "OutOfService":
		return opinion{gennaker.Down, reason}
	}
	return opinion{gennaker.Unknown, reason}
}
