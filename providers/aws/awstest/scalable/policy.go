package scalable

import (
	"encoding/json"
	"slices"
)

// policy is when a target is scaled.
type policy struct {
	ID
	PolicyName, PolicyType, PolicyARN        string
	CreationTime                             float64
	TargetTrackingScalingPolicyConfiguration json.RawMessage `json:",omitempty"`
	StepScalingPolicyConfiguration           json.RawMessage `json:",omitempty"`
	PredictiveScalingPolicyConfiguration     json.RawMessage `json:",omitempty"`
}

type made struct{ PolicyARN string }

// putPolicy makes a policy, or replaces the one of that name.
func putPolicy(c *call, in policy) (made, error) {
	t, err := c.find(in.ID)
	if err != nil {
		return made{}, err
	}
	in.CreationTime = now()
	in.PolicyARN = "arn:aws:autoscaling:" + c.region + ":123456789012:scalingPolicy:resource/ecs/" + in.ResourceId + ":policyName/" + in.PolicyName
	t.policies = append(slices.DeleteFunc(t.policies, func(p *policy) bool { return p.PolicyName == in.PolicyName }), &in)
	c.effect()
	return made{in.PolicyARN}, nil
}

type named struct {
	ID
	PolicyName string
}

func deletePolicy(c *call, in named) (struct{}, error) {
	t, err := c.find(in.ID)
	if err != nil {
		return struct{}{}, err
	}
	t.policies = slices.DeleteFunc(t.policies, func(p *policy) bool { return p.PolicyName == in.PolicyName })
	c.effect()
	return struct{}{}, nil
}

type describingOne struct {
	ID
	MaxResults int
	NextToken  string
}

func (d describingOne) fits(t *Target) bool {
	return t.ServiceNamespace == d.ServiceNamespace && (d.ResourceId == "" || d.ResourceId == t.ResourceId)
}

type policies struct{ ScalingPolicies []*policy }

func describePolicies(c *call, in describingOne) (out policies, err error) {
	for _, t := range c.sorted(in.fits) {
		out.ScalingPolicies = append(out.ScalingPolicies, t.policies...)
	}
	return out, nil
}

// scheduled is when a target gets other bounds.
type scheduled struct {
	ID
	ScheduledActionName, ScheduledActionARN, Schedule string
	Timezone                                          string   `json:",omitempty"`
	StartTime, EndTime                                *float64 `json:",omitempty"`
	CreationTime                                      float64
	ScalableTargetAction                              *struct{ MinCapacity, MaxCapacity *int } `json:",omitempty"`
}

// putAction makes a scheduled action, or replaces the one of that name.
func putAction(c *call, in scheduled) (struct{}, error) {
	t, err := c.find(in.ID)
	if err != nil {
		return struct{}{}, err
	}
	in.CreationTime = now()
	in.ScheduledActionARN = "arn:aws:autoscaling:" + c.region + ":123456789012:scheduledAction:resource/ecs/" + in.ResourceId + ":scheduledActionName/" + in.ScheduledActionName
	t.actions = append(slices.DeleteFunc(t.actions, func(a *scheduled) bool { return a.ScheduledActionName == in.ScheduledActionName }), &in)
	c.effect()
	return struct{}{}, nil
}

type namedAction struct {
	ID
	ScheduledActionName string
}

func deleteAction(c *call, in namedAction) (struct{}, error) {
	t, err := c.find(in.ID)
	if err != nil {
		return struct{}{}, err
	}
	t.actions = slices.DeleteFunc(t.actions, func(a *scheduled) bool { return a.ScheduledActionName == in.ScheduledActionName })
	c.effect()
	return struct{}{}, nil
}

type schedule struct{ ScheduledActions []*scheduled }

func describeActions(c *call, in describingOne) (out schedule, err error) {
	for _, t := range c.sorted(in.fits) {
		out.ScheduledActions = append(out.ScheduledActions, t.actions...)
	}
	return out, nil
}
