package awstest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/gennaker/gennaker/providers/aws/awstest"
)

func TestInstancesBootAreCheckedAndServe(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.group("shop-v000", 2, nil)
	w.is("at once", w.states("shop-v000"), "2 Pending Healthy")
	w.is("targets at once", w.health(), "")
	w.is("activities at once", w.activities("shop-v000"), "2 InProgress")
	w.clock.Advance(20 * time.Second)
	w.is("booted", w.states("shop-v000"), "2 InService Healthy")
	w.is("targets when booted", w.health(), "2 initial Elb.RegistrationInProgress")
	w.clock.Advance(5 * time.Second)
	w.is("registered", w.health(), "2 initial Elb.InitialHealthChecking")
	w.clock.Advance(10 * time.Second)
	w.is("checked", w.health(), "2 healthy")
	w.is("activities in the end", w.activities("shop-v000"), "2 Successful")
}

func (w *world) activities(group string) string {
	w.Helper()
	count := map[string]int{}
	for _, a := range must(w.groups.DescribeScalingActivities(w.Context(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: &group}))(w.T).Activities {
		count[string(a.StatusCode)]++
	}
	return counted(count)
}

// settled makes a group of which all instances serve.
func (w *world) settled(name string, n int32, edit func(*autoscaling.CreateAutoScalingGroupInput)) {
	w.Helper()
	w.group(name, n, edit)
	w.clock.Advance(35 * time.Second)
}

func TestScaleInDrainsBeforeItTerminates(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 3, nil)
	w.desire("shop-v000", 1)
	w.is("at once", w.states("shop-v000"), "1 InService Healthy, 2 Terminating Healthy")
	w.is("targets at once", w.health(), "1 healthy, 2 draining Target.DeregistrationInProgress")
	w.is("activities while it drains", w.activities("shop-v000"), "2 WaitingForELBConnectionDraining, 3 Successful")
	w.is("machines while it drains", w.machines(), "3 running")
	w.clock.Advance(time.Minute)
	w.is("targets when drained", w.health(), "1 healthy")
	w.is("machines when drained", w.machines(), "1 running, 2 shutting-down")
	w.clock.Advance(30 * time.Second)
	w.is("in the end", w.states("shop-v000"), "1 InService Healthy")
	w.is("machines in the end", w.machines(), "1 running, 2 terminated")
	w.clock.Advance(time.Hour)
	w.is("machines an hour later", w.machines(), "1 running")
}

func TestInstancesAreSpreadOverSubnets(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.group("shop-v000", 6, nil)
	zones := map[string]int{}
	for _, i := range w.place.Instances() {
		zones[i.Zone]++
	}
	w.is("zones", counted(zones), "2 us-east-1a, 2 us-east-1b, 2 us-east-1c")
	w.clock.Advance(35 * time.Second)
	w.desire("shop-v000", 3)
	clear(zones)
	for _, i := range w.place.Instances() {
		if i.Lifecycle == "InService" {
			zones[i.Zone]++
		}
	}
	w.is("zones that are left", counted(zones), "1 us-east-1a, 1 us-east-1b, 1 us-east-1c")
}

func TestSuspendedProcessesDoNotHappen(t *testing.T) {
	for _, c := range []struct {
		name      string
		process   string
		act       func(w *world)
		wait      time.Duration
		suspended string // the instances while it is suspended
		resumed   string // and at once when it is resumed
	}{
		{"Launch", "Launch", func(w *world) { w.desire("shop-v000", 3) }, time.Minute,
			"2 InService Healthy", "1 Pending Healthy, 2 InService Healthy"},
		{"Terminate", "Terminate", func(w *world) { w.desire("shop-v000", 1) }, time.Minute,
			"2 InService Healthy", "1 InService Healthy, 1 Terminating Healthy"},
		{"HealthCheck", "HealthCheck", func(w *world) { w.place.SetHealthy(w.ids("shop-v000")[0], false) }, time.Minute,
			"2 InService Healthy", "1 InService Healthy, 1 Pending Healthy, 1 Terminating Unhealthy"},
		{"ReplaceUnhealthy", "ReplaceUnhealthy", func(w *world) { w.place.SetHealthy(w.ids("shop-v000")[0], false) }, time.Minute,
			"1 InService Healthy, 1 InService Unhealthy", "1 InService Healthy, 1 Pending Healthy, 1 Terminating Unhealthy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, awstest.Config{})
			w.settled("shop-v000", 2, func(in *autoscaling.CreateAutoScalingGroupInput) { in.HealthCheckType = aws.String("ELB") })
			w.suspend("shop-v000", c.process)
			c.act(w)
			w.clock.Advance(c.wait)
			w.is("suspended", w.states("shop-v000"), c.suspended)
			w.resume("shop-v000", c.process)
			w.is("resumed", w.states("shop-v000"), c.resumed)
		})
	}
}

