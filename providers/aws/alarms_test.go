package aws_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest/ministack"
)

// forgetful loses the answers to one operation at a time, once AWS has done it.
type forgetful struct{ operation atomic.Value }

func (f *forgetful) around(ctx context.Context, c aws.Call, request func(context.Context) error) error {
	err := request(ctx)
	if c.Operation == f.operation.Load() {
		return &smithyhttp.RequestSendError{Err: errors.New("connection reset by peer")}
	}
	return err
}

// twice makes a call whose answers to an operation are lost, and makes it again.
func (f *forgetful) twice(t *testing.T, operation string, call func() error) {
	t.Helper()
	f.operation.Store(operation)
	if err := call(); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("without an answer to %s = %v, want ErrUnavailable", operation, err)
	}
	f.operation.Store("")
	if err := call(); err != nil {
		t.Errorf("again = %v", err)
	}
}

// The simulator has no CloudWatch: ministack's is beside it.
func TestAStepPolicyIsCopiedWithItsAlarmsWhichGoWithTheGroup(t *testing.T) {
	t.Parallel()
	endpoint := ministack.Start(t)
	s := simulate(t)
	sdk := connect(t, s.URL, region)
	watch := cloudwatch.NewFromConfig(must(config.LoadDefaultConfig(t.Context(), config.WithRegion(region), config.WithBaseEndpoint(endpoint)))(t))
	answers := &forgetful{}
	answers.operation.Store("")
	cloud := s.account(t, aws.Config{Endpoints: map[string]string{"cloudwatch": endpoint}, Around: answers.around})
	source := s.request("shop-v000", 1)
	if err := cloud.Create(t.Context(), source); err != nil {
		t.Fatalf("Create = %v", err)
	}
	policy := must(sdk.groups.PutScalingPolicy(t.Context(), &autoscaling.PutScalingPolicyInput{AutoScalingGroupName: &source.Name, PolicyName: awssdk.String("busy"),
		PolicyType: awssdk.String("StepScaling"), AdjustmentType: awssdk.String("ChangeInCapacity"),
		StepAdjustments: []scalingtypes.StepAdjustment{{MetricIntervalLowerBound: awssdk.Float64(0), ScalingAdjustment: awssdk.Int32(1)}}}))(t).PolicyARN
	const people = "arn:aws:sns:us-east-1:123456789012:people"
	for name, actions := range map[string][]string{"cpu-high": {*policy, people}, "shop-v000-late": {*policy}, "else": {people}} {
		must(watch.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{AlarmName: &name, AlarmActions: actions, Namespace: awssdk.String("AWS/EC2"),
			MetricName: awssdk.String("CPUUtilization"), Statistic: types.StatisticAverage, Period: awssdk.Int32(60), EvaluationPeriods: awssdk.Int32(2),
			Threshold: awssdk.Float64(70), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
			Dimensions: []types.Dimension{{Name: awssdk.String("AutoScalingGroupName"), Value: &source.Name}}}))(t)
	}
	alarms := func() map[string]types.MetricAlarm {
		all := map[string]types.MetricAlarm{}
		for _, a := range must(watch.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{}))(t).MetricAlarms {
			all[*a.AlarmName] = a
		}
		return all
	}
	names := func() string {
		var list []string
		for name := range alarms() {
			list = append(list, name)
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	made := s.request("shop-v001", 1)
	made.Source = source.Name
	for _, operation := range []string{"PutScalingPolicy", "CreateOrUpdateTags", "PutMetricAlarm"} {
		answers.twice(t, operation, func() error { return cloud.Create(t.Context(), made) })
	}
	if got, want := names(), "cpu-high else shop-v000-late shop-v001-cpu-high shop-v001-late"; got != want {
		t.Fatalf("the alarms are %s, want %s", got, want)
	}
	copied := alarms()["shop-v001-cpu-high"]
	policies := must(sdk.groups.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: &made.Name}))(t).ScalingPolicies
	if got := copied.AlarmActions; len(policies) != 1 || !slices.Equal(got, []string{*policies[0].PolicyARN, people}) {
		t.Errorf("the alarm's actions are %q, want its own group's policy and %s", got, people)
	}
	if d := copied.Dimensions; len(d) != 1 || *d[0].Value != made.Name || *copied.Threshold != 70 {
		t.Errorf("the alarm watches %+v over %v, want %s over 70", d, *copied.Threshold, made.Name)
	}
	answers.twice(t, "DeleteAlarms", func() error { return cloud.Destroy(t.Context(), made.Ref()) })
	if got, want := names(), "cpu-high else shop-v000-late"; got != want {
		t.Errorf("after its server group the alarms are %s, want %s", got, want)
	}
}
