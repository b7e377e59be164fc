package awstest

import (
	"slices"
	"strings"
)

type suspendProcesses struct {
	AutoScalingGroupName string
	ScalingProcesses     []string
}

func (in suspendProcesses) named() ([]string, error) {
	if len(in.ScalingProcesses) == 0 {
		return processes, nil
	}
	for _, process := range in.ScalingProcesses {
		if !slices.Contains(processes, process) {
			return nil, refuse("ValidationError", "%s is not a valid process type", process)
		}
	}
	return in.ScalingProcesses, nil
}

func suspend(c *call, in suspendProcesses) error {
	g, err := c.group(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	if g.deleting {
		return refuse("ValidationError", "Processes may not be suspended while the AutoScaling group is pending delete")
	}
	names, err := in.named()
	if err != nil {
		return err
	}
	changed := false
	for _, process := range names {
		if g.runs(process) {
			g.suspended = append(slices.Clone(g.suspended), process)
			changed = true
		}
	}
	if changed {
		c.effect(g.name)
	}
	return nil
}

func resume(c *call, in suspendProcesses) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	names, err := in.named()
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(g.suspended), func(s string) bool { return slices.Contains(names, s) })
	if len(left) != len(g.suspended) {
		g.suspended = left
		c.effect(g.name)
		c.resumed(g)
	}
	return nil
}

type terminateMember struct {
	InstanceId                     string
	ShouldDecrementDesiredCapacity bool
}

type activityAnswer struct {
	Activity *activity
}

func terminateInstanceInAutoScalingGroup(c *call, in terminateMember) (out activityAnswer, err error) {
	g, m := c.memberOf(in.InstanceId)
	switch {
	case m == nil:
		return out, refuse("ValidationError", "Instance Id not found - No managed instance found for instance ID: %s", in.InstanceId)
	case strings.HasPrefix(m.LifecycleState, stateTerminating):
		return out, refuse("ScalingActivityInProgress", "Activity %s is in progress.", m.activity)
	case in.ShouldDecrementDesiredCapacity && m.active() && *g.spec.DesiredCapacity <= *g.spec.MinSize:
		return out, refuse("ValidationError", "Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", *g.spec.MinSize)
	}
	if in.ShouldDecrementDesiredCapacity && m.active() {
		g.spec.DesiredCapacity = ptr(*g.spec.DesiredCapacity - 1)
	}
	c.effect(in.InstanceId)
	id := c.retire(g, m, "At "+c.stamp()+" instance "+m.InstanceId+" was taken out of service in response to a user request.")
	c.reconcile(g, "an instance was taken out of service in response to a user request.")
	return activityAnswer{c.activity(id)}, nil
}

type describeMembers struct {
	InstanceIds []string
	MaxRecords  int
	NextToken   string
}

type memberDetails struct {
	AutoScalingGroupName string
	*member
}

type membersAnswer struct {
	Instances []memberDetails `xml:"AutoScalingInstances>member"`
	NextToken string          `xml:",omitempty"`
}

func describeAutoScalingInstances(c *call, in describeMembers) (out membersAnswer, err error) {
	var list []memberDetails
	for _, g := range values(c.groups) {
		for _, m := range g.members {
			if len(in.InstanceIds) == 0 || slices.Contains(in.InstanceIds, m.InstanceId) {
				shown := *m
				shown.HealthStatus = strings.ToUpper(m.HealthStatus) // as AWS has it here
				list = append(list, memberDetails{g.name, &shown})
			}
		}
	}
	out.Instances, out.NextToken, err = page(c.Place, list, func(m memberDetails) string { return m.InstanceId },
		paging{token: in.NextToken, size: in.MaxRecords, usual: 50, most: 50})
	return out, err
}

type protectMembers struct {
	InstanceIds          []string
	AutoScalingGroupName string
	ProtectedFromScaleIn bool
}

func setInstanceProtection(c *call, in protectMembers) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	members, err := g.all(in.InstanceIds)
	for _, m := range members {
		if m.ProtectedFromScaleIn != in.ProtectedFromScaleIn {
			m.ProtectedFromScaleIn = in.ProtectedFromScaleIn
			c.effect(m.InstanceId)
		}
	}
	if err == nil {
		c.reconcile(g, "a user request changed the protection of instances.")
	}
	return err
}

// all finds the members by id; one that is not there is an error.
func (g *group) all(ids []string) ([]*member, error) {
	var list []*member
	for _, id := range ids {
		m := g.member(id)
		if m == nil {
			return nil, refuse("ValidationError", "The instance %s is not part of Auto Scaling group %s.", id, g.name)
		}
		list = append(list, m)
	}
	return list, nil
}

type standbyMembers struct {
	InstanceIds                    []string
	AutoScalingGroupName           string
	ShouldDecrementDesiredCapacity bool
}

type activitiesOf struct {
	Activities []*activity `xml:"Activities>member"`
}

func enterStandby(c *call, in standbyMembers) (out activitiesOf, err error) {
	return c.takeOut(in, stateInService, func(g *group, m *member) string {
		m.LifecycleState = stateStandby
		c.deregisterMember(g, m)
		return "Moving EC2 instance to Standby: " + m.InstanceId
	})
}

