package aws_test

import (
	"maps"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
)

// rich are the fields of a cluster block that a simple one leaves out.
var rich = map[string]any{
	"keyPair": "ops", "iamRole": "shop", "base64UserData": "aGVsbG8=", "ebsOptimized": true, "instanceMonitoring": true,
	"requireIMDSv2": false, "unlimitedCpuCredits": false,
	"blockDevices": []any{map[string]any{"deviceName": "/dev/sdb", "size": 20.0, "volumeType": "gp3", "deleteOnTermination": true, "encrypted": true},
		map[string]any{"deviceName": "/dev/sdc", "virtualName": "ephemeral0"}},
	"tags": map[string]any{"team": "shop"}, "healthCheckType": "ELB", "healthCheckGracePeriod": 120.0, "cooldown": 20.0,
	"terminationPolicies": []any{"OldestInstance"}, "suspendedProcesses": []any{"AZRebalance"}, "enabledMetrics": []any{"GroupInServiceInstances"},
	"capacityRebalance": true, "onDemandBaseCapacity": 1.0, "onDemandPercentageAboveBaseCapacity": 50.0, "spotAllocationStrategy": "capacity-optimized",
	"launchTemplateOverridesForInstanceType": []any{map[string]any{"instanceType": "t3.micro", "priority": 1.0}, map[string]any{"instanceType": "t3.small", "priority": 2.0}},
	"lifecycleHooks":                         []any{map[string]any{"name": "drain", "lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "heartbeatTimeout": 60.0, "defaultResult": "CONTINUE"}},
}

func TestAServerGroupIsMadeAgainFromItsSpec(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	s.AddKeyPair("ops")
	madeAgain(t, s.account(t, aws.Config{}), s.request("shop-v000", 1), rich)
}

func TestAServerGroupIsMadeAgainFromItsSpecOnMoto(t *testing.T) {
	t.Parallel()
	m := startMoto(t)
	sdk := connect(t, m.endpoint, region)
	sdk.targetGroup("shop")
	fields := maps.Clone(rich)
	delete(fields, "enabledMetrics")     // moto does not tell them
	delete(fields, "lifecycleHooks")     // nor keeps those that a group is made with
	delete(fields, "suspendedProcesses") // and forgets the policy when a group's size changes
	q := gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: "shop-v000",
		Capacity: gennaker.Capacity{Max: 1}, // moto cannot launch an instance with an ephemeral volume
		Marks:    map[string]string{gennaker.MarkToken: "t1"}, Spec: sdk.block("shop")}
	madeAgain(t, m.account(t, aws.Config{}), q, fields)
}

// madeAgain makes a server group with those fields, and another from its spec.
func madeAgain(t *testing.T, cloud *aws.Cloud, q gennaker.CreateServerGroup, fields map[string]any) {
	t.Helper()
	maps.Copy(q.Spec, fields)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	spec := must(cloud.Spec(t.Context(), q.Ref()))(t)
	for _, field := range gennaker.SortedKeys(fields) {
		if diff := cmp.Diff(fields[field], spec[field]); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", field, diff)
		}
	}
	twin := q
	twin.Name, twin.Spec = "shop-v001", spec
	twin.LoadBalancers = must(cloud.Get(t.Context(), q.Ref()))(t).LoadBalancers
	if err := cloud.Create(t.Context(), twin); err != nil {
		t.Fatalf("Create of its twin = %v", err)
	}
	if diff := cmp.Diff(spec, must(cloud.Spec(t.Context(), twin.Ref()))(t)); diff != "" {
		t.Errorf("the spec of its twin differs (-first +twin):\n%s", diff)
	}
}

func TestANewServerGroupScalesAsItsSource(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	sdk := connect(t, s.URL, region)
	cloud := s.account(t, aws.Config{})
	source := s.request("shop-v000", 1)
	if err := cloud.Create(t.Context(), source); err != nil {
		t.Fatalf("Create = %v", err)
	}
	must(sdk.groups.PutScalingPolicy(t.Context(), &autoscaling.PutScalingPolicyInput{AutoScalingGroupName: &source.Name, PolicyName: awssdk.String("busy"),
		PolicyType: awssdk.String("TargetTrackingScaling"), TargetTrackingConfiguration: &types.TargetTrackingConfiguration{TargetValue: awssdk.Float64(60),
			PredefinedMetricSpecification: &types.PredefinedMetricSpecification{PredefinedMetricType: types.MetricTypeASGAverageCPUUtilization}}}))(t)
	must(sdk.groups.PutScheduledUpdateGroupAction(t.Context(), &autoscaling.PutScheduledUpdateGroupActionInput{AutoScalingGroupName: &source.Name,
		ScheduledActionName: awssdk.String("morning"), Recurrence: awssdk.String("0 8 * * *"), DesiredCapacity: awssdk.Int32(2)}))(t)
	made := s.request("shop-v001", 1)
	made.Source = source.Name
	for range 2 { // each may run twice
		if err := cloud.Create(t.Context(), made); err != nil {
			t.Fatalf("Create = %v", err)
		}
	}
	for action, name := range map[string]string{"PutScalingPolicy": "busy", "PutScheduledUpdateGroupAction": "morning"} {
		if got := s.Count(action, name); got != 2 {
			t.Errorf("%s %s took effect %d times, want once for each server group", action, name, got)
		}
	}
	policies := must(sdk.groups.DescribePolicies(t.Context(), &autoscaling.DescribePoliciesInput{AutoScalingGroupName: &made.Name}))(t).ScalingPolicies
	if len(policies) != 1 || *policies[0].TargetTrackingConfiguration.TargetValue != 60 {
		t.Errorf("its policies are %+v, want the source's", policies)
	}
	schedule := must(sdk.groups.DescribeScheduledActions(t.Context(), &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: &made.Name}))(t).ScheduledUpdateGroupActions
	if len(schedule) != 1 || *schedule[0].Recurrence != "0 8 * * *" {
		t.Errorf("its schedule is %+v, want the source's", schedule)
	}
	without := s.request("shop-v002", 1)
	without.Source, without.Spec["copySourceScalingPoliciesAndActions"] = source.Name, false
	if err := cloud.Create(t.Context(), without); err != nil {
		t.Fatalf("Create = %v", err)
	}
	if got := s.Count("PutScalingPolicy", "busy"); got != 2 {
		t.Errorf("a document that wants no copies got one")
	}
}
