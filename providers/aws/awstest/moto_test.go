package awstest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

// gaps are the only differences there may be between the simulator and moto:
// where moto is not like Amazon. Each must show, or it is taken off the list.
var gaps = map[string]string{
	"a template version keeps what its source says": "moto starts from nothing",
	"create a group that exists":                    "moto makes it anew and loses its instances",
	"desired 3 while Launch is suspended":           "moto only lists suspended processes",
	"desired capacity above the maximum":            "moto accepts it",
	"targets after scale-in":                        "moto leaves terminated instances registered",
	"a deregistered target":                         "moto has no draining",
	"targets when it is drained":                    "moto leaves terminated instances registered",
	"targets when it is registered again":           "moto leaves terminated instances registered",
	"activities":                                    "moto has none",
	"delete a group with instances":                 "moto deletes it",
	"an update that asks for less than the minimum": "moto accepts it",
	"put a load balancer before it":                 "moto has no default scheme",
	"a group of nobody":                             "moto breaks",
	"the group that should still be there":          "moto deleted it",
}

// gapsOfAnswers are the places where moto's answers are not as Amazon's models
// have them.
var gapsOfAnswers = []string{
	`.Platform: "windows" is not a string of [Windows]`, `.Platform: "Linux/UNIX" is not a string of [Windows]`,
	"SuspendProcesses: the answer is no XML", // it fails with a page of its own for a group that is not there
}

func TestSimulatorAndMotoAgree(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	ours := newStory(w.clients, func() { w.clock.Advance(10 * time.Minute) })
	theirs := newStory(connect(t, targets.Moto(t), "AKIATEST"), func() {})
	for _, s := range steps {
		got, want := s.run(ours), s.run(theirs)
		ours.settle()
		_, gap := gaps[s.name]
		if (got != want) != gap {
			t.Errorf("%s: the simulator says %q, moto says %q; a known gap: %t", s.name, got, want, gap)
		}
	}
	for name := range gaps {
		if !slices.ContainsFunc(steps, func(s step) bool { return s.name == name }) {
			t.Errorf("the gap %q belongs to no step", name)
		}
	}
	for _, wrong := range theirs.wrong {
		if !slices.ContainsFunc(gapsOfAnswers, func(known string) bool { return strings.Contains(wrong, known) }) {
			t.Errorf("moto's answer: %s", wrong)
		}
	}
}

// story is the same sequence of calls, told to one cloud.
type story struct {
	clients
	settle        func()
	image, vpc    string
	subnets       []string
	target, first string
}

const subject = "shop-v000"

func newStory(c clients, settle func()) *story {
	c.Helper()
	s := &story{clients: c, settle: settle}
	images := must(c.ec2.DescribeImages(c.Context(), nil))(c.T).Images
	s.image = *images[0].ImageId
	for _, zone := range []string{"a", "b"} {
		found := must(c.ec2.DescribeSubnets(c.Context(), &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{
			{Name: aws.String("availability-zone"), Values: []string{region + zone}}, {Name: aws.String("default-for-az"), Values: []string{"true"}}}}))(c.T).Subnets
		s.subnets, s.vpc = append(s.subnets, *found[0].SubnetId), *found[0].VpcId
	}
	return s
}

func (s *story) members() string {
	found, err := s.groups.DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{subject}})
	if err != nil || len(found.AutoScalingGroups) == 0 {
		return fmt.Sprintf("%d groups %s", 0, code(err))
	}
	count := map[string]int{}
	for _, i := range found.AutoScalingGroups[0].Instances {
		count[string(i.LifecycleState)+" "+*i.HealthStatus]++
	}
	g := found.AutoScalingGroups[0]
	return fmt.Sprintf("%d-%d-%d: %s", *g.MinSize, *g.DesiredCapacity, *g.MaxSize, counted(count))
}

func (s *story) one() string {
	found, err := s.groups.DescribeAutoScalingGroups(s.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{subject}})
	if err != nil || len(found.AutoScalingGroups) == 0 || len(found.AutoScalingGroups[0].Instances) == 0 {
		return "i-00000000000000000"
	}
	return *found.AutoScalingGroups[0].Instances[0].InstanceId
}

func (s *story) targets() string {
	found, err := s.elb.DescribeTargetHealth(s.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &s.target})
	if err != nil {
		return code(err)
	}
	count := map[string]int{}
	for _, d := range found.TargetHealthDescriptions {
		count[string(d.TargetHealth.State)]++
	}
	return counted(count)
}

func (s *story) create() string {
	return refusal(s.groups.CreateAutoScalingGroup(s.Context(), &autoscaling.CreateAutoScalingGroupInput{AutoScalingGroupName: aws.String(subject),
		MinSize: aws.Int32(0), MaxSize: aws.Int32(4), DesiredCapacity: aws.Int32(2), VPCZoneIdentifier: aws.String(strings.Join(s.subnets, ",")),
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("shop"), Version: aws.String("1")}, TargetGroupARNs: []string{s.target},
		Tags: []astypes.Tag{{Key: aws.String("app"), Value: aws.String("shop"), PropagateAtLaunch: aws.Bool(true)}}}))
}