func TestSuspendedAddToLoadBalancerLeavesNewInstancesOut(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, nil)
	w.suspend("shop-v000", "AddToLoadBalancer")
	w.desire("shop-v000", 2)
	w.clock.Advance(time.Minute)
	w.is("instances", w.states("shop-v000"), "2 InService Healthy")
	w.is("targets", w.health(), "1 healthy")
	w.resume("shop-v000", "AddToLoadBalancer")
	w.clock.Advance(time.Minute)
	w.is("targets when resumed", w.health(), "1 healthy") // who was left out stays out, as with Amazon
}

func TestDisabledGroupKeepsItsInstances(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 2, nil)
	w.suspend("shop-v000", "Launch", "Terminate", "AddToLoadBalancer")
	w.deregister(w.ids("shop-v000")...)
	w.is("targets at once", w.health(), "2 draining Target.DeregistrationInProgress")
	w.clock.Advance(time.Minute)
	w.is("targets when drained", w.health(), "")
	w.is("instances", w.states("shop-v000"), "2 InService Healthy")
	asked := must(w.elb.DescribeTargetHealth(t.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &w.target, Targets: targetsOf(w.ids("shop-v000")[:1])}))(t)
	w.is("a target by name", string(asked.TargetHealthDescriptions[0].TargetHealth.Reason), "Target.NotRegistered")
	must(w.elb.RegisterTargets(t.Context(), &elb.RegisterTargetsInput{TargetGroupArn: &w.target, Targets: targetsOf(w.ids("shop-v000"))}))(t)
	w.clock.Advance(15 * time.Second)
	w.is("targets when enabled again", w.health(), "2 healthy")
}

func TestUnhealthyTargetsAreReplacedAfterTheGracePeriod(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.image = w.place.AddImage(awstest.Image{Name: "broken", Sick: true})
	w.group("shop-v000", 1, func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.HealthCheckType, in.HealthCheckGracePeriod = aws.String("ELB"), aws.Int32(120)
	})
	w.clock.Advance(35 * time.Second)
	w.is("targets", w.health(), "1 unhealthy Target.ResponseCodeMismatch")
	w.is("in the grace period", w.states("shop-v000"), "1 InService Healthy")
	w.clock.Advance(105 * time.Second)
	w.is("after it", w.states("shop-v000"), "1 Pending Healthy, 1 Terminating Unhealthy")
}

func TestHealthThatComesAndGoes(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, nil)
	id := w.ids("shop-v000")[0]
	w.place.SetHealthy(id, false)
	w.clock.Advance(19 * time.Second)
	w.is("before two checks", w.health(), "1 healthy")
	w.clock.Advance(time.Second)
	w.is("after two checks", w.health(), "1 unhealthy Target.ResponseCodeMismatch")
	w.is("a group that checks EC2 alone", w.states("shop-v000"), "1 InService Healthy")
	w.place.SetHealthy(id, true)
	w.clock.Advance(50 * time.Second)
	w.is("after five checks", w.health(), "1 healthy")
}

func TestTargetGroupWithoutLoadBalancerIsUnused(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.target = w.place.AddTargetGroup(awstest.TargetGroup{Name: "spare", Unused: true})
	w.settled("shop-v000", 1, nil)
	w.is("targets", w.health(), "1 unused Target.NotInUse")
}

