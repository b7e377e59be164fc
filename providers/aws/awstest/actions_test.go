package awstest_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	classictypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gennaker/gennaker/providers/aws/awstest"
)

// versions are the API versions of the services, as the judge counts by.
var versions = map[string]string{"autoscaling": "2011-01-01", "ec2": "2016-11-15", "elasticloadbalancing": "2015-12-01",
	"elasticloadbalancing/2012-06-01": "2012-06-01", "sts": "2011-06-15"}

// Every action is called with the real SDK, as fully as it can be, and judged
// by AWS's models.
func TestEveryActionIsAsAWSModelsIt(t *testing.T) {
	w := newWorld(t, awstest.Config{})
	for _, part := range []struct {
		name string
		run  func(*world)
	}{
		{"network", driveNetwork}, {"templates", driveTemplates}, {"groups", driveGroups}, {"members", driveMembers},
		{"hooks", driveHooks}, {"policies", drivePolicies}, {"refreshes", driveRefreshes},
		{"sources", driveSources}, {"instances", driveInstances},
		{"load balancers", driveLoadBalancers}, {"classic", driveClassic}, {"identity", driveIdentity},
	} {
		before := w.T
		t.Run(part.name, func(t *testing.T) {
			w.T = t
			part.run(w)
		})
		w.T = before
	}
	for service, actions := range awstest.Actions() {
		for _, action := range actions {
			if w.judged[versions[service]+" "+action] == 0 {
				t.Errorf("%s of %s was never answered in this test", action, service)
			}
		}
	}
}

func driveNetwork(w *world) {
	ctx := w.Context()
	w.place.AddKeyPair("ops")
	w.place.AddSubnet("a", map[string]string{"purpose": "internal"})
	vpcs := must(w.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{{Name: aws.String("is-default"), Values: []string{"true"}}}}))(w.T)
	must(w.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{{Name: aws.String("tag:purpose"), Values: []string{"int*"}}}, MaxResults: aws.Int32(5)}))(w.T)
	must(w.ec2.DescribeAvailabilityZones(ctx, nil))(w.T)
	must(w.ec2.DescribeKeyPairs(ctx, &ec2.DescribeKeyPairsInput{KeyNames: []string{"ops"}}))(w.T)
	made := must(w.ec2.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{GroupName: aws.String("web"), Description: aws.String("web"), VpcId: vpcs.Vpcs[0].VpcId,
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeSecurityGroup, Tags: []ec2types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}}}}))(w.T)
	must(w.ec2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{*made.GroupId}}))(w.T)
	must(w.ec2.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{w.image}, Tags: []ec2types.Tag{{Key: aws.String("stage"), Value: aws.String("prod")}}}))(w.T)
	images := must(w.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: []ec2types.Filter{{Name: aws.String("tag:stage"), Values: []string{"prod"}}}}))(w.T)
	if len(images.Images) != 1 || *images.Images[0].ImageId != w.image {
		w.Errorf("images by tag = %v, want %s", images.Images, w.image)
	}
	must(w.ec2.DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{w.image}, Tags: []ec2types.Tag{{Key: aws.String("stage")}}}))(w.T)
	must(w.ec2.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: aws.String(w.place.AddImage(awstest.Image{Name: "old"}))}))(w.T)
}

