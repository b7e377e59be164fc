package awstest_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation"
)

func TestAGroupThatHasBeenThereForAWhileIsLikeOneThatWasCreated(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	w.place.AddRunning(awstest.Running{Name: "old-v000", Instances: 3, Image: w.image, TargetGroups: []string{w.target}})
	w.is("at once", w.states("old-v000"), "3 InService Healthy")
	w.clock.Advance(10 * time.Second)
	w.is("its targets, while new ones would be examined", w.health(), "3 healthy")
	w.group("new-v000", 3, nil)
	w.is("its targets", w.health(), "3 healthy")
	w.clock.Advance(time.Minute)
	w.is("its instances, later", w.states("old-v000"), w.states("new-v000"))
	w.is("all targets", w.health(), "6 healthy")
	w.is("all machines", w.machines(), "6 running")
	w.desire("old-v000", 1)
	w.clock.Advance(10 * time.Minute)
	w.is("fewer", w.states("old-v000"), "1 InService Healthy")
	w.is("fewer targets", w.health(), "4 healthy")
}

func TestInstancesAreFoundByTheirGroups(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	for _, name := range []string{"shop-v000", "shop-v001", "cart-v000"} {
		w.place.AddRunning(awstest.Running{Name: name, Instances: 2, Image: w.image})
	}
	found := must(w.ec2.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{MaxResults: aws.Int32(1000), Filters: []ec2types.Filter{
		{Name: aws.String("tag:aws:autoscaling:groupName"), Values: []string{"shop-v000", "cart-v000"}}}}))(t)
	if got := len(found.Reservations); got != 4 {
		t.Errorf("there are %d instances in two of the groups, want 4", got)
	}
}

func TestRequestsAreCountedByServiceAndAction(t *testing.T) {
	w := newWorld(t, awstest.Config{Throttle: simulation.Throttle{PerSecond: 1, Burst: 2}})
	for range 3 {
		_, _ = w.elb.DescribeLoadBalancers(t.Context(), &elb.DescribeLoadBalancersInput{})
	}
	_, _ = w.classic.DescribeLoadBalancers(t.Context(), nil)
	_, _ = w.groups.DescribeLoadBalancers(t.Context(), &autoscaling.DescribeLoadBalancersInput{AutoScalingGroupName: aws.String("none")})
	for service, want := range map[string]int{"elasticloadbalancing": 3, "elasticloadbalancing/2012-06-01": 1, "autoscaling": 1} {
		if got := w.cloud.Requests()[awstest.Request{Service: service, Action: "DescribeLoadBalancers"}]; got != want {
			t.Errorf("%d requests of %s were counted, want %d", got, service, want)
		}
	}
	if got := w.cloud.Calls()["DescribeLoadBalancers"]; got != 5 {
		t.Errorf("%d calls of all services were counted, want 5", got)
	}
	if got := w.cloud.Throttled(); got != 2 {
		t.Errorf("%d requests were throttled, want 2: one of each generation, which share a rate", got)
	}
	w.cloud.SetThrottle(simulation.Throttle{})
	w.is("without a throttle", refusal(w.elb.DescribeLoadBalancers(t.Context(), nil)), "")
}