func TestKilledInstanceIsReplaced(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, nil)
	w.place.Kill(w.ids("shop-v000")[0])
	w.is("at once", w.states("shop-v000"), "1 Pending Healthy, 1 Terminating Unhealthy")
	w.clock.Advance(2 * time.Minute)
	w.is("in the end", w.states("shop-v000"), "1 InService Healthy")
	w.is("targets", w.health(), "1 healthy")
}

func TestRefusedLaunchIsTriedAgain(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.place.RefuseLaunches("We currently do not have sufficient t3.micro capacity. Launching EC2 instance failed.")
	w.group("shop-v000", 1, nil)
	w.is("activities", w.activities("shop-v000"), "1 Failed")
	w.is("instances", w.states("shop-v000"), "")
	w.place.RefuseLaunches("")
	w.clock.Advance(30 * time.Second)
	w.is("instances later", w.states("shop-v000"), "1 Pending Healthy")
}

func TestDeletingAGroup(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 2, nil)
	name := aws.String("shop-v000")
	remove := func(force bool) string {
		return refusal(w.groups.DeleteAutoScalingGroup(t.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: name, ForceDelete: &force}))
	}
	w.is("with instances", remove(false), "ResourceInUse")
	w.desire("shop-v000", 0)
	w.is("with activities", remove(false), "ScalingActivityInProgress")
	w.is("by force", remove(true), "")
	w.is("its status", aws.ToString(w.read("shop-v000").Status), "Delete in progress")
	w.is("creating it again", refusal(w.groups.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{AutoScalingGroupName: name,
		MinSize: aws.Int32(0), MaxSize: aws.Int32(1), AvailabilityZones: []string{region + "a"}, LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: name}})), "AlreadyExists")
	w.is("updating it", refusal(w.groups.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: name, MaxSize: aws.Int32(9)})), "ValidationError")
	w.clock.Advance(2 * time.Minute)
	w.is("groups in the end", strings.Join(w.place.Groups(), " "), "")
	w.is("machines in the end", w.machines(), "2 terminated")
	w.is("targets in the end", w.health(), "")
	w.is("deleting what is gone", remove(true), "ValidationError")
}

func TestDeletingByForceGoesPastSuspendedTerminate(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 2, nil)
	w.suspend("shop-v000")
	must(w.groups.DeleteAutoScalingGroup(t.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("shop-v000"), ForceDelete: aws.Bool(true)}))(t)
	w.clock.Advance(time.Minute)
	w.is("machines", w.machines(), "2 terminated")
	w.is("groups", strings.Join(w.place.Groups(), " "), "")
}

func TestCapacityOutsideOfItsBoundsIsRefused(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 2, nil)
	name := aws.String("shop-v000")
	set := func(n int32) string {
		return refusal(w.groups.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: name, DesiredCapacity: &n}))
	}
	update := func(min, max, desired int32) string {
		return refusal(w.groups.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: name, MinSize: &min, MaxSize: &max, DesiredCapacity: &desired}))
	}
	w.is("more than the maximum", set(7), "ValidationError")
	w.is("update to more than the maximum", update(0, 1, 2), "ValidationError")
	w.is("minimum above maximum", update(3, 2, 2), "ValidationError")
	w.is("the group", w.states("shop-v000"), "2 InService Healthy")
	must(w.groups.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: name, MinSize: aws.Int32(3)}))(t)
	if got := aws.ToInt32(w.read("shop-v000").DesiredCapacity); got != 3 {
		t.Errorf("a minimum of 3 makes the desired capacity %d, want 3", got)
	}
	w.is("less than the minimum", set(1), "ValidationError")
	w.is("terminating below the minimum", refusal(w.groups.TerminateInstanceInAutoScalingGroup(t.Context(), &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: aws.String(w.ids("shop-v000")[0]), ShouldDecrementDesiredCapacity: aws.Bool(true)})), "ValidationError")
}