func driveTemplates(w *world) {
	ctx := w.Context()
	in := &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("full"), VersionDescription: aws.String("first"),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeLaunchTemplate, Tags: []ec2types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}},
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId: &w.image, InstanceType: ec2types.InstanceTypeT3Small, KeyName: aws.String("ops"), UserData: aws.String("IyEvYmluL3NoCg=="), EbsOptimized: aws.Bool(true),
			SecurityGroupIds: []string{w.place.AddSecurityGroup("extra")}, Monitoring: &ec2types.LaunchTemplatesMonitoringRequest{Enabled: aws.Bool(true)},
			IamInstanceProfile: &ec2types.LaunchTemplateIamInstanceProfileSpecificationRequest{Name: aws.String("shop")},
			Placement:          &ec2types.LaunchTemplatePlacementRequest{Tenancy: ec2types.TenancyDedicated},
			BlockDeviceMappings: []ec2types.LaunchTemplateBlockDeviceMappingRequest{{DeviceName: aws.String("/dev/sdb"), Ebs: &ec2types.LaunchTemplateEbsBlockDeviceRequest{
				VolumeSize: aws.Int32(40), VolumeType: ec2types.VolumeTypeGp3, Encrypted: aws.Bool(true), DeleteOnTermination: aws.Bool(true), Iops: aws.Int32(3000), Throughput: aws.Int32(125)}}},
			MetadataOptions:       &ec2types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: ec2types.LaunchTemplateHttpTokensStateRequired, HttpPutResponseHopLimit: aws.Int32(2), HttpEndpoint: "enabled"},
			InstanceMarketOptions: &ec2types.LaunchTemplateInstanceMarketOptionsRequest{MarketType: ec2types.MarketTypeSpot, SpotOptions: &ec2types.LaunchTemplateSpotMarketOptionsRequest{MaxPrice: aws.String("0.1")}},
			CreditSpecification:   &ec2types.CreditSpecificationRequest{CpuCredits: aws.String("unlimited")},
			TagSpecifications:     []ec2types.LaunchTemplateTagSpecificationRequest{{ResourceType: ec2types.ResourceTypeInstance, Tags: []ec2types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}}}},
		}}
	must(w.ec2.CreateLaunchTemplate(ctx, in))(w.T)
	must(w.ec2.CreateLaunchTemplateVersion(ctx, newVersion("full", w.image)))(w.T)
	must(w.ec2.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("full"), DefaultVersion: aws.String("2")}))(w.T)
	must(w.ec2.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"full"}}))(w.T)
	data := must(w.ec2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("full"), Versions: []string{"$Default"}}))(w.T).LaunchTemplateVersions[0].LaunchTemplateData
	if data.InstanceType != ec2types.InstanceTypeT3Small || data.MetadataOptions.HttpTokens != "required" || len(data.SecurityGroupIds) != 1 ||
		aws.ToInt32(data.BlockDeviceMappings[0].Ebs.VolumeSize) != 40 || *data.UserData != "IyEvYmluL3NoCg==" {
		w.Errorf("version 2 has lost what version 1 said: %+v", data)
	}
	w.settled("full-v000", 1, func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.LaunchTemplate.LaunchTemplateName = aws.String("full")
	})
	machine := must(w.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: w.ids("full-v000")}))(w.T).Reservations[0].Instances[0]
	if machine.InstanceLifecycle != "spot" || machine.InstanceType != "t3.small" || aws.ToString(machine.KeyName) != "ops" {
		w.Errorf("the instance is not as its template says: %+v", machine)
	}
	gone := must(w.ec2.DeleteLaunchTemplateVersions(ctx, &ec2.DeleteLaunchTemplateVersionsInput{LaunchTemplateName: aws.String("full"), Versions: []string{"1", "2"}}))(w.T)
	if len(gone.SuccessfullyDeletedLaunchTemplateVersions) != 1 || len(gone.UnsuccessfullyDeletedLaunchTemplateVersions) != 1 {
		w.Errorf("deleting both versions = %+v, want the default one kept", gone)
	}
	must(w.ec2.DeleteLaunchTemplate(ctx, &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: aws.String("full")}))(w.T)
	w.is("a template that is gone", refusal(w.ec2.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"full"}})), "InvalidLaunchTemplateName.NotFoundException")
}

