package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// Traffic is how the server groups of a cluster share its traffic now.
func Traffic(ctx workflow.Context, c gennaker.ClusterRef) (gennaker.SplitTraffic, error) {
	s := gennaker.SplitTraffic{ClusterRef: c}
	err := run(ctx, reading, "look at the traffic of "+c.Name, groups.GetTraffic, activities.Look{ClusterRef: c, Changed: changedAt(ctx)}, &s.Percents)
	return s, err
}

// SplitTraffic has the server groups of a cluster share its traffic by
// percentages.
func SplitTraffic(ctx workflow.Context, s gennaker.SplitTraffic) error {
	return change(ctx, "share the traffic: "+s.String(), groups.SplitTraffic, activities.Split{SplitTraffic: s, Changed: changedAt(ctx)}, nil)
}

// AwaitTraffic waits until the traffic is shared so.
func AwaitTraffic(ctx workflow.Context, s gennaker.SplitTraffic) error {
	options := waiting
	options.ScheduleToCloseTimeout = idleLimit
	return run(ctx, options, "wait until the traffic is: "+s.String(), groups.AwaitTraffic, activities.Split{SplitTraffic: s, Changed: changedAt(ctx)}, nil)
}
