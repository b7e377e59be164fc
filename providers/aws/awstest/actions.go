package awstest

// The actions of each service. A new one is a line here and a function.

var autoScaling = map[string]action{
	"AttachLoadBalancerTargetGroups":      succeeds(attachLoadBalancerTargetGroups),
	"AttachLoadBalancers":                 succeeds(attachLoadBalancers),
	"AttachTrafficSources":                succeeds(attachTrafficSources),
	"CompleteLifecycleAction":             succeeds(completeLifecycleAction),
	"CreateAutoScalingGroup":              does(createAutoScalingGroup),
	"CreateOrUpdateTags":                  does(createOrUpdateTags),
	"DeleteAutoScalingGroup":              does(deleteAutoScalingGroup),
	"DeleteLifecycleHook":                 succeeds(deleteLifecycleHook),
	"DeleteTags":                          does(deleteGroupTags),
	"DescribeAutoScalingGroups":           reads(describeAutoScalingGroups),
	"DescribeAutoScalingInstances":        reads(describeAutoScalingInstances),
	"DescribeLifecycleHooks":              reads(describeLifecycleHooks),
	"DescribeLoadBalancerTargetGroups":    reads(describeLoadBalancerTargetGroups),
	"DescribeLoadBalancers":               reads(describeGroupLoadBalancers),
	"DescribeScalingActivities":           reads(describeScalingActivities),
	"DescribeTags":                        reads(describeTagsOfGroups),
	"DescribeTrafficSources":              reads(describeTrafficSources),
	"DetachInstances":                     writes(detachInstances),
	"DetachLoadBalancerTargetGroups":      succeeds(detachLoadBalancerTargetGroups),
	"DetachLoadBalancers":                 succeeds(detachLoadBalancers),
	"DetachTrafficSources":                succeeds(detachTrafficSources),
	"DisableMetricsCollection":            does(disableMetricsCollection),
	"EnableMetricsCollection":             does(enableMetricsCollection),
	"EnterStandby":                        writes(enterStandby),
	"ExitStandby":                         writes(exitStandby),
	"PutLifecycleHook":                    succeeds(putLifecycleHook),
	"ResumeProcesses":                     does(resume),
	"SetDesiredCapacity":                  does(setDesiredCapacity),
	"SetInstanceHealth":                   does(setInstanceHealth),
	"SetInstanceProtection":               succeeds(setInstanceProtection),
	"SuspendProcesses":                    does(suspend),
	"TerminateInstanceInAutoScalingGroup": writes(terminateInstanceInAutoScalingGroup),
	"UpdateAutoScalingGroup":              does(updateAutoScalingGroup),
}

var ec2 = map[string]action{
	"CreateLaunchTemplate":           writes(createLaunchTemplate),
	"CreateLaunchTemplateVersion":    writes(createLaunchTemplateVersion),
	"CreateSecurityGroup":            writes(createSecurityGroupIn),
	"CreateTags":                     succeeds(createTags),
	"DeleteLaunchTemplate":           writes(deleteLaunchTemplate),
	"DeleteTags":                     succeeds(deleteTags),
	"DeregisterImage":                writes(deregister),
	"DescribeAvailabilityZones":      reads(describeAvailabilityZones),
	"DescribeImages":                 reads(describeImagesOf),
	"DescribeInstances":              reads(describeInstancesOf),
	"DescribeKeyPairs":               reads(describeKeyPairsOf),
	"DescribeLaunchTemplateVersions": reads(describeLaunchTemplateVersions),
	"DescribeLaunchTemplates":        reads(describeLaunchTemplates),
	"DescribeSecurityGroups":         reads(describeSecurityGroupsOf),
	"DescribeSubnets":                reads(describeSubnetsOf),
	"DescribeVpcs":                   reads(describeVPCs),
	"ModifyLaunchTemplate":           writes(modifyLaunchTemplate),
	"RebootInstances":                writes(rebootInstances),
	"TerminateInstances":             writes(terminateInstances),
}

var elbv2 = map[string]action{
	"CreateListener":                writes(createListenerOf),
	"CreateLoadBalancer":            writes(createLoadBalancerOf),
	"CreateRule":                    writes(createRuleOf),
	"CreateTargetGroup":             writes(createTargetGroupOf),
	"DeleteListener":                succeeds(deleteListener),
	"DeleteLoadBalancer":            succeeds(deleteLoadBalancer),
	"DeleteRule":                    succeeds(deleteRule),
	"DeleteTargetGroup":             succeeds(deleteTargetGroup),
	"DeregisterTargets":             succeeds(deregisterTargets),
	"DescribeListeners":             reads(describeListenersOf),
	"DescribeLoadBalancers":         reads(describeLoadBalancersOf),
	"DescribeRules":                 reads(describeRulesOf),
	"DescribeTargetGroupAttributes": reads(describeTargetGroupAttributes),
	"DescribeTargetGroups":          reads(describeTargetGroupsOf),
	"DescribeTargetHealth":          reads(describeTargetHealth),
	"ModifyListener":                writes(modifyListenerOf),
	"ModifyTargetGroupAttributes":   writes(modifyTargetGroupAttributes),
	"RegisterTargets":               succeeds(registerTargets),
}

// classicELB is the first generation of Elastic Load Balancing: another version
// of the same service.
var classicELB = map[string]action{
	"ConfigureHealthCheck":                writes(configureHealthCheck),
	"CreateLoadBalancer":                  writes(createClassicLoadBalancer),
	"DeleteLoadBalancer":                  succeeds(deleteClassicLoadBalancer),
	"DeregisterInstancesFromLoadBalancer": writes(deregisterInstancesFromLoadBalancer),
	"DescribeInstanceHealth":              reads(describeInstanceHealth),
	"DescribeLoadBalancers":               reads(describeClassicLoadBalancers),
	"RegisterInstancesWithLoadBalancer":   writes(registerInstancesWithLoadBalancer),
}

var sts = map[string]action{
	"AssumeRole":        writes(assumeRoleOf),
	"GetCallerIdentity": reads(getCallerIdentity),
}