func driveGroups(w *world) {
	ctx, name := w.Context(), aws.String("shop-v000")
	w.settled("shop-v000", 2, func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.Tags = []astypes.Tag{{Key: aws.String("app"), Value: aws.String("shop"), PropagateAtLaunch: aws.Bool(true)}}
		in.MixedInstancesPolicy = &astypes.MixedInstancesPolicy{
			LaunchTemplate: &astypes.LaunchTemplate{LaunchTemplateSpecification: in.LaunchTemplate,
				Overrides: []astypes.LaunchTemplateOverrides{{InstanceType: aws.String("t3.large")}, {InstanceType: aws.String("m5.large"), WeightedCapacity: aws.String("1")}}},
			InstancesDistribution: &astypes.InstancesDistribution{OnDemandBaseCapacity: aws.Int32(1), OnDemandPercentageAboveBaseCapacity: aws.Int32(0), SpotAllocationStrategy: aws.String("capacity-optimized")}}
		in.LaunchTemplate = nil
		in.TerminationPolicies = []string{"Default"}
		in.InstanceMaintenancePolicy = &astypes.InstanceMaintenancePolicy{MinHealthyPercentage: aws.Int32(90), MaxHealthyPercentage: aws.Int32(120)}
	})
	spots := map[string]int{}
	for _, r := range must(w.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{{Name: aws.String("tag:aws:autoscaling:groupName"), Values: []string{"shop-v000"}}}}))(w.T).Reservations {
		for _, i := range r.Instances {
			spots[string(i.InstanceType)+string(i.InstanceLifecycle)]++
		}
	}
	w.is("a mixed group", counted(spots), "1 m5.largespot, 1 t3.large")
	must(w.groups.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: name, HealthCheckGracePeriod: aws.Int32(5), MaxSize: aws.Int32(7)}))(w.T)
	w.desire("shop-v000", 3)
	w.suspend("shop-v000", "AZRebalance")
	must(w.groups.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{Filters: []astypes.Filter{{Name: aws.String("tag:app"), Values: []string{"shop"}}}, MaxRecords: aws.Int32(10)}))(w.T)
	w.resume("shop-v000")
	must(w.groups.CreateOrUpdateTags(ctx, &autoscaling.CreateOrUpdateTagsInput{Tags: []astypes.Tag{{Key: aws.String("owner"), Value: aws.String("ada"),
		ResourceId: name, ResourceType: aws.String("auto-scaling-group"), PropagateAtLaunch: aws.Bool(false)}}}))(w.T)
	tags := must(w.groups.DescribeTags(ctx, &autoscaling.DescribeTagsInput{Filters: []astypes.Filter{{Name: aws.String("auto-scaling-group"), Values: []string{*name}}}}))(w.T)
	if len(tags.Tags) != 2 {
		w.Errorf("the group has %d tags, want 2", len(tags.Tags))
	}
	must(w.groups.DeleteTags(ctx, &autoscaling.DeleteTagsInput{Tags: []astypes.Tag{{Key: aws.String("owner"), ResourceId: name, ResourceType: aws.String("auto-scaling-group")}}}))(w.T)
	must(w.groups.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: name, MaxRecords: aws.Int32(1)}))(w.T)
	must(w.groups.EnableMetricsCollection(ctx, &autoscaling.EnableMetricsCollectionInput{AutoScalingGroupName: name, Granularity: aws.String("1Minute")}))(w.T)
	if got := len(w.read(*name).EnabledMetrics); got != 8 {
		w.Errorf("the group counts %d metrics, want 8", got)
	}
	must(w.groups.DisableMetricsCollection(ctx, &autoscaling.DisableMetricsCollectionInput{AutoScalingGroupName: name}))(w.T)
	must(w.groups.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("full-v000"), ForceDelete: aws.Bool(true)}))(w.T)
	w.clock.Advance(2 * time.Minute)
}

func driveMembers(w *world) {
	ctx, name, ids := w.Context(), aws.String("shop-v000"), w.ids("shop-v000")
	must(w.groups.DescribeAutoScalingInstances(ctx, &autoscaling.DescribeAutoScalingInstancesInput{InstanceIds: ids}))(w.T)
	must(w.groups.SetInstanceProtection(ctx, &autoscaling.SetInstanceProtectionInput{AutoScalingGroupName: name, InstanceIds: ids, ProtectedFromScaleIn: aws.Bool(true)}))(w.T)
	w.desire("shop-v000", 2)
	w.is("protected instances", w.states("shop-v000"), "3 InService Healthy")
	must(w.groups.SetInstanceProtection(ctx, &autoscaling.SetInstanceProtectionInput{AutoScalingGroupName: name, InstanceIds: ids, ProtectedFromScaleIn: aws.Bool(false)}))(w.T)
	w.clock.Advance(2 * time.Minute)
	ids = w.ids("shop-v000")
	must(w.groups.EnterStandby(ctx, &autoscaling.EnterStandbyInput{AutoScalingGroupName: name, InstanceIds: ids[:1], ShouldDecrementDesiredCapacity: aws.Bool(true)}))(w.T)
	w.is("standby", w.states("shop-v000"), "1 InService Healthy, 1 Standby Healthy")
	must(w.groups.ExitStandby(ctx, &autoscaling.ExitStandbyInput{AutoScalingGroupName: name, InstanceIds: ids[:1]}))(w.T)
	w.is("back", w.states("shop-v000"), "2 InService Healthy")
	must(w.groups.SetInstanceHealth(ctx, &autoscaling.SetInstanceHealthInput{InstanceId: &ids[0], HealthStatus: aws.String("Unhealthy"), ShouldRespectGracePeriod: aws.Bool(false)}))(w.T)
	must(w.groups.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{InstanceId: &ids[1], ShouldDecrementDesiredCapacity: aws.Bool(false)}))(w.T)
	w.is("replaced", w.states("shop-v000"), "1 Terminating Healthy, 1 Terminating Unhealthy, 2 Pending Healthy")
	w.clock.Advance(3 * time.Minute)
	must(w.groups.DetachInstances(ctx, &autoscaling.DetachInstancesInput{AutoScalingGroupName: name, InstanceIds: w.ids("shop-v000")[:1], ShouldDecrementDesiredCapacity: aws.Bool(true)}))(w.T)
	w.is("detached", w.states("shop-v000"), "1 InService Healthy")
	for _, i := range w.place.Instances() {
		if i.State == "running" && i.Group == "" {
			must(w.groups.AttachInstances(ctx, &autoscaling.AttachInstancesInput{AutoScalingGroupName: name, InstanceIds: []string{i.ID}}))(w.T)
		}
	}
	w.is("attached", w.states("shop-v000"), "2 InService Healthy")
	w.desire("shop-v000", 1)
	w.clock.Advance(2 * time.Minute)
}