func TestTerminatedInstanceIsReplacedOrNot(t *testing.T) {
	for _, c := range []struct {
		name      string
		decrement bool
		want      string
	}{
		{"replaced", false, "1 InService Healthy, 1 Pending Healthy, 1 Terminating Healthy"},
		{"not replaced", true, "1 InService Healthy, 1 Terminating Healthy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, awstest.Config{})
			w.settled("shop-v000", 2, nil)
			in := &autoscaling.TerminateInstanceInAutoScalingGroupInput{InstanceId: aws.String(w.ids("shop-v000")[0]), ShouldDecrementDesiredCapacity: &c.decrement}
			must(w.groups.TerminateInstanceInAutoScalingGroup(t.Context(), in))(t)
			w.is("instances", w.states("shop-v000"), c.want)
			w.is("a second time", refusal(w.groups.TerminateInstanceInAutoScalingGroup(t.Context(), in)), "ScalingActivityInProgress")
		})
	}
}

func TestHooksHoldInstances(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.group("shop-v000", 1, func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.LifecycleHookSpecificationList = []astypes.LifecycleHookSpecification{
			{LifecycleHookName: aws.String("up"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"), HeartbeatTimeout: aws.Int32(600)},
			{LifecycleHookName: aws.String("down"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_TERMINATING"), HeartbeatTimeout: aws.Int32(300), DefaultResult: aws.String("CONTINUE")},
		}
	})
	w.clock.Advance(time.Minute)
	w.is("launching", w.states("shop-v000"), "1 Pending:Wait Healthy")
	must(w.groups.CompleteLifecycleAction(t.Context(), &autoscaling.CompleteLifecycleActionInput{AutoScalingGroupName: aws.String("shop-v000"),
		LifecycleHookName: aws.String("up"), InstanceId: aws.String(w.ids("shop-v000")[0]), LifecycleActionResult: aws.String("CONTINUE")}))(t)
	w.is("completed", w.states("shop-v000"), "1 InService Healthy")
	w.clock.Advance(time.Minute)
	w.desire("shop-v000", 0)
	w.clock.Advance(time.Minute)
	w.is("terminating", w.states("shop-v000"), "1 Terminating:Wait Healthy")
	w.clock.Advance(5 * time.Minute)
	w.is("when its time is over", w.states("shop-v000"), "1 Terminating:Proceed Healthy")
	w.clock.Advance(time.Minute)
	w.is("in the end", w.states("shop-v000"), "")
}

func TestHookThatNobodyCompletesAbandonsTheInstance(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.group("shop-v000", 1, func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.LifecycleHookSpecificationList = []astypes.LifecycleHookSpecification{
			{LifecycleHookName: aws.String("up"), LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"), HeartbeatTimeout: aws.Int32(60)}}
	})
	w.clock.Advance(80 * time.Second)
	w.is("abandoned", w.states("shop-v000"), "1 Pending Healthy, 1 Terminating Healthy")
}

func TestAttachedTargetGroupsAddAndRemove(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, func(in *autoscaling.CreateAutoScalingGroupInput) { in.TargetGroupARNs = nil })
	name := aws.String("shop-v000")
	state := func() string {
		count := map[string]int{}
		for _, s := range must(w.groups.DescribeLoadBalancerTargetGroups(t.Context(), &autoscaling.DescribeLoadBalancerTargetGroupsInput{AutoScalingGroupName: name}))(t).LoadBalancerTargetGroups {
			count[*s.State]++
		}
		return counted(count)
	}
	must(w.groups.AttachLoadBalancerTargetGroups(t.Context(), &autoscaling.AttachLoadBalancerTargetGroupsInput{AutoScalingGroupName: name, TargetGroupARNs: []string{w.target}}))(t)
	w.is("at once", state(), "1 Adding")
	w.clock.Advance(3 * time.Second)
	w.is("soon", state(), "1 Added")
	w.clock.Advance(12 * time.Second)
	w.is("checked", state(), "1 InService")
	must(w.groups.DetachLoadBalancerTargetGroups(t.Context(), &autoscaling.DetachLoadBalancerTargetGroupsInput{AutoScalingGroupName: name, TargetGroupARNs: []string{w.target}}))(t)
	w.is("detached", state(), "1 Removing")
	w.is("targets", w.health(), "1 draining Target.DeregistrationInProgress")
	w.clock.Advance(time.Minute)
	w.is("in the end", state(), "")
	w.is("instances", w.states("shop-v000"), "1 InService Healthy")
}

func TestNewTemplateVersionIsForNewInstances(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, func(in *autoscaling.CreateAutoScalingGroupInput) { in.LaunchTemplate.Version = aws.String("$Latest") })
	next := w.place.AddImage(awstest.Image{Name: "shop-2"})
	must(w.ec2.CreateLaunchTemplateVersion(t.Context(), newVersion("shop-v000", next)))(t)
	w.desire("shop-v000", 2)
	count := map[string]int{}
	for _, i := range w.read("shop-v000").Instances {
		machine := must(w.ec2.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{*i.InstanceId}}))(t).Reservations[0].Instances[0]
		count["version "+*i.LaunchTemplate.Version+" of "+*machine.ImageId]++
	}
	w.is("versions", counted(count), "1 version 1 of "+w.image+", 1 version 2 of "+next)
	w.clock.Advance(time.Minute)
	w.desire("shop-v000", 1)
	w.clock.Advance(2 * time.Minute)
	w.is("the version that stays", *w.read("shop-v000").Instances[0].LaunchTemplate.Version, "2")
}

