package aws_test

import (
	"net/http"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	classictypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

// moto is an AWS of its own for a test: the independent judge of what we send.
type moto struct{ endpoint string }

// startMoto starts moto for the test, and stops it afterwards.
func startMoto(t *testing.T) *moto {
	t.Helper()
	awstest.Alone()
	return &moto{targets.Moto(t)}
}

// reset empties it.
func (m *moto) reset(t *testing.T) {
	t.Helper()
	answer, err := http.Post(m.endpoint+"/moto-api/reset", "", nil)
	if err != nil {
		t.Fatalf("reset moto: %v", err)
	}
	answer.Body.Close()
}

// account opens our provider on it.
func (m *moto) account(t *testing.T, c aws.Config) *aws.Cloud {
	t.Helper()
	return open(t, m.endpoint, c)
}

// open opens our provider on a cloud.
func open(t *testing.T, endpoint string, c aws.Config) *aws.Cloud {
	t.Helper()
	c.Account, c.Endpoint = "test", endpoint
	if c.Regions == nil {
		c.Regions = []string{region}
	}
	cloud, err := aws.New(c)
	if err != nil {
		t.Fatalf("New = %v", err)
	}
	return cloud
}

const region = "us-east-1"

// clients are the SDK's own, to prepare what we do not make and to look
// behind our back.
type clients struct {
	t       testing.TB
	groups  *autoscaling.Client
	ec2     *ec2.Client
	elb     *elb.Client
	classic *classic.Client
	region  string
}

func connect(t testing.TB, endpoint, region string) clients {
	t.Helper()
	c, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(region), config.WithBaseEndpoint(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	return clients{t, autoscaling.NewFromConfig(c), ec2.NewFromConfig(c), elb.NewFromConfig(c), classic.NewFromConfig(c), region}
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// targetGroup makes a load balancer, and a target group that gets its traffic.
func (c clients) targetGroup(name string) (arn string) {
	c.t.Helper()
	ctx := c.t.Context()
	subnets := must(c.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{}))(c.t).Subnets
	made := must(c.elb.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{Name: &name, Protocol: elbtypes.ProtocolEnumHttp,
		Port: awssdk.Int32(80), VpcId: subnets[0].VpcId, TargetType: elbtypes.TargetTypeEnumInstance}))(c.t)
	arn = *made.TargetGroups[0].TargetGroupArn
	balancer := must(c.elb.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{Name: awssdk.String(name + "-lb"),
		Subnets: []string{*subnets[0].SubnetId, *subnets[1].SubnetId}}))(c.t).LoadBalancers[0]
	must(c.elb.CreateListener(ctx, &elb.CreateListenerInput{LoadBalancerArn: balancer.LoadBalancerArn, Port: awssdk.Int32(80),
		Protocol: elbtypes.ProtocolEnumHttp, DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &arn}}}))(c.t)
	return arn
}

// classicBalancer makes a classic load balancer.
func (c clients) classicBalancer(name string) {
	c.t.Helper()
	must(c.classic.CreateLoadBalancer(c.t.Context(), &classic.CreateLoadBalancerInput{LoadBalancerName: &name,
		AvailabilityZones: []string{c.region + "a"},
		Listeners:         []classictypes.Listener{{Protocol: awssdk.String("HTTP"), LoadBalancerPort: 80, InstancePort: awssdk.Int32(80)}}}))(c.t)
}

// image is the id of an image that there is.
func (c clients) image() string {
	c.t.Helper()
	found := must(c.ec2.DescribeImages(c.t.Context(), &ec2.DescribeImagesInput{Owners: []string{"amazon"}, MaxResults: awssdk.Int32(5)}))(c.t)
	if len(found.Images) == 0 {
		c.t.Fatal("there is no image")
	}
	return *found.Images[0].ImageId
}

// block is a cluster block that runs behind a target group.
func (c clients) block(targetGroup string) map[string]any {
	return map[string]any{
		"amiName": c.image(), "instanceType": "t3.micro", "targetGroups": []any{targetGroup},
		"availabilityZones": map[string]any{c.region: []any{c.region + "a", c.region + "b"}},
	}
}
