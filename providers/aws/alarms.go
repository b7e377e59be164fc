package aws

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// markAlarms is the tag of a group for which we have made alarms: they are to
// go when it does, which Amazon leaves to us.
const markAlarms = markPrefix + "alarms"

// groupDimension is where a metric says which group it is of.
const groupDimension = "AutoScalingGroupName"

// copyAlarms makes the alarms that set off a policy for the same policy of
// another group. They are called after the group, so that a repeat puts each
// where it is already.
func (r *region) copyAlarms(ctx context.Context, from, to, policy, made string) error {
	list, err := r.alarmsOf(ctx, policy)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := r.markForAlarms(ctx, to); err != nil {
		return err
	}
	for _, a := range list {
		if _, err := r.watch.PutMetricAlarm(ctx, sameAlarm(a, from, to, policy, made)); err != nil {
			return fmt.Errorf("alarm %s: %w", aws.ToString(a.AlarmName), kinded(err))
		}
	}
	return nil
}

// alarmsOf are the alarms that set off a policy.
func (r *region) alarmsOf(ctx context.Context, policy string) ([]types.MetricAlarm, error) {
	return r.alarms(ctx, &cloudwatch.DescribeAlarmsInput{ActionPrefix: &policy},
		func(a types.MetricAlarm) bool { return slices.Contains(a.AlarmActions, policy) })
}

func (r *region) alarms(ctx context.Context, in *cloudwatch.DescribeAlarmsInput, wanted func(types.MetricAlarm) bool) ([]types.MetricAlarm, error) {
	in.AlarmTypes = []types.AlarmType{types.AlarmTypeMetricAlarm}
	var list []types.MetricAlarm
	for pages := cloudwatch.NewDescribeAlarmsPaginator(r.watch, in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read alarms: %w", kinded(err))
		}
		for _, a := range page.MetricAlarms {
			if wanted(a) {
				list = append(list, a)
			}
		}
	}
	return list, nil
}

func (r *region) markForAlarms(ctx context.Context, group string) error {
	_, err := r.groups.CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: []scalingtypes.Tag{{
		Key: aws.String(markAlarms), Value: aws.String("true"), PropagateAtLaunch: aws.Bool(false),
		ResourceId: &group, ResourceType: aws.String("auto-scaling-group")}}})
	return kinded(err)
}

// sameAlarm is an alarm for another group, whose policy it sets off. What else
// it does, such as to notify somebody, it does there too.
func sameAlarm(a types.MetricAlarm, from, to, policy, made string) *cloudwatch.PutMetricAlarmInput {
	instead := func(actions []string) []string {
		all := slices.Clone(actions)
		for i := range all {
			if all[i] == policy {
				all[i] = made
			}
		}
		return all
	}
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName:          aws.String(alarmName(aws.ToString(a.AlarmName), from, to)),
		AlarmActions:       instead(a.AlarmActions),
		OKActions:          instead(a.OKActions),
		ComparisonOperator: a.ComparisonOperator, EvaluationPeriods: a.EvaluationPeriods, DatapointsToAlarm: a.DatapointsToAlarm,
		ActionsEnabled: a.ActionsEnabled, AlarmDescription: a.AlarmDescription, InsufficientDataActions: instead(a.InsufficientDataActions),
		MetricName: a.MetricName, Namespace: a.Namespace, Dimensions: dimensionsOf(a.Dimensions, from, to), Period: a.Period,
		Statistic: a.Statistic, ExtendedStatistic: a.ExtendedStatistic, Unit: a.Unit, Threshold: a.Threshold, ThresholdMetricId: a.ThresholdMetricId,
		TreatMissingData: a.TreatMissingData, EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentile,
		Tags: []types.Tag{{Key: aws.String(markServerGroup), Value: &to}},
	}
	for _, q := range a.Metrics {
		if q.MetricStat != nil && q.MetricStat.Metric != nil {
			stat, metric := *q.MetricStat, *q.MetricStat.Metric
			metric.Dimensions = dimensionsOf(metric.Dimensions, from, to)
			stat.Metric, q.MetricStat = &metric, &stat
		}
		in.Metrics = append(in.Metrics, q)
	}
	return in
}

// alarmName is the name of an alarm of one group, as another's.
func alarmName(name, from, to string) string {
	return alarmPrefix(to) + strings.TrimPrefix(name, alarmPrefix(from))
}

func alarmPrefix(group string) string { return group + "-" }

func dimensionsOf(list []types.Dimension, from, to string) []types.Dimension {
	all := slices.Clone(list)
	for i, d := range all {
		if aws.ToString(d.Name) == groupDimension && aws.ToString(d.Value) == from {
			all[i].Value = &to
		}
	}
	return all
}

// dropAlarms removes the alarms that we made for a group. They set off its
// policies alone, which are gone with it.
func (r *region) dropAlarms(ctx context.Context, g scalingtypes.AutoScalingGroup) error {
	if _, ok := marks(g)[markAlarms]; !ok {
		return nil
	}
	name := *g.AutoScalingGroupName
	theirs := func(action string) bool { return strings.Contains(action, ":autoScalingGroupName/"+name+":") }
	list, err := r.alarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String(alarmPrefix(name))},
		func(a types.MetricAlarm) bool { return slices.ContainsFunc(a.AlarmActions, theirs) })
	if err != nil {
		return err
	}
	var names []string
	for _, a := range list {
		names = append(names, *a.AlarmName)
	}
	for some := range slices.Chunk(names, mostAlarms) {
		_, err := r.watch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: some})
		if err := gone(err); err != nil {
			return fmt.Errorf("delete its alarms: %w", err)
		}
	}
	return nil
}

// mostAlarms is how many alarms are deleted at once.
const mostAlarms = 100
