package aws_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/providertest"
)

func TestConformanceOnMoto(t *testing.T) {
	t.Parallel()
	providertest.RunInParts(t, 3, onMoto)
}

func onMoto(t *testing.T) providertest.Harness {
	m := startMoto(t)
	spec := map[string]any{}
	return providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			m.reset(t)
			c := connect(t, m.endpoint, region)
			c.targetGroup("conform")
			for field, value := range c.block("conform") {
				spec[field] = value
			}
			return m.account(t, aws.Config{})
		},
		Single: true,
		Region: region,
		Spec:   spec,
		AddImage: func(t testing.TB, _ providers.Provider, name string) {
			time.Sleep(time.Second) // moto's images are dated by the second
			_, err := connect(t, m.endpoint, region).ec2.RegisterImage(t.Context(), &ec2.RegisterImageInput{Name: &name})
			if err != nil {
				t.Fatal(err)
			}
		},
		NoImage: "ami-00000000000000000", NoInstance: "i-00000000000000000",
		NoRefreshes: "moto has no instance refreshes",
		Gaps: map[string]string{
			"a server group made out of traffic is out of it until it is enabled": "moto registers new instances whether AddToLoadBalancer is suspended or not",
		},
	}
}

func TestADisabledServerGroupIsBehindNoLoadBalancer(t *testing.T) {
	t.Parallel()
	m := startMoto(t)
	sdk := connect(t, m.endpoint, region)
	arn := sdk.targetGroup("shop")
	sdk.classicBalancer("old-shop")
	cloud := m.account(t, aws.Config{})
	q := gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: "shop-v000",
		Capacity: gennaker.Capacity{Desired: 2, Max: 2}, LoadBalancers: []string{"old-shop"},
		Marks: map[string]string{gennaker.MarkToken: "t1"}, Spec: sdk.block("shop")}
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	// moto keeps what the group itself has put behind a classic load balancer
	// in a list that no call changes: what counts is what our calls add to it.
	const untouched = 2
	behind := func() [2]int {
		targets := must(sdk.elb.DescribeTargetHealth(t.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &arn}))(t)
		found := must(sdk.classic.DescribeLoadBalancers(t.Context(), &classic.DescribeLoadBalancersInput{}))(t)
		return [2]int{len(targets.TargetHealthDescriptions), len(found.LoadBalancerDescriptions[0].Instances) - untouched}
	}
	for _, step := range []struct {
		name string
		call func(context.Context, gennaker.ServerGroupRef) error
		want [2]int
	}{{"Enable", cloud.Enable, [2]int{2, 2}}, {"Disable", cloud.Disable, [2]int{0, 0}}, {"Enable", cloud.Enable, [2]int{2, 2}}} {
		if err := step.call(t.Context(), q.Ref()); err != nil {
			t.Fatalf("%s = %v", step.name, err)
		}
		if got := behind(); got != step.want {
			t.Errorf("after %s the target group and the load balancer have %v instances, want %v", step.name, got, step.want)
		}
	}
	list, err := cloud.ListLoadBalancers(t.Context(), "")
	if err != nil {
		t.Fatalf("ListLoadBalancers = %v", err)
	}
	var got []string
	for _, b := range list {
		got = append(got, fmt.Sprint(b.Region, " ", b.Name, " ", b.ServerGroups))
	}
	if want := []string{"us-east-1 old-shop [shop-v000]", "us-east-1 shop-lb [shop-v000]"}; !slices.Equal(got, want) {
		t.Errorf("ListLoadBalancers = %q, want %q", got, want)
	}
}

func TestInstancesNeedATokenForTheirMetadataUnlessTheDocumentSaysOtherwise(t *testing.T) {
	t.Parallel()
	m := startMoto(t)
	sdk := connect(t, m.endpoint, region)
	sdk.targetGroup("shop")
	cloud := m.account(t, aws.Config{})
	for i, c := range []struct {
		require any
		want    string
	}{{nil, "required"}, {true, "required"}, {"false", "optional"}} {
		q := gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: fmt.Sprintf("shop-v%03d", i),
			Marks: map[string]string{gennaker.MarkToken: "t1"}, Spec: sdk.block("shop")}
		q.Spec["requireIMDSv2"] = c.require
		if err := cloud.Create(t.Context(), q); err != nil {
			t.Fatalf("Create = %v", err)
		}
		found := must(sdk.ec2.DescribeLaunchTemplateVersions(t.Context(), &ec2.DescribeLaunchTemplateVersionsInput{
			LaunchTemplateName: awssdk.String(q.Name + "-t1"), Versions: []string{"1"}}))(t)
		if got := found.LaunchTemplateVersions[0].LaunchTemplateData.MetadataOptions; got == nil || string(got.HttpTokens) != c.want {
			t.Errorf("requireIMDSv2 %v: metadata options = %+v, want tokens %s", c.require, got, c.want)
		}
	}
}
