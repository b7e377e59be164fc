package awstest

import (
	"cmp"
	"slices"
)

// policy is a scaling policy. There are no metrics, so none ever fires: it is
// kept, and shown.
type policy struct {
	AutoScalingGroupName string
	PolicyName           string
	PolicyARN            string
	PolicyType           string
	policyAsked
	Alarms []alarm `xml:"Alarms>member"`
}

type policyAsked struct {
	AdjustmentType              string `xml:",omitempty"`
	MinAdjustmentStep           *int
	MinAdjustmentMagnitude      *int
	ScalingAdjustment           *int
	Cooldown                    *int
	StepAdjustments             []stepAdjustment `xml:"StepAdjustments>member"`
	MetricAggregationType       string           `xml:",omitempty"`
	EstimatedInstanceWarmup     *int
	TargetTrackingConfiguration *targetTracking
	Enabled                     *bool
}

type stepAdjustment struct {
	MetricIntervalLowerBound *float64
	MetricIntervalUpperBound *float64
	ScalingAdjustment        *int
}

type targetTracking struct {
	PredefinedMetricSpecification *predefinedMetric
	CustomizedMetricSpecification *customizedMetric
	TargetValue                   *float64
	DisableScaleIn                *bool
}

type predefinedMetric struct {
	PredefinedMetricType string
	ResourceLabel        string `xml:",omitempty"`
}

type customizedMetric struct {
	MetricName string
	Namespace  string
	Dimensions []dimension `xml:"Dimensions>member"`
	Statistic  string
	Unit       string `xml:",omitempty"`
	Period     *int
}

type dimension struct{ Name, Value string }

type alarm struct{ AlarmName, AlarmARN string }

type putPolicy struct {
	AutoScalingGroupName string
	PolicyName           string
	PolicyType           string
	policyAsked
}

type policyAnswer struct {
	PolicyARN string
	Alarms    []alarm `xml:"Alarms>member"`
}

func putScalingPolicy(c *call, in putPolicy) (out policyAnswer, err error) {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	made := &policy{AutoScalingGroupName: g.name, PolicyName: in.PolicyName, PolicyType: cmp.Or(in.PolicyType, "SimpleScaling"), policyAsked: in.policyAsked,
		PolicyARN: c.arn("autoscaling", "scalingPolicy:"+c.cloud.newUUID()+":autoScalingGroupName/"+g.name+":policyName/"+in.PolicyName)}
	if made.Enabled == nil {
		made.Enabled = ptr(true)
	}
	switch {
	case made.PolicyType == "TargetTrackingScaling" && (made.TargetTrackingConfiguration == nil || made.TargetTrackingConfiguration.TargetValue == nil):
		return out, refuse("ValidationError", "TargetTrackingConfiguration must be specified for policy type TargetTrackingScaling")
	case made.PolicyType != "TargetTrackingScaling" && made.AdjustmentType == "":
		return out, refuse("ValidationError", "You must specify an AdjustmentType for policy type: %s", made.PolicyType)
	case made.PolicyType == "TargetTrackingScaling":
		for _, which := range []string{"AlarmHigh", "AlarmLow"} {
			name := "TargetTracking-" + g.name + "-" + which + "-" + c.cloud.newUUID()
			made.Alarms = append(made.Alarms, alarm{name, c.arn("cloudwatch", "alarm:"+name)})
		}
	}
	if old := g.policies[in.PolicyName]; old != nil {
		made.PolicyARN, made.Alarms = old.PolicyARN, old.Alarms
	}
	if old := g.policies[in.PolicyName]; old == nil || !same(*old, *made) {
		g.policies[in.PolicyName] = made
		c.effect(in.PolicyName)
	}
	return policyAnswer{made.PolicyARN, made.Alarms}, nil
}

type describePoliciesOf struct {
	AutoScalingGroupName string
	PolicyNames          []string
	PolicyTypes          []string
	NextToken            string
	MaxRecords           int
}

type policiesAnswer struct {
	ScalingPolicies []*policy `xml:"ScalingPolicies>member"`
	NextToken       string    `xml:",omitempty"`
}

func describePolicies(c *call, in describePoliciesOf) (out policiesAnswer, err error) {
	var list []*policy
	for _, g := range c.groups {
		for _, p := range g.policies {
			if (in.AutoScalingGroupName == "" || in.AutoScalingGroupName == g.name) && among(in.PolicyNames, p.PolicyName) && among(in.PolicyTypes, p.PolicyType) {
				list = append(list, p)
			}
		}
	}
	out.ScalingPolicies, out.NextToken, err = page(c.Place, list, func(p *policy) string { return p.AutoScalingGroupName + "\x00" + p.PolicyName },
		paging{token: in.NextToken, size: in.MaxRecords, usual: 50, most: 100})
	return out, err
}

// among reports whether a value is one of those that were asked for; if none
// were, all are.
func among(asked []string, value string) bool {
	return len(asked) == 0 || slices.Contains(asked, value)
}

type onePolicy struct {
	AutoScalingGroupName string
	PolicyName           string
}

func deletePolicy(c *call, in onePolicy) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	if g.policies[in.PolicyName] == nil {
		return refuse("ValidationError", "No Scaling Policy found with name '%s'", in.PolicyName)
	}
	delete(g.policies, in.PolicyName)
	c.effect(in.PolicyName)
	return nil
}
