package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/gennaker/gennaker"
)

// Resize sets the capacity. A disabled server group may launch and terminate
// instances again from then on: it could not change otherwise.
func (c *Cloud) Resize(ctx context.Context, q gennaker.ResizeServerGroup) error {
	return c.change("resize", q.ServerGroupRef, func(r *region) error {
		if err := q.Capacity.Check(); err != nil {
			return err
		}
		g, err := r.living(ctx, q.Name)
		if err != nil {
			return err
		}
		if err := r.unblock(ctx, g, q.Capacity.Desired); err != nil {
			return err
		}
		return r.setCapacity(ctx, q.Name, q.Capacity)
	})
}

// unblock sees to it that a server group can get to a size. In one that takes
// traffic it was not us who suspended a process, so we do not resume it.
func (r *region) unblock(ctx context.Context, g types.AutoScalingGroup, desired int) error {
	var needed []string
	if desired > len(g.Instances) {
		needed = append(needed, "Launch")
	}
	if desired < len(g.Instances) {
		needed = append(needed, "Terminate")
	}
	held := slices.DeleteFunc(needed, func(p string) bool { return !suspended(g, p) })
	if len(held) == 0 {
		return nil
	}
	if !enabled(g) {
		return r.resume(ctx, *g.AutoScalingGroupName, held)
	}
	return fmt.Errorf("%w: its process %s is suspended: resume it first", gennaker.ErrInvalid, strings.Join(held, ", "))
}

func (r *region) setCapacity(ctx context.Context, name string, to gennaker.Capacity) error {
	_, err := r.groups.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: &name,
		MinSize: whole(to.Min), MaxSize: whole(to.Max), DesiredCapacity: whole(to.Desired)})
	return kinded(err)
}

// outOfTraffic are the processes that a disabled server group has suspended
// (Spinnaker's choice): nothing is added to load balancers, and no alarm and
// no health check takes away the instances that a rollback needs.
var outOfTraffic = []string{"AddToLoadBalancer", "Launch", "Terminate"}

// enabled reports whether new instances of the group get traffic.
func enabled(g types.AutoScalingGroup) bool {
	return g.Status == nil && !suspended(g, "AddToLoadBalancer")
}

func suspended(g types.AutoScalingGroup, process string) bool {
	return slices.ContainsFunc(g.SuspendedProcesses, func(p types.SuspendedProcess) bool {
		return aws.ToString(p.ProcessName) == process
	})
}

func (r *region) suspend(ctx context.Context, name string, list []string) error {
	_, err := r.groups.SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{AutoScalingGroupName: &name, ScalingProcesses: list})
	return kinded(err)
}

func (r *region) resume(ctx context.Context, name string, list []string) error {
	_, err := r.groups.ResumeProcesses(ctx, &autoscaling.ResumeProcessesInput{AutoScalingGroupName: &name, ScalingProcesses: list})
	return kinded(err)
}

// Enable resumes what Disable suspended and registers the instances with the
// load balancers: AWS does not do that for those it launched meanwhile.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("enable", ref, func(r *region) error {
		if _, err := r.living(ctx, ref.Name); err != nil {
			return err
		}
		if err := r.resume(ctx, ref.Name, outOfTraffic); err != nil {
			return err
		}
		g, err := r.living(ctx, ref.Name) // after it, so that no instance falls between
		if err != nil {
			return err
		}
		return r.register(ctx, g, serving(g))
	})
}

// Disable suspends what adds instances to load balancers, and takes those that
// are there out. Requests in flight are answered: they drain.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("disable", ref, func(r *region) error { return r.disable(ctx, ref.Name) })
}

func (r *region) disable(ctx context.Context, name string) error {
	if _, err := r.living(ctx, name); err != nil {
		return err
	}
	if err := r.suspend(ctx, name, outOfTraffic); err != nil {
		return err
	}
	g, err := r.living(ctx, name) // after it, so that no instance falls between
	if err != nil {
		return err
	}
	return r.deregister(ctx, g, members(g))
}

// serving are the instances in service. Those to come are Auto Scaling's: it
// registers each as it goes into service.
func serving(g types.AutoScalingGroup) []string {
	var ids []string
	for _, i := range g.Instances {
		if i.LifecycleState == types.LifecycleStateInService {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids
}

func members(g types.AutoScalingGroup) []string {
	var ids []string
	for _, i := range g.Instances {
		ids = append(ids, *i.InstanceId)
	}
	return ids
}