func driveHooks(w *world) {
	ctx, name := w.Context(), aws.String("shop-v000")
	must(w.groups.PutLifecycleHook(ctx, &autoscaling.PutLifecycleHookInput{AutoScalingGroupName: name, LifecycleHookName: aws.String("up"),
		LifecycleTransition: aws.String("autoscaling:EC2_INSTANCE_LAUNCHING"), HeartbeatTimeout: aws.Int32(60), DefaultResult: aws.String("CONTINUE")}))(w.T)
	must(w.groups.DescribeLifecycleHooks(ctx, &autoscaling.DescribeLifecycleHooksInput{AutoScalingGroupName: name}))(w.T)
	w.desire("shop-v000", 2)
	w.clock.Advance(30 * time.Second)
	must(w.groups.CompleteLifecycleAction(ctx, &autoscaling.CompleteLifecycleActionInput{AutoScalingGroupName: name, LifecycleHookName: aws.String("up"),
		LifecycleActionResult: aws.String("CONTINUE"), InstanceId: aws.String(w.ids("shop-v000")[1])}))(w.T)
	must(w.groups.DeleteLifecycleHook(ctx, &autoscaling.DeleteLifecycleHookInput{AutoScalingGroupName: name, LifecycleHookName: aws.String("up")}))(w.T)
	w.is("instances", w.states("shop-v000"), "2 InService Healthy")
}

func drivePolicies(w *world) {
	ctx, name := w.Context(), aws.String("shop-v000")
	tracking := must(w.groups.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{AutoScalingGroupName: name, PolicyName: aws.String("cpu"), PolicyType: aws.String("TargetTrackingScaling"),
		TargetTrackingConfiguration: &astypes.TargetTrackingConfiguration{TargetValue: aws.Float64(50), PredefinedMetricSpecification: &astypes.PredefinedMetricSpecification{
			PredefinedMetricType: astypes.MetricTypeASGAverageCPUUtilization}}}))(w.T)
	if len(tracking.Alarms) != 2 {
		w.Errorf("target tracking made %d alarms, want 2", len(tracking.Alarms))
	}
	must(w.groups.PutScalingPolicy(ctx, &autoscaling.PutScalingPolicyInput{AutoScalingGroupName: name, PolicyName: aws.String("step"), PolicyType: aws.String("StepScaling"),
		AdjustmentType: aws.String("ChangeInCapacity"), StepAdjustments: []astypes.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}}}))(w.T)
	if got := len(must(w.groups.DescribePolicies(ctx, &autoscaling.DescribePoliciesInput{AutoScalingGroupName: name}))(w.T).ScalingPolicies); got != 2 {
		w.Errorf("the group has %d policies, want 2", got)
	}
	must(w.groups.DeletePolicy(ctx, &autoscaling.DeletePolicyInput{AutoScalingGroupName: name, PolicyName: aws.String("step")}))(w.T)
	for _, action := range []string{"grow", "shrink"} {
		must(w.groups.PutScheduledUpdateGroupAction(ctx, &autoscaling.PutScheduledUpdateGroupActionInput{AutoScalingGroupName: name, ScheduledActionName: &action,
			StartTime: aws.Time(w.clock.Now().Add(time.Hour)), DesiredCapacity: aws.Int32(3), TimeZone: aws.String("Europe/Zurich")}))(w.T)
	}
	if got := len(must(w.groups.DescribeScheduledActions(ctx, &autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: name}))(w.T).ScheduledUpdateGroupActions); got != 2 {
		w.Errorf("the group has %d scheduled actions, want 2", got)
	}
	must(w.groups.DeleteScheduledAction(ctx, &autoscaling.DeleteScheduledActionInput{AutoScalingGroupName: name, ScheduledActionName: aws.String("shrink")}))(w.T)
	w.clock.Advance(2 * time.Hour)
	w.is("what was scheduled", w.states("shop-v000"), "3 InService Healthy")
	w.desire("shop-v000", 2)
	w.clock.Advance(2 * time.Minute)
}

