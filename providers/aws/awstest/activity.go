package awstest

import (
	"fmt"
	"slices"
	"time"
)

// activity is one entry of a group's history.
type activity struct {
	ActivityId            string
	AutoScalingGroupName  string
	Description           string
	Cause                 string
	StartTime             time.Time
	EndTime               *time.Time
	StatusCode            string
	StatusMessage         string `xml:",omitempty"`
	Progress              int
	Details               string
	AutoScalingGroupARN   string
	AutoScalingGroupState string `xml:",omitempty"`
	nth                   int
}

// begin notes an activity and returns its id.
func (p *Place) begin(g *group, description, cause string, s *subnet) string {
	details := "{}"
	if s != nil {
		details = fmt.Sprintf(`{"Subnet ID":"%s","Availability Zone":"%s"}`, s.ID, s.Zone)
	}
	a := &activity{ActivityId: p.cloud.newUUID(), AutoScalingGroupName: g.name, Description: description, Cause: cause, StartTime: p.now,
		StatusCode: "InProgress", Details: details, AutoScalingGroupARN: g.arn, nth: len(p.activities)}
	p.activities = append(p.activities, a)
	return a.ActivityId
}

func (p *Place) activity(id string) *activity {
	for _, a := range slices.Backward(p.activities) {
		if a.ActivityId == id {
			return a
		}
	}
	return &activity{}
}

func (p *Place) progress(id, status string, percent int) {
	a := p.activity(id)
	a.StatusCode, a.Progress = status, percent
}

func (p *Place) finish(id, status, message string) {
	a := p.activity(id)
	now := p.now
	a.StatusCode, a.StatusMessage, a.Progress, a.EndTime = status, message, 100, &now
}

type describeActivities struct {
	ActivityIds          []string
	AutoScalingGroupName string
	IncludeDeletedGroups bool
	MaxRecords           int
	NextToken            string
}

type activitiesAnswer struct {
	Activities []*activity `xml:"Activities>member"`
	NextToken  string      `xml:",omitempty"`
}

func describeScalingActivities(c *call, in describeActivities) (out activitiesAnswer, err error) {
	if _, err := c.group(in.AutoScalingGroupName); in.AutoScalingGroupName != "" && err != nil && !in.IncludeDeletedGroups {
		return out, err
	}
	var list []*activity
	for _, a := range c.activities {
		shown := *a
		if g := c.groups[a.AutoScalingGroupName]; g == nil || g.arn != a.AutoScalingGroupARN {
			if !in.IncludeDeletedGroups {
				continue
			}
			shown.AutoScalingGroupState = "Deleted"
		}
		if (in.AutoScalingGroupName == "" || a.AutoScalingGroupName == in.AutoScalingGroupName) &&
			(len(in.ActivityIds) == 0 || slices.Contains(in.ActivityIds, a.ActivityId)) {
			list = append(list, &shown)
		}
	}
	newest := func(a *activity) string { return fmt.Sprintf("%012d", 1<<39-a.nth) }
	out.Activities, out.NextToken, err = page(c.Place, list, newest, paging{token: in.NextToken, size: in.MaxRecords, usual: 100, most: 100})
	return out, err
}