func detachInstances(c *call, in standbyMembers) (out activitiesOf, err error) {
	return c.takeOut(in, stateInService, func(g *group, m *member) string {
		c.deregisterMember(g, m)
		g.members = slices.DeleteFunc(slices.Clone(g.members), func(other *member) bool { return other == m })
		return "Detaching EC2 instance: " + m.InstanceId
	})
}

// takeOut takes members out of the group's capacity, in one way or another.
func (c *call) takeOut(in standbyMembers, state string, how func(*group, *member) string) (out activitiesOf, err error) {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	members, err := g.all(in.InstanceIds)
	if err != nil {
		return out, err
	}
	for _, m := range members {
		if m.LifecycleState != state {
			return out, refuse("ValidationError", "The instance %s is not in %s.", m.InstanceId, state)
		}
	}
	if left := *g.spec.DesiredCapacity - len(members); in.ShouldDecrementDesiredCapacity && left < *g.spec.MinSize {
		return out, refuse("ValidationError", "AutoScalingGroup %s has min-size=%d, max-size=%d, and desired-size=%d. To place into standby %d instance, please update the AutoScalingGroup sizes appropriately.",
			g.name, *g.spec.MinSize, *g.spec.MaxSize, *g.spec.DesiredCapacity, len(members))
	}
	for _, m := range members {
		c.effect(m.InstanceId)
		id := c.begin(g, how(g, m), "At "+c.stamp()+" instance "+m.InstanceId+" was moved in response to a user request.", nil)
		c.finish(id, "Successful", "")
		out.Activities = append(out.Activities, c.activity(id))
	}
	if in.ShouldDecrementDesiredCapacity {
		g.spec.DesiredCapacity = ptr(*g.spec.DesiredCapacity - len(members))
	}
	c.reconcile(g, "instances were moved in response to a user request.")
	return out, nil
}

type exitStandbyMembers struct {
	InstanceIds          []string
	AutoScalingGroupName string
}

func exitStandby(c *call, in exitStandbyMembers) (out activitiesOf, err error) {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	members, err := g.all(in.InstanceIds)
	if err != nil {
		return out, err
	}
	for _, m := range members {
		if m.LifecycleState != stateStandby {
			return out, refuse("ValidationError", "The instance %s is not in Standby.", m.InstanceId)
		}
	}
	if all := *g.spec.DesiredCapacity + len(members); all > *g.spec.MaxSize {
		return out, refuse("ValidationError", "AutoScalingGroup %s has max-size=%d. To place %d instances into service, please update the AutoScalingGroup sizes appropriately.", g.name, *g.spec.MaxSize, len(members))
	}
	g.spec.DesiredCapacity = ptr(*g.spec.DesiredCapacity + len(members))
	for _, m := range members {
		c.effect(m.InstanceId)
		m.activity = c.begin(g, "Moving EC2 instance out of Standby: "+m.InstanceId, "At "+c.stamp()+" instance "+m.InstanceId+" was moved out of standby in response to a user request.", nil)
		out.Activities = append(out.Activities, c.activity(m.activity))
		m.LifecycleState = statePending
		c.ready(g, m)
	}
	return out, nil
}

type attachMembers struct {
	InstanceIds          []string
	AutoScalingGroupName string
}

// attachInstances makes running instances members, and the group that much
// larger.
func attachInstances(c *call, in attachMembers) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	for _, id := range in.InstanceIds {
		other, _ := c.memberOf(id)
		switch i := c.instances[id]; {
		case i == nil:
			return refuse("ValidationError", "Invalid Instance ID(s): [%s] specified", id)
		case i.state != running:
			return refuse("ValidationError", "Instance %s is not in correct state. Instance(s) must be in 'running' state.", id)
		case other != nil:
			return refuse("ValidationError", "Instance %s is already part of AutoScalingGroup:%s, launched by Auto Scaling.", id, other.name)
		}
	}
	if all := *g.spec.DesiredCapacity + len(in.InstanceIds); all > *g.spec.MaxSize {
		return refuse("ValidationError", "AutoScalingGroup %s has min-size=%d, max-size=%d, and desired-size=%d. To attach %d instances, please update the AutoScalingGroup sizes appropriately.",
			g.name, *g.spec.MinSize, *g.spec.MaxSize, *g.spec.DesiredCapacity, len(in.InstanceIds))
	}
	g.spec.DesiredCapacity = ptr(*g.spec.DesiredCapacity + len(in.InstanceIds))
	for _, id := range in.InstanceIds {
		i := c.instances[id]
		m := &member{InstanceId: id, InstanceType: i.kind, AvailabilityZone: i.zone, LifecycleState: statePending, HealthStatus: healthy, launched: i.launched}
		m.activity = c.begin(g, "Attaching an existing EC2 instance: "+id, "At "+c.stamp()+" an instance was attached in response to a user request.", nil)
		g.members = append(g.members, m)
		c.effect(id)
		c.ready(g, m)
	}
	return nil
}
