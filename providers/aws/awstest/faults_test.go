package awstest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation"
)

func newVersion(template, image string) *ec2.CreateLaunchTemplateVersionInput {
	return &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: &template, SourceVersion: aws.String("$Latest"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: &image}}
}

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	lost, late := awstest.Unavailable, awstest.Unavailable
	late.After = true
	for _, c := range []struct {
		name    string
		fault   awstest.Fault
		effects int
	}{
		{"an error before the effect", lost, 0},
		{"an error after the effect", late, 1},
		{"a connection that ends before the effect", awstest.Fault{Reset: true}, 0},
		{"a connection that ends after the effect", awstest.Fault{Reset: true, After: true}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, awstest.Config{})
			w.settled("shop-v000", 1, nil)
			w.cloud.Inject("SetDesiredCapacity", c.fault)
			_, err := w.groups.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("shop-v000"), DesiredCapacity: aws.Int32(2)})
			if err == nil {
				t.Error("the call succeeded, want it to fail")
			}
			if got := w.cloud.Count("SetDesiredCapacity", "shop-v000"); got != c.effects {
				t.Errorf("the call took effect %d times, want %d", got, c.effects)
			}
			w.desire("shop-v000", 2) // the fault is over
			if got := w.cloud.Count("SetDesiredCapacity", "shop-v000"); got != 1 {
				t.Errorf("with the second call it took effect %d times, want 1", got)
			}
		})
	}
}

func TestSlowAnswer(t *testing.T) {
	w := newWorld(t, awstest.Config{Fault: func(c awstest.Call) *awstest.Fault {
		if c.Action == "GetCallerIdentity" {
			return &awstest.Fault{Slow: 200 * time.Millisecond}
		}
		return nil
	}})
	start := time.Now()
	must(w.sts.GetCallerIdentity(t.Context(), nil))(t)
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("the answer took %s, want 200ms at least", took)
	}
}

func TestThrottle(t *testing.T) {
	w := newWorld(t, awstest.Config{Throttle: simulation.Throttle{PerSecond: 2, Burst: 3}})
	call := func() string { return refusal(w.ec2.DescribeVpcs(t.Context(), nil)) }
	for range 3 {
		w.is("within the burst", call(), "")
	}
	w.is("beyond it", call(), "RequestLimitExceeded")
	w.is("another service", refusal(w.groups.DescribeTags(t.Context(), nil)), "")
	w.clock.Advance(500 * time.Millisecond)
	w.is("half a second later", call(), "")
	w.is("and again", call(), "RequestLimitExceeded")
	for range 2 {
		_, _ = w.groups.DescribeTags(t.Context(), nil)
	}
	for range 3 {
		_, _ = w.groups.DescribeTags(t.Context(), nil)
	}
	w.is("Auto Scaling's own word for it", refusal(w.groups.DescribeTags(t.Context(), nil)), "Throttling")
}

func TestAnswersLag(t *testing.T) {
	w := newWorld(t, awstest.Config{Lag: 10 * time.Second})
	w.group("shop-v000", 1, nil)
	count := func() int {
		return len(must(w.groups.DescribeAutoScalingGroups(t.Context(), nil))(t).AutoScalingGroups)
	}
	if got := count(); got != 0 {
		t.Errorf("at once there are %d groups, want none seen", got)
	}
	w.is("creating it again", refusal(w.groups.CreateAutoScalingGroup(t.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("shop-v000"), MinSize: aws.Int32(0), MaxSize: aws.Int32(1)})), "AlreadyExists")
	w.clock.Advance(10 * time.Second)
	if got := count(); got != 1 {
		t.Errorf("after the lag there are %d groups, want 1", got)
	}
	w.clock.Advance(10 * time.Second)
	w.is("booted, and not seen", w.states("shop-v000"), "1 Pending Healthy")
	w.clock.Advance(10 * time.Second)
	w.is("booted, and seen", w.states("shop-v000"), "1 InService Healthy")
}

func TestOneAnswerIsStale(t *testing.T) {
	w := newWorld(t, awstest.Config{Past: time.Minute})
	w.group("shop-v000", 1, nil)
	count := func() int {
		return len(must(w.groups.DescribeAutoScalingGroups(t.Context(), nil))(t).AutoScalingGroups)
	}
	w.clock.Advance(10 * time.Second)
	w.cloud.Inject("DescribeAutoScalingGroups", awstest.Fault{Stale: 9 * time.Second}, awstest.Fault{Stale: 11 * time.Second})
	for i, want := range []int{1, 0, 1} {
		if got := count(); got != want {
			t.Errorf("answer %d shows %d groups, want %d", i+1, got, want)
		}
	}
}