func driveRefreshes(w *world) {
	ctx, name := w.Context(), aws.String("shop-v000")
	must(w.groups.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: name, Strategy: astypes.RefreshStrategyRolling,
		Preferences: &astypes.RefreshPreferences{MinHealthyPercentage: aws.Int32(50), MaxHealthyPercentage: aws.Int32(110), InstanceWarmup: aws.Int32(0)}}))(w.T)
	w.is("a second one", refusal(w.groups.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: name})), "InstanceRefreshInProgress")
	must(w.groups.CancelInstanceRefresh(ctx, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: name}))(w.T)
	w.clock.Advance(5 * time.Second)
	found := must(w.groups.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: name}))(w.T)
	w.is("its end", string(found.InstanceRefreshes[0].Status), "Cancelled")
	w.is("cancelling what has ended", refusal(w.groups.CancelInstanceRefresh(ctx, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: name})), "ActiveInstanceRefreshNotFound")
}

func driveSources(w *world) {
	ctx, name := w.Context(), aws.String("shop-v000")
	other := w.place.AddTargetGroup(awstest.TargetGroup{Name: "other"})
	arns := []string{other}
	must(w.groups.AttachLoadBalancerTargetGroups(ctx, &autoscaling.AttachLoadBalancerTargetGroupsInput{AutoScalingGroupName: name, TargetGroupARNs: arns}))(w.T)
	must(w.groups.DescribeLoadBalancerTargetGroups(ctx, &autoscaling.DescribeLoadBalancerTargetGroupsInput{AutoScalingGroupName: name}))(w.T)
	must(w.groups.DetachLoadBalancerTargetGroups(ctx, &autoscaling.DetachLoadBalancerTargetGroupsInput{AutoScalingGroupName: name, TargetGroupARNs: arns}))(w.T)
	w.clock.Advance(6 * time.Minute)
	sources := []astypes.TrafficSourceIdentifier{{Identifier: &other, Type: aws.String("elbv2")}}
	must(w.groups.AttachTrafficSources(ctx, &autoscaling.AttachTrafficSourcesInput{AutoScalingGroupName: name, TrafficSources: sources}))(w.T)
	found := must(w.groups.DescribeTrafficSources(ctx, &autoscaling.DescribeTrafficSourcesInput{AutoScalingGroupName: name}))(w.T)
	if len(found.TrafficSources) != 2 {
		w.Errorf("the group has %d traffic sources, want 2", len(found.TrafficSources))
	}
	must(w.groups.DetachTrafficSources(ctx, &autoscaling.DetachTrafficSourcesInput{AutoScalingGroupName: name, TrafficSources: sources}))(w.T)
}

func driveInstances(w *world) {
	ctx := w.Context()
	id := w.ids("shop-v000")[:1]
	status := must(w.ec2.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{InstanceIds: id}))(w.T)
	w.is("its status", string(status.InstanceStatuses[0].InstanceStatus.Status), "ok")
	must(w.ec2.RebootInstances(ctx, &ec2.RebootInstancesInput{InstanceIds: id}))(w.T)
	must(w.ec2.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: id}))(w.T)
	w.is("its group", w.states("shop-v000"), "1 InService Healthy, 1 Pending Healthy, 1 Terminating Unhealthy")
	w.clock.Advance(3 * time.Minute)
	w.is("an instance of nobody", refusal(w.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{"i-00000000"}})), "InvalidInstanceID.NotFound")
}

