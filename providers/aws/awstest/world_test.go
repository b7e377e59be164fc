package awstest_test

import (
	"context"
	"errors"
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
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation"
)

const region = "us-east-1"

// clients are the real SDK's, with every call judged.
type clients struct {
	*testing.T
	*judge
	groups  *autoscaling.Client
	ec2     *ec2.Client
	elb     *elb.Client
	classic *elasticloadbalancing.Client
	sts     *sts.Client
}

func connect(t *testing.T, url, accessKey string) clients {
	t.Helper()
	j := newJudge(needModels(t))
	c := aws.Config{Region: region, BaseEndpoint: &url, HTTPClient: j, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "test"}, nil
		})}
	return clients{t, j, autoscaling.NewFromConfig(c), ec2.NewFromConfig(c), elb.NewFromConfig(c), elasticloadbalancing.NewFromConfig(c), sts.NewFromConfig(c)}
}

// world is a simulated cloud whose time a test moves, with an image and a
// target group in it.
type world struct {
	clients
	cloud  *awstest.Server
	clock  *simulation.Virtual
	place  *awstest.Place
	image  string
	target string // ARN of the target group: checks every 10 s, drains 60 s
}

var dawn = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func newWorld(t *testing.T, c awstest.Config) *world {
	t.Helper()
	clock := simulation.NewVirtual(dawn)
	c.Clock = clock
	cloud, err := awstest.Serve(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	w := &world{clients: connect(t, cloud.URL, "AKIATEST"), cloud: cloud, clock: clock, place: cloud.Region(region)}
	w.image = w.place.AddImage(awstest.Image{Name: "shop-1"})
	w.target = w.place.AddTargetGroup(awstest.TargetGroup{Name: "shop", Interval: 10 * time.Second, Drain: time.Minute})
	t.Cleanup(func() {
		for _, wrong := range w.wrong {
			t.Errorf("AWS's model disagrees: %s", wrong)
		}
	})
	return w
}

// template makes a launch template of the image.
func (w *world) template(name, image string) {
	w.Helper()
	must(w.ec2.CreateLaunchTemplate(w.Context(), &ec2.CreateLaunchTemplateInput{LaunchTemplateName: &name,
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro}}))(w.T)
}

// group makes a group behind the target group; edit says how it differs.
func (w *world) group(name string, desired int32, edit func(*autoscaling.CreateAutoScalingGroupInput)) {
	w.Helper()
	w.template(name, w.image)
	in := &autoscaling.CreateAutoScalingGroupInput{AutoScalingGroupName: &name, MinSize: aws.Int32(0), MaxSize: aws.Int32(6), DesiredCapacity: &desired,
		LaunchTemplate:    &astypes.LaunchTemplateSpecification{LaunchTemplateName: &name},
		TargetGroupARNs:   []string{w.target},
		AvailabilityZones: []string{region + "a", region + "b", region + "c"}}
	if edit != nil {
		edit(in)
	}
	must(w.groups.CreateAutoScalingGroup(w.Context(), in))(w.T)
}

// read describes a group.
func (w *world) read(name string) astypes.AutoScalingGroup {
	w.Helper()
	out := must(w.groups.DescribeAutoScalingGroups(w.Context(), &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}}))(w.T)
	if len(out.AutoScalingGroups) != 1 {
		w.Fatalf("there are %d groups named %s, want 1", len(out.AutoScalingGroups), name)
	}
	return out.AutoScalingGroups[0]
}

// states counts the group's instances by life cycle and health: "2 InService
// Healthy".
func (w *world) states(name string) string {
	w.Helper()
	count := map[string]int{}
	for _, i := range w.read(name).Instances {
		count[string(i.LifecycleState)+" "+aws.ToString(i.HealthStatus)]++
	}
	return counted(count)
}

// health counts the targets by state and reason.
func (w *world) health() string {
	w.Helper()
	count := map[string]int{}
	for _, d := range must(w.elb.DescribeTargetHealth(w.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &w.target}))(w.T).TargetHealthDescriptions {
		count[strings.TrimSpace(string(d.TargetHealth.State)+" "+string(d.TargetHealth.Reason))]++
	}
	return counted(count)
}

// machines counts EC2's instances by state.
func (w *world) machines() string {
	w.Helper()
	count := map[string]int{}
	for _, r := range must(w.ec2.DescribeInstances(w.Context(), nil))(w.T).Reservations {
		for _, i := range r.Instances {
			count[string(i.State.Name)]++
		}
	}
	return counted(count)
}

func counted(count map[string]int) string {
	var parts []string
	for what, n := range count {
		parts = append(parts, fmt.Sprintf("%d %s", n, what))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

func (w *world) ids(name string) (ids []string) {
	w.Helper()
	for _, i := range w.read(name).Instances {
		ids = append(ids, *i.InstanceId)
	}
	return ids
}

// is compares, in words.
func (w *world) is(what, got, want string) {
	w.Helper()
	if got != want {
		w.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (w *world) desire(name string, n int32) {
	w.Helper()
	must(w.groups.SetDesiredCapacity(w.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: &name, DesiredCapacity: &n}))(w.T)
}

func (w *world) suspend(name string, processes ...string) {
	w.Helper()
	must(w.groups.SuspendProcesses(w.Context(), &autoscaling.SuspendProcessesInput{AutoScalingGroupName: &name, ScalingProcesses: processes}))(w.T)
}

func (w *world) resume(name string, processes ...string) {
	w.Helper()
	must(w.groups.ResumeProcesses(w.Context(), &autoscaling.ResumeProcessesInput{AutoScalingGroupName: &name, ScalingProcesses: processes}))(w.T)
}

func (w *world) deregister(ids ...string) {
	w.Helper()
	must(w.elb.DeregisterTargets(w.Context(), &elb.DeregisterTargetsInput{TargetGroupArn: &w.target, Targets: targetsOf(ids)}))(w.T)
}

func targetsOf(ids []string) []elbtypes.TargetDescription {
	var list []elbtypes.TargetDescription
	for _, id := range ids {
		list = append(list, elbtypes.TargetDescription{Id: &id})
	}
	return list
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// code is the code of a refusal; empty if there was none.
func code(err error) string {
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		return refusal.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func refusal[T any](_ T, err error) string { return code(err) }
