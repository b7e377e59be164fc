package scalable

import "slices"

// Target is what may be scaled, between what.
type Target struct {
	ID
	MinCapacity, MaxCapacity int
	SuspendedState           Suspended
	RoleARN                  string
	CreationTime             float64
	ScalableTargetARN        string

	policies []*policy
	actions  []*scheduled
}

// Suspended says what is left alone.
type Suspended struct {
	DynamicScalingInSuspended  bool
	DynamicScalingOutSuspended bool
	ScheduledScalingSuspended  bool
}

type registering struct {
	ID
	MinCapacity, MaxCapacity *int
	SuspendedState           *struct {
		DynamicScalingInSuspended  *bool
		DynamicScalingOutSuspended *bool
		ScheduledScalingSuspended  *bool
	}
	RoleARN string
}

type registered struct{ ScalableTargetARN string }

// register makes a target, or changes what is given of one. What is so already
// is no effect.
func register(c *call, in registering) (registered, error) {
	t := c.targets[in.key()]
	if t == nil {
		if in.MinCapacity == nil || in.MaxCapacity == nil {
			return registered{}, refuse("ValidationException", "MinCapacity and MaxCapacity must be specified when registering a new scalable target")
		}
		t = &Target{ID: in.ID, CreationTime: now(),
			RoleARN:           "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
			ScalableTargetARN: "arn:aws:application-autoscaling:" + c.region + ":123456789012:scalable-target/" + in.ResourceId}
	}
	before := *t
	least, most := t.MinCapacity, t.MaxCapacity
	if in.MinCapacity != nil {
		least = *in.MinCapacity
	}
	if in.MaxCapacity != nil {
		most = *in.MaxCapacity
	}
	if least < 0 || most < least {
		return registered{}, refuse("ValidationException", "Minimum capacity %d cannot be greater than maximum capacity %d", least, most)
	}
	t.MinCapacity, t.MaxCapacity = least, most
	if s := in.SuspendedState; s != nil {
		set(&t.SuspendedState.DynamicScalingInSuspended, s.DynamicScalingInSuspended)
		set(&t.SuspendedState.DynamicScalingOutSuspended, s.DynamicScalingOutSuspended)
		set(&t.SuspendedState.ScheduledScalingSuspended, s.ScheduledScalingSuspended)
	}
	if c.targets[in.key()] == nil || t.MinCapacity != before.MinCapacity || t.MaxCapacity != before.MaxCapacity || t.SuspendedState != before.SuspendedState {
		c.effect()
	}
	c.targets[in.key()] = t
	return registered{t.ScalableTargetARN}, nil
}

func set(to *bool, given *bool) {
	if given != nil {
		*to = *given
	}
}

func deregister(c *call, in ID) (struct{}, error) {
	if _, err := c.find(in); err != nil {
		return struct{}{}, err
	}
	delete(c.targets, in.key())
	c.effect()
	return struct{}{}, nil
}

type describing struct {
	ServiceNamespace, ScalableDimension string
	ResourceIds                         []string
	MaxResults                          int
	NextToken                           string
}

type targets struct{ ScalableTargets []*Target }

func describeTargets(c *call, in describing) (targets, error) {
	if len(in.ResourceIds) > 50 {
		return targets{}, refuse("ValidationException", "at most 50 ResourceIds")
	}
	return targets{c.sorted(func(t *Target) bool {
		return t.ServiceNamespace == in.ServiceNamespace && (in.ScalableDimension == "" || in.ScalableDimension == t.ScalableDimension) &&
			(len(in.ResourceIds) == 0 || slices.Contains(in.ResourceIds, t.ResourceId))
	})}, nil
}