func driveLoadBalancers(w *world) {
	ctx := w.Context()
	subnet := must(w.ec2.DescribeSubnets(ctx, nil))(w.T).Subnets[0]
	target := must(w.elb.CreateTargetGroup(ctx, &elb.CreateTargetGroupInput{Name: aws.String("api"), Protocol: elbtypes.ProtocolEnumHttp, Port: aws.Int32(8080), VpcId: subnet.VpcId,
		Matcher: &elbtypes.Matcher{HttpCode: aws.String("200-299")}, HealthCheckPath: aws.String("/health"), TargetType: elbtypes.TargetTypeEnumInstance}))(w.T).TargetGroups[0].TargetGroupArn
	balancer := must(w.elb.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{Name: aws.String("api"), Subnets: []string{*subnet.SubnetId}, Type: elbtypes.LoadBalancerTypeEnumNetwork}))(w.T).LoadBalancers[0]
	w.is("a new load balancer", string(balancer.State.Code), "provisioning")
	w.clock.Advance(time.Minute)
	found := must(w.elb.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{"api"}}))(w.T)
	w.is("a minute later", string(found.LoadBalancers[0].State.Code), "active")
	forward := []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: target}}
	listener := must(w.elb.CreateListener(ctx, &elb.CreateListenerInput{LoadBalancerArn: balancer.LoadBalancerArn, Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumTcp, DefaultActions: forward}))(w.T).Listeners[0].ListenerArn
	must(w.elb.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn}))(w.T)
	must(w.elb.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{LoadBalancerArn: balancer.LoadBalancerArn}))(w.T)
	w.is("deleting what is used", refusal(w.elb.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: target})), "ResourceInUse")
	must(w.elb.ModifyListener(ctx, &elb.ModifyListenerInput{ListenerArn: listener, DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{
		TargetGroups: []elbtypes.TargetGroupTuple{{TargetGroupArn: target, Weight: aws.Int32(70)}, {TargetGroupArn: &w.target, Weight: aws.Int32(30)}}}}}}))(w.T)
	rule := must(w.elb.CreateRule(ctx, &elb.CreateRuleInput{ListenerArn: listener, Priority: aws.Int32(1), Actions: forward,
		Conditions: []elbtypes.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{"/v2/*"}}}}))(w.T).Rules[0].RuleArn
	if got := len(must(w.elb.DescribeRules(ctx, &elb.DescribeRulesInput{ListenerArn: listener}))(w.T).Rules); got != 2 {
		w.Errorf("the listener has %d rules, want its own and the default", got)
	}
	must(w.elb.DeleteRule(ctx, &elb.DeleteRuleInput{RuleArn: rule}))(w.T)
	must(w.elb.ModifyTargetGroupAttributes(ctx, &elb.ModifyTargetGroupAttributesInput{TargetGroupArn: target, Attributes: []elbtypes.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("5")}}}))(w.T)
	modified := must(w.elb.ModifyTargetGroup(ctx, &elb.ModifyTargetGroupInput{TargetGroupArn: target, HealthCheckIntervalSeconds: aws.Int32(15)}))(w.T)
	if got := aws.ToInt32(modified.TargetGroups[0].HealthCheckIntervalSeconds); got != 15 {
		w.Errorf("the interval = %d, want 15", got)
	}
	resources := []string{*target, *listener}
	must(w.elb.AddTags(ctx, &elb.AddTagsInput{ResourceArns: resources, Tags: []elbtypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}, {Key: aws.String("c"), Value: aws.String("d")}}}))(w.T)
	must(w.elb.RemoveTags(ctx, &elb.RemoveTagsInput{ResourceArns: resources, TagKeys: []string{"a"}}))(w.T)
	if tags := must(w.elb.DescribeTags(ctx, &elb.DescribeTagsInput{ResourceArns: resources}))(w.T).TagDescriptions; len(tags) != 2 || len(tags[0].Tags) != 1 {
		w.Errorf("tags = %+v, want one of each resource", tags)
	}
	must(w.elb.DescribeTargetGroupAttributes(ctx, &elb.DescribeTargetGroupAttributesInput{TargetGroupArn: target}))(w.T)
	ids := w.ids("shop-v000")
	must(w.elb.RegisterTargets(ctx, &elb.RegisterTargetsInput{TargetGroupArn: target, Targets: targetsOf(ids)}))(w.T)
	must(w.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: target}))(w.T)
	must(w.elb.DeregisterTargets(ctx, &elb.DeregisterTargetsInput{TargetGroupArn: target, Targets: targetsOf(ids)}))(w.T)
	must(w.elb.DeleteListener(ctx, &elb.DeleteListenerInput{ListenerArn: listener}))(w.T)
	must(w.elb.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: balancer.LoadBalancerArn}))(w.T)
	must(w.elb.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: target}))(w.T)
	w.is("a target group that is gone", refusal(w.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: target})), "TargetGroupNotFound")
}