func TestInstanceRefreshReplacesAFewAtATime(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 4, nil)
	next := w.place.AddImage(awstest.Image{Name: "shop-2"})
	must(w.ec2.CreateLaunchTemplateVersion(t.Context(), newVersion("shop-v000", next)))(t)
	must(w.groups.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: aws.String("shop-v000"),
		DesiredConfiguration: &astypes.DesiredConfiguration{LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("shop-v000"), Version: aws.String("2")}},
		Preferences:          &astypes.RefreshPreferences{MinHealthyPercentage: aws.Int32(50), InstanceWarmup: aws.Int32(60)}}))(t)
	status := func() (string, int32) {
		r := must(w.groups.DescribeInstanceRefreshes(t.Context(), &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: aws.String("shop-v000")}))(t).InstanceRefreshes[0]
		return string(r.Status), aws.ToInt32(r.PercentageComplete)
	}
	fewest := 4
	for range 60 {
		w.clock.Advance(5 * time.Second)
		serving := 0
		for _, i := range w.place.Instances() {
			if i.Lifecycle == "InService" {
				serving++
			}
		}
		fewest = min(fewest, serving)
		if s, done := status(); s == "InProgress" && done == 50 {
			w.is("the group while it is refreshed", aws.ToString(w.read("shop-v000").LaunchTemplate.Version), "")
		}
	}
	if s, done := status(); s != "Successful" || done != 100 || fewest != 2 {
		t.Errorf("after five minutes the refresh is %s, %d %%, and at least %d instances served; want Successful, 100 %%, 2", s, done, fewest)
	}
	for _, i := range w.place.Instances() {
		if i.Lifecycle == "InService" && i.Image != next {
			t.Errorf("%s is still of %s", i.ID, i.Image)
		}
	}
	w.is("the group's template version", aws.ToString(w.read("shop-v000").LaunchTemplate.Version), "2")
}

// refreshed lets a group of one instance be refreshed, and returns how many
// were in service and how many there were meanwhile, at least and at most.
func refreshed(w *world, p *astypes.RefreshPreferences) (fewest, most int) {
	w.Helper()
	w.settled("shop-v000", 1, nil)
	before := w.ids("shop-v000")[0]
	must(w.groups.StartInstanceRefresh(w.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: aws.String("shop-v000"), Preferences: p}))(w.T)
	fewest = 1
	for range 60 {
		w.clock.Advance(5 * time.Second)
		serving, all := 0, 0
		for _, i := range w.read("shop-v000").Instances {
			if i.LifecycleState == astypes.LifecycleStateInService {
				serving++
			}
			if !strings.HasPrefix(string(i.LifecycleState), "Terminating") {
				all++
			}
		}
		fewest, most = min(fewest, serving), max(most, all)
	}
	if w.is("in the end", w.states("shop-v000"), "1 InService Healthy"); w.ids("shop-v000")[0] == before {
		w.Errorf("%s was not replaced", before)
	}
	return fewest, most
}

