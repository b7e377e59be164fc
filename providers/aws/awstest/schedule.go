package awstest

import "time"

// scheduledAction changes a group's capacity at its start time, once. One
// that recurs is kept and shown, and does nothing.
type scheduledAction struct {
	AutoScalingGroupName string
	ScheduledActionName  string
	ScheduledActionARN   string
	scheduledChange
}

type scheduledChange struct {
	StartTime       *time.Time
	EndTime         *time.Time
	Recurrence      string `xml:",omitempty"`
	MinSize         *int
	MaxSize         *int
	DesiredCapacity *int
	TimeZone        string `xml:",omitempty"`
}

type putScheduledAction struct {
	AutoScalingGroupName string
	ScheduledActionName  string
	scheduledChange
}

func putScheduledUpdateGroupAction(c *call, in putScheduledAction) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	switch {
	case err != nil:
		return err
	case in.StartTime != nil && in.StartTime.Before(c.now):
		return refuse("ValidationError", "Given start time is in the past")
	case in.MinSize == nil && in.MaxSize == nil && in.DesiredCapacity == nil:
		return refuse("ValidationError", "At least one of MinSize, MaxSize or DesiredCapacity must be provided")
	}
	a := &scheduledAction{g.name, in.ScheduledActionName,
		c.arn("autoscaling", "scheduledUpdateGroupAction:"+c.cloud.newUUID()+":autoScalingGroupName/"+g.name+":scheduledActionName/"+in.ScheduledActionName), in.scheduledChange}
	if old := g.schedule[a.ScheduledActionName]; old != nil {
		if same(old.scheduledChange, a.scheduledChange) {
			return nil
		}
		a.ScheduledActionARN = old.ScheduledActionARN
	}
	g.schedule[a.ScheduledActionName] = a
	c.effect(a.ScheduledActionName)
	if a.StartTime != nil && a.Recurrence == "" {
		c.after(a.StartTime.Sub(c.now), func(p *Place) { p.fire(a) })
	}
	return nil
}

// fire does what was scheduled, if it still is.
func (p *Place) fire(a *scheduledAction) {
	g := p.groups[a.AutoScalingGroupName]
	if g == nil || g.deleting || g.schedule[a.ScheduledActionName] == nil || !same(*g.schedule[a.ScheduledActionName], *a) {
		return
	}
	delete(g.schedule, a.ScheduledActionName)
	if !g.runs(scheduleProcess) {
		return
	}
	overlay(&g.spec, groupSpec{MinSize: a.MinSize, MaxSize: a.MaxSize, DesiredCapacity: a.DesiredCapacity})
	g.spec.DesiredCapacity = ptr(min(max(*g.spec.DesiredCapacity, *g.spec.MinSize), *g.spec.MaxSize))
	p.reconcile(g, "the scheduled action "+a.ScheduledActionName+" was executed.")
}

type describeSchedule struct {
	AutoScalingGroupName string
	ScheduledActionNames []string
	NextToken            string
	MaxRecords           int
}

type scheduleAnswer struct {
	Actions   []*scheduledAction `xml:"ScheduledUpdateGroupActions>member"`
	NextToken string             `xml:",omitempty"`
}

func describeScheduledActions(c *call, in describeSchedule) (out scheduleAnswer, err error) {
	var list []*scheduledAction
	for _, g := range c.groups {
		for _, a := range g.schedule {
			if (in.AutoScalingGroupName == "" || in.AutoScalingGroupName == g.name) && among(in.ScheduledActionNames, a.ScheduledActionName) {
				list = append(list, a)
			}
		}
	}
	out.Actions, out.NextToken, err = page(c.Place, list, func(a *scheduledAction) string { return a.AutoScalingGroupName + "\x00" + a.ScheduledActionName },
		paging{token: in.NextToken, size: in.MaxRecords, usual: 50, most: 100})
	return out, err
}

type oneScheduledAction struct {
	AutoScalingGroupName string
	ScheduledActionName  string
}

func deleteScheduledAction(c *call, in oneScheduledAction) error {
	g, err := c.modifiable(in.AutoScalingGroupName)
	if err != nil {
		return err
	}
	if g.schedule[in.ScheduledActionName] == nil {
		return refuse("ValidationError", "Scheduled action name not found")
	}
	delete(g.schedule, in.ScheduledActionName)
	c.effect(in.ScheduledActionName)
	return nil
}