func TestClientTokenMakesOneTemplate(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	in := &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("shop"), ClientToken: aws.String("once"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: &w.image}}
	first := must(w.ec2.CreateLaunchTemplate(t.Context(), in))(t)
	second := must(w.ec2.CreateLaunchTemplate(t.Context(), in))(t)
	w.is("the second template", *second.LaunchTemplate.LaunchTemplateId, *first.LaunchTemplate.LaunchTemplateId)
	if got := w.cloud.CountToken("once"); got != 1 {
		t.Errorf("the token took effect %d times, want 1", got)
	}
	if got := w.cloud.Calls()["CreateLaunchTemplate"]; got != 2 {
		t.Errorf("there were %d calls, want 2", got)
	}
	in.ClientToken = aws.String("twice")
	w.is("another token", refusal(w.ec2.CreateLaunchTemplate(t.Context(), in)), "InvalidLaunchTemplateName.AlreadyExistsException")
	in.ClientToken, in.LaunchTemplateName = aws.String("once"), aws.String("other")
	w.is("the token for something else", refusal(w.ec2.CreateLaunchTemplate(t.Context(), in)), "IdempotentParameterMismatch")
}

func TestPagesHoldWhenTheListChanges(t *testing.T) {
	w := newWorld(t, awstest.Config{PageSize: 2})
	for _, name := range []string{"a-v000", "b-v000", "c-v000", "d-v000", "e-v000"} {
		w.group(name, 0, nil)
	}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(w.groups, nil)
	var names []string
	for pages.HasMorePages() {
		for _, g := range must(pages.NextPage(t.Context()))(t).AutoScalingGroups {
			names = append(names, *g.AutoScalingGroupName)
		}
		if len(names) == 2 {
			must(w.groups.DeleteAutoScalingGroup(t.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("b-v000")}))(t)
			w.clock.Advance(time.Minute)
		}
	}
	w.is("all pages", strings.Join(names, " "), "a-v000 b-v000 c-v000 d-v000 e-v000")
	w.is("a token of nobody", refusal(w.groups.DescribeAutoScalingGroups(t.Context(), &autoscaling.DescribeAutoScalingGroupsInput{NextToken: aws.String("x")})), "InvalidNextToken")
}

func TestAccountsAndRegionsAreApart(t *testing.T) {
	w := newWorld(t, awstest.Config{DeniedRoles: []string{"arn:aws:iam::222222222222:role/secret"}})
	w.group("shop-v000", 0, nil)
	assume := func(role string) (*sts.AssumeRoleOutput, error) {
		return w.sts.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::222222222222:role/" + role), RoleSessionName: aws.String("test")})
	}
	w.is("a denied role", refusal(assume("secret")), "AccessDenied")
	role := must(assume("deploy"))(t)
	other := connect(t, w.cloud.URL, *role.Credentials.AccessKeyId)
	w.is("the other's account", *must(other.sts.GetCallerIdentity(t.Context(), nil))(t).Account, "222222222222")
	if got := len(must(other.groups.DescribeAutoScalingGroups(t.Context(), nil))(t).AutoScalingGroups); got != 0 {
		t.Errorf("the other account sees %d groups, want 0", got)
	}
	anew := connect(t, newWorld(t, awstest.Config{}).cloud.URL, *role.Credentials.AccessKeyId)
	w.is("the account in a cloud that was started anew", *must(anew.sts.GetCallerIdentity(t.Context(), nil))(t).Account, "222222222222")
	if got := w.cloud.Region("eu-west-1").Groups(); len(got) != 0 {
		t.Errorf("the other region has the groups %v, want none", got)
	}
}

func TestWhatIsNotSimulatedIsRefused(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.is("an action", refusal(w.ec2.DescribeVolumes(t.Context(), nil)), "NotSimulated")
	w.is("a parameter", refusal(w.ec2.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{DryRun: aws.Bool(true)})), "NotSimulated")
	w.is("a filter", refusal(w.ec2.DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{{Name: aws.String("cidr"), Values: []string{"x"}}}})), "NotSimulated")
}

func TestFastClock(t *testing.T) {
	cloud, err := awstest.Serve(awstest.Config{Clock: simulation.Fast(1000)})
	if err != nil {
		t.Fatal(err)
	}
	defer cloud.Close()
	place := cloud.Region(region)
	w := &world{clients: connect(t, cloud.URL, "AKIATEST"), cloud: cloud, place: place, image: place.AddImage(awstest.Image{Name: "shop"}),
		target: place.AddTargetGroup(awstest.TargetGroup{Name: "shop"})}
	w.group("shop-v000", 1, nil)
	for deadline := time.Now().Add(20 * time.Second); w.health() != "1 healthy"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the target never was healthy: %s, %s", w.states("shop-v000"), w.health())
		}
	}
}
