package awstest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Transitions that a lifecycle hook can hold.
const (
	launchingTransition   = "autoscaling:EC2_INSTANCE_LAUNCHING"
	terminatingTransition = "autoscaling:EC2_INSTANCE_TERMINATING"
)

// hook holds instances until its action is completed or its time is over.
type hook struct {
	LifecycleHookName     string
	AutoScalingGroupName  string
	LifecycleTransition   string
	NotificationTargetARN string `xml:",omitempty"`
	RoleARN               string `xml:",omitempty"`
	NotificationMetadata  string `xml:",omitempty"`
	HeartbeatTimeout      int
	GlobalTimeout         int
	DefaultResult         string
}

// wait is a hook that holds a member.
type wait struct{ hook, token string }

type hookSpec struct {
	LifecycleHookName     string
	LifecycleTransition   string
	NotificationMetadata  string
	HeartbeatTimeout      int
	DefaultResult         string
	NotificationTargetARN string
	RoleARN               string
}

func (s hookSpec) hook(g *group) *hook {
	timeout := cmp.Or(s.HeartbeatTimeout, 3600)
	return &hook{s.LifecycleHookName, g.name, s.LifecycleTransition, s.NotificationTargetARN, s.RoleARN, s.NotificationMetadata,
		timeout, min(172800, timeout*100), cmp.Or(s.DefaultResult, "ABANDON")}
}

// hold has the first hook of a transition hold a member, if there is one.
func (p *Place) hold(g *group, m *member, transition string) bool {
	i := slices.IndexFunc(g.hooks, func(h *hook) bool { return h.LifecycleTransition == transition })
	if i < 0 {
		return false
	}
	h := g.hooks[i]
	m.waiting = &wait{h.LifecycleHookName, p.cloud.newUUID()}
	m.LifecycleState += ":Wait"
	id, token := m.InstanceId, m.waiting.token
	p.after(time.Duration(h.HeartbeatTimeout)*time.Second, func(p *Place) {
		if g, m := p.memberOf(id); m != nil && m.waiting != nil && m.waiting.token == token {
			p.goOn(g, m, h.DefaultResult)
		}
	})
	return true
}

// goOn ends a wait.
func (p *Place) goOn(g *group, m *member, result string) {
	launching := strings.HasPrefix(m.LifecycleState, statePending)
	m.waiting = nil
	switch {
	case !launching:
		m.LifecycleState = stateTerminating + ":Proceed"
		p.endMember(m.InstanceId)
	case result == "ABANDON":
		p.finish(m.activity, "Cancelled", "Instance failed to complete user's Lifecycle Action: Lifecycle Action was abandoned")
		p.retire(g, m, "At "+p.stamp()+" an instance was taken out of service in response to a lifecycle action being abandoned.")
		p.reconcile(g, "an instance was launched in response to a lifecycle action being abandoned.")
	default:
		p.intoService(g, m)
	}
}

type putHook struct {
	AutoScalingGroupName string
	hookSpec
}

func putLifecycleHook(c *call, in putHook) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(g.hooks, func(h *hook) bool { return h.LifecycleHookName == in.LifecycleHookName })
	if i < 0 && in.LifecycleTransition != launchingTransition && in.LifecycleTransition != terminatingTransition {
		return refuse("ValidationError", "Invalid Lifecycle Transition '%s'", in.LifecycleTransition)
	}
	if i < 0 {
		g.hooks = append(g.hooks, in.hook(g))
		c.effect(in.LifecycleHookName)
		return nil
	}
	merged := hookSpec{g.hooks[i].LifecycleHookName, g.hooks[i].LifecycleTransition, g.hooks[i].NotificationMetadata,
		g.hooks[i].HeartbeatTimeout, g.hooks[i].DefaultResult, g.hooks[i].NotificationTargetARN, g.hooks[i].RoleARN}
	overlay(&merged, in.hookSpec)
	if changed := merged.hook(g); *changed != *g.hooks[i] {
		g.hooks[i] = changed
		c.effect(in.LifecycleHookName)
	}
	return nil
}

type describeHooks struct {
	AutoScalingGroupName string
	LifecycleHookNames   []string
}

type hooksAnswer struct {
	Hooks []*hook `xml:"LifecycleHooks>member"`
}

func describeLifecycleHooks(c *call, in describeHooks) (out hooksAnswer, err error) {
	g, err := c.group(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	for _, h := range g.hooks {
		if len(in.LifecycleHookNames) == 0 || slices.Contains(in.LifecycleHookNames, h.LifecycleHookName) {
			out.Hooks = append(out.Hooks, h)
		}
	}
	return out, nil
}

type deleteHook struct {
	AutoScalingGroupName string
	LifecycleHookName    string
}

func deleteLifecycleHook(c *call, in deleteHook) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(g.hooks, func(h *hook) bool { return h.LifecycleHookName == in.LifecycleHookName })
	if i < 0 {
		return refuse("ValidationError", "No Lifecycle Hook found with name '%s' in AutoScalingGroup '%s'", in.LifecycleHookName, g.name)
	}
	g.hooks = slices.Delete(slices.Clone(g.hooks), i, i+1)
	c.effect(in.LifecycleHookName)
	for _, m := range slices.Clone(g.members) {
		if m.waiting != nil && m.waiting.hook == in.LifecycleHookName {
			c.goOn(g, m, "CONTINUE")
		}
	}
	return nil
}

type completeAction struct {
	LifecycleHookName     string
	AutoScalingGroupName  string
	LifecycleActionToken  string
	LifecycleActionResult string
	InstanceId            string
}

func completeLifecycleAction(c *call, in completeAction) error {
	g, err := c.group(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	for _, m := range g.members {
		w := m.waiting
		if w != nil && w.hook == in.LifecycleHookName && (m.InstanceId == in.InstanceId || in.InstanceId == "" && w.token == in.LifecycleActionToken) {
			c.effect(m.InstanceId)
			c.goOn(g, m, in.LifecycleActionResult)
			return nil
		}
	}
	return refuse("ValidationError", "No active Lifecycle Action found with instance ID %s", in.InstanceId)
}