func TestInstanceRefreshLaunchesFirstWhereNoneMayGo(t *testing.T) {
	for _, c := range []struct {
		name         string
		p            *astypes.RefreshPreferences
		fewest, most int
	}{
		{"without a maximum", &astypes.RefreshPreferences{MinHealthyPercentage: aws.Int32(100)}, 0, 1},
		{"with one", &astypes.RefreshPreferences{MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(110)}, 1, 2},
		{"with one that says no more", &astypes.RefreshPreferences{MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(100)}, 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if fewest, most := refreshed(newWorld(t, awstest.Config{}), c.p); fewest != c.fewest || most != c.most {
				t.Errorf("%d to %d instances, want %d to %d", fewest, most, c.fewest, c.most)
			}
		})
	}
}

func TestInstanceRefreshRefusesPercentagesThatCannotBe(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, nil)
	for _, p := range []*astypes.RefreshPreferences{
		{MinHealthyPercentage: aws.Int32(101)},
		{MinHealthyPercentage: aws.Int32(-1)},
		{MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(99)},
		{MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(201)},
		{MinHealthyPercentage: aws.Int32(50), MaxHealthyPercentage: aws.Int32(151)},
		{MaxHealthyPercentage: aws.Int32(110)},
	} {
		got := refusal(w.groups.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: aws.String("shop-v000"), Preferences: p}))
		w.is("a refresh with wrong percentages", got, "ValidationError")
	}
}

func TestCancelledInstanceRefreshWaitsForWhatIsOnItsWay(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 1, nil)
	name := aws.String("shop-v000")
	must(w.groups.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: name,
		Preferences: &astypes.RefreshPreferences{MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(110)}}))(t)
	w.clock.Advance(5 * time.Second)
	w.is("launching", w.states("shop-v000"), "1 InService Healthy, 1 Pending Healthy")
	must(w.groups.CancelInstanceRefresh(t.Context(), &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: name}))(t)
	status := func() string {
		return string(must(w.groups.DescribeInstanceRefreshes(t.Context(), &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: name}))(t).InstanceRefreshes[0].Status)
	}
	w.clock.Advance(5 * time.Second)
	w.is("while it launches", status(), "Cancelling")
	w.clock.Advance(5 * time.Minute)
	w.is("in the end", status(), "Cancelled")
	w.is("the group", w.states("shop-v000"), "1 InService Healthy")
}

func TestSuspendedInstanceRefreshWaits(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.settled("shop-v000", 2, nil)
	w.suspend("shop-v000", "InstanceRefresh")
	must(w.groups.StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: aws.String("shop-v000")}))(t)
	w.clock.Advance(time.Minute)
	w.is("suspended", w.states("shop-v000"), "2 InService Healthy")
	w.resume("shop-v000", "InstanceRefresh")
	w.clock.Advance(5 * time.Second)
	w.is("resumed", w.states("shop-v000"), "1 InService Healthy, 1 Pending Healthy, 1 Terminating Healthy")
}

func TestPolicyNamesAreOfAGroup(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	for _, group := range []string{"a-v000", "b-v000"} {
		w.group(group, 0, nil)
		must(w.groups.PutScalingPolicy(t.Context(), &autoscaling.PutScalingPolicyInput{AutoScalingGroupName: &group, PolicyName: aws.String("up"),
			AdjustmentType: aws.String("ChangeInCapacity"), ScalingAdjustment: aws.Int32(1)}))(t)
	}
	for _, group := range []string{"a-v000", "b-v000"} {
		if got := len(must(w.groups.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: &group}))(t).ScalingPolicies); got != 1 {
			t.Errorf("%s has %d policies, want 1", group, got)
		}
	}
}