func driveClassic(w *world) {
	ctx, name, group := w.Context(), aws.String("old"), aws.String("shop-v000")
	must(w.classic.CreateLoadBalancer(ctx, &elasticloadbalancing.CreateLoadBalancerInput{LoadBalancerName: name, AvailabilityZones: []string{region + "a"},
		Listeners: []classictypes.Listener{{Protocol: aws.String("HTTP"), LoadBalancerPort: 80, InstancePort: aws.Int32(8080)}}}))(w.T)
	must(w.classic.ConfigureHealthCheck(ctx, &elasticloadbalancing.ConfigureHealthCheckInput{LoadBalancerName: name, HealthCheck: &classictypes.HealthCheck{
		Target: aws.String("HTTP:8080/"), Interval: aws.Int32(10), Timeout: aws.Int32(5), HealthyThreshold: aws.Int32(3), UnhealthyThreshold: aws.Int32(2)}}))(w.T)
	must(w.groups.AttachLoadBalancers(ctx, &autoscaling.AttachLoadBalancersInput{AutoScalingGroupName: group, LoadBalancerNames: []string{*name}}))(w.T)
	w.is("at once", w.classicHealth(), "2 OutOfService Instance")
	w.clock.Advance(15 * time.Second)
	w.is("checked", w.classicHealth(), "2 InService N/A")
	w.place.SetHealthy(w.ids(*group)[0], false)
	w.clock.Advance(20 * time.Second)
	w.is("one is sick", w.classicHealth(), "1 InService N/A, 1 OutOfService Instance")
	w.place.SetHealthy(w.ids(*group)[0], true)
	w.clock.Advance(30 * time.Second)
	states := must(w.groups.DescribeLoadBalancers(ctx, &autoscaling.DescribeLoadBalancersInput{AutoScalingGroupName: group}))(w.T)
	w.is("as the group sees it", *states.LoadBalancers[0].State, "InService")
	out := []classictypes.Instance{{InstanceId: aws.String(w.ids(*group)[0])}}
	must(w.classic.DeregisterInstancesFromLoadBalancer(ctx, &elasticloadbalancing.DeregisterInstancesFromLoadBalancerInput{LoadBalancerName: name, Instances: out}))(w.T)
	w.is("one taken out", w.classicHealth(), "1 InService N/A")
	must(w.classic.RegisterInstancesWithLoadBalancer(ctx, &elasticloadbalancing.RegisterInstancesWithLoadBalancerInput{LoadBalancerName: name, Instances: out}))(w.T)
	found := must(w.classic.DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{LoadBalancerNames: []string{*name}}))(w.T)
	if got := len(found.LoadBalancerDescriptions[0].Instances); got != 2 {
		w.Errorf("the load balancer has %d instances, want 2", got)
	}
	must(w.groups.DetachLoadBalancers(ctx, &autoscaling.DetachLoadBalancersInput{AutoScalingGroupName: group, LoadBalancerNames: []string{*name}}))(w.T)
	w.is("detached", w.classicHealth(), "")
	must(w.classic.DeleteLoadBalancer(ctx, &elasticloadbalancing.DeleteLoadBalancerInput{LoadBalancerName: name}))(w.T)
	w.is("a load balancer that is gone", refusal(w.classic.DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{LoadBalancerNames: []string{*name}})), "LoadBalancerNotFound")
}

func (w *world) classicHealth() string {
	w.Helper()
	count := map[string]int{}
	for _, s := range must(w.classic.DescribeInstanceHealth(w.Context(), &elasticloadbalancing.DescribeInstanceHealthInput{LoadBalancerName: aws.String("old")}))(w.T).InstanceStates {
		count[*s.State+" "+*s.ReasonCode]++
	}
	return counted(count)
}

func driveIdentity(w *world) {
	who := must(w.sts.GetCallerIdentity(w.Context(), nil))(w.T)
	w.is("account", *who.Account, "123456789012")
	must(w.sts.AssumeRole(w.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::222222222222:role/deploy"), RoleSessionName: aws.String("test"), ExternalId: aws.String("x")}))(w.T)
}