func (s *story) desire(n int32) string {
	return refusal(s.groups.SetDesiredCapacity(s.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String(subject), DesiredCapacity: &n}))
}

func (s *story) remove(force bool) string {
	return refusal(s.groups.DeleteAutoScalingGroup(s.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String(subject), ForceDelete: &force}))
}

type step struct {
	name string
	run  func(*story) string
}

// steps are the calls; between two of them all comes to rest.
var steps = []step{
	{"who am I", func(s *story) string {
		out, err := s.sts.GetCallerIdentity(s.Context(), nil)
		return code(err) + aws.ToString(out.Account)
	}},
	{"create a template", func(s *story) string {
		out, err := s.ec2.CreateLaunchTemplate(s.Context(), &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("shop"),
			LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: &s.image, InstanceType: ec2types.InstanceTypeT3Micro}})
		if err != nil {
			return code(err)
		}
		return fmt.Sprint(*out.LaunchTemplate.DefaultVersionNumber, *out.LaunchTemplate.LatestVersionNumber)
	}},
	{"create it again", func(s *story) string {
		return refusal(s.ec2.CreateLaunchTemplate(s.Context(), &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("shop"),
			LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: &s.image}}))
	}},
	{"a template version keeps what its source says", func(s *story) string {
		out, err := s.ec2.CreateLaunchTemplateVersion(s.Context(), &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: aws.String("shop"),
			SourceVersion: aws.String("1"), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{InstanceType: ec2types.InstanceTypeT3Small}})
		if err != nil {
			return code(err)
		}
		v := out.LaunchTemplateVersion
		return fmt.Sprint(*v.VersionNumber, v.LaunchTemplateData.InstanceType, aws.ToString(v.LaunchTemplateData.ImageId) == s.image)
	}},
	{"a template that is not there", func(s *story) string {
		return refusal(s.ec2.DescribeLaunchTemplates(s.Context(), &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"nothing"}}))
	}},
	{"create a target group", func(s *story) string {
		out, err := s.elb.CreateTargetGroup(s.Context(), &elb.CreateTargetGroupInput{Name: aws.String("shop-it"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(80), VpcId: &s.vpc})
		if err != nil {
			return code(err)
		}
		g := out.TargetGroups[0]
		s.target = *g.TargetGroupArn
		return fmt.Sprint(*g.HealthCheckIntervalSeconds, *g.HealthyThresholdCount, *g.UnhealthyThresholdCount, *g.HealthCheckPath, *g.Matcher.HttpCode, g.TargetType)
	}},
	{"put a load balancer before it", func(s *story) string {
		out, err := s.elb.CreateLoadBalancer(s.Context(), &elb.CreateLoadBalancerInput{Name: aws.String("shop-it"), Subnets: s.subnets})
		if err != nil {
			return code(err)
		}
		b := out.LoadBalancers[0]
		return fmt.Sprint(b.State.Code, b.Type, b.Scheme) + refusal(s.elb.CreateListener(s.Context(), &elb.CreateListenerInput{LoadBalancerArn: b.LoadBalancerArn,
			Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumHttp, DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &s.target}}}))
	}},
	{"create a group", (*story).create},
	{"its instances", (*story).members},
	{"its targets", (*story).targets},
	{"machines by the group's tag", func(s *story) string {
		out, err := s.ec2.DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
			{Name: aws.String("tag:aws:autoscaling:groupName"), Values: []string{subject}}, {Name: aws.String("instance-state-name"), Values: []string{"running"}}, {Name: aws.String("tag:app"), Values: []string{"sh*"}}}})
		if err != nil {
			return code(err)
		}
		count := map[string]int{}
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				count[string(i.InstanceType)]++
			}
		}
		return counted(count)
	}},
	{"create a group that exists", (*story).create},
	{"its tags", func(s *story) string {
		out, err := s.groups.DescribeTags(s.Context(), &autoscaling.DescribeTagsInput{Filters: []astypes.Filter{{Name: aws.String("key"), Values: []string{"app"}}}})
		if err != nil {
			return code(err)
		}
		var tags []string
		for _, t := range out.Tags {
			tags = append(tags, fmt.Sprint(*t.ResourceId, *t.ResourceType, *t.Key, *t.Value, *t.PropagateAtLaunch))
		}
		return strings.Join(tags, " ")
	}},
	{"suspend Launch", func(s *story) string {
		return refusal(s.groups.SuspendProcesses(s.Context(), &autoscaling.SuspendProcessesInput{AutoScalingGroupName: aws.String(subject), ScalingProcesses: []string{"Launch"}}))
	}},
	{"desired 3", func(s *story) string { return s.desire(3) }},
	{"desired 3 while Launch is suspended", (*story).members},
	{"resume Launch", func(s *story) string {
		return refusal(s.groups.ResumeProcesses(s.Context(), &autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String(subject), ScalingProcesses: []string{"Launch"}}))
	}},
	{"three instances", (*story).members},
	{"desired capacity above the maximum", func(s *story) string { return s.desire(9) }},
	{"desired 1", func(s *story) string { return s.desire(1) }},
	{"scaled in", (*story).members},
	{"targets after scale-in", (*story).targets},
	{"a deregistered target", func(s *story) string {
		s.first = s.one()
		return refusal(s.elb.DeregisterTargets(s.Context(), &elb.DeregisterTargetsInput{TargetGroupArn: &s.target, Targets: targetsOf([]string{s.first})})) + s.targets()
	}},
	{"targets when it is drained", (*story).targets},
	{"register it again", func(s *story) string {
		return refusal(s.elb.RegisterTargets(s.Context(), &elb.RegisterTargetsInput{TargetGroupArn: &s.target, Targets: targetsOf([]string{s.first})}))
	}},
	{"targets when it is registered again", (*story).targets},
	{"activities", func(s *story) string {
		out, err := s.groups.DescribeScalingActivities(s.Context(), &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String(subject)})
		if err != nil {
			return code(err)
		}
		return fmt.Sprint(len(out.Activities) > 0)
	}},
	{"into standby", func(s *story) string {
		return refusal(s.groups.EnterStandby(s.Context(), &autoscaling.EnterStandbyInput{AutoScalingGroupName: aws.String(subject), InstanceIds: []string{s.first}, ShouldDecrementDesiredCapacity: aws.Bool(true)}))
	}},
	{"in standby", (*story).members},
	{"out of standby", func(s *story) string {
		return refusal(s.groups.ExitStandby(s.Context(), &autoscaling.ExitStandbyInput{AutoScalingGroupName: aws.String(subject), InstanceIds: []string{s.first}}))
	}},
	{"in service again", (*story).members},
	{"an update that asks for less than the minimum", func(s *story) string {
		return refusal(s.groups.UpdateAutoScalingGroup(s.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String(subject), MinSize: aws.Int32(2), DesiredCapacity: aws.Int32(1)}))
	}},
	{"an update", func(s *story) string {
		return refusal(s.groups.UpdateAutoScalingGroup(s.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String(subject), MinSize: aws.Int32(1), MaxSize: aws.Int32(5), DesiredCapacity: aws.Int32(2)}))
	}},
	{"updated", (*story).members},
	{"a hook", func(s *story) string {
		out := refusal(s.groups.PutLifecycleHook(s.Context(), &autoscaling.PutLifecycleHookInput{AutoScalingGroupName: aws.String(subject), LifecycleHookName: aws.String("down"),
			LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_TERMINATING"), HeartbeatTimeout: aws.Int32(30)}))
		found, err := s.groups.DescribeLifecycleHooks(s.Context(), &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: aws.String(subject)})
		if err != nil {
			return code(err)
		}
		h := found.LifecycleHooks[0]
		return out + fmt.Sprint(*h.LifecycleHookName, *h.HeartbeatTimeout, *h.DefaultResult)
	}},
	{"terminate an instance", func(s *story) string {
		return refusal(s.groups.TerminateInstanceInAutoScalingGroup(s.Context(), &autoscaling.TerminateInstanceInAutoScalingGroupInput{InstanceId: aws.String(s.one()), ShouldDecrementDesiredCapacity: aws.Bool(false)}))
	}},
	{"replaced", (*story).members},
	{"an instance of nobody", func(s *story) string {
		return refusal(s.ec2.DescribeInstances(s.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{"i-00000000000000000"}}))
	}},
	{"a target group of nobody", func(s *story) string {
		return refusal(s.elb.DescribeTargetHealth(s.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(s.target + "0")}))
	}},
	{"a load balancer of nobody", func(s *story) string {
		return refusal(s.elb.DescribeLoadBalancers(s.Context(), &elb.DescribeLoadBalancersInput{Names: []string{"nobody"}}))
	}},
	{"a group of nobody", func(s *story) string {
		return refusal(s.groups.SuspendProcesses(s.Context(), &autoscaling.SuspendProcessesInput{AutoScalingGroupName: aws.String("nobody")}))
	}},
	{"an image of nobody", func(s *story) string {
		return refusal(s.ec2.DescribeImages(s.Context(), &ec2.DescribeImagesInput{ImageIds: []string{"ami-00000000000000000"}}))
	}},
	{"delete a target group in use", func(s *story) string {
		return refusal(s.elb.DeleteTargetGroup(s.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: &s.target}))
	}},
	{"delete a group with instances", func(s *story) string { return s.remove(false) }},
	{"the group that should still be there", (*story).members},
	{"delete by force", func(s *story) string {
		if s.members() == "0 groups " {
			return ""
		}
		return s.remove(true)
	}},
	{"gone", (*story).members},
	{"delete what is gone", func(s *story) string { return s.remove(true) }},
	{"delete the template", func(s *story) string {
		return refusal(s.ec2.DeleteLaunchTemplate(s.Context(), &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: aws.String("shop")}))
	}},
}
