package ops

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// RefreshRef names a refresh.
type RefreshRef = activities.RefreshRef

var refreshes *activities.Refreshes // for its names alone

// refreshLimit is how long the cloud may take to replace all instances.
const refreshLimit = 24 * time.Hour

// StartRefresh begins to replace the instances of a server group by ones of
// another spec. It is not able to where the cloud cannot.
func StartRefresh(ctx workflow.Context, r gennaker.StartRefresh) (able bool, err error) {
	summary := fmt.Sprintf("replace the instances of %s, %d %% of them in service", r.Name, r.MinHealthy)
	err = change(ctx, summary, refreshes.StartRefresh, r, &able)
	return able, err
}

// AwaitRefresh waits until a refresh is over.
func AwaitRefresh(ctx workflow.Context, r RefreshRef) (gennaker.Refresh, error) {
	return awaitRefresh(ctx, r, refreshLimit, "the instances of "+r.Name+" are replaced")
}

// AwaitRefreshStep waits until a refresh pauses at a step, or at a later one, or
// is over.
func AwaitRefreshStep(ctx workflow.Context, s gennaker.RefreshStep) (gennaker.Refresh, error) {
	var seen gennaker.Refresh
	options := waiting
	options.ScheduleToCloseTimeout = refreshLimit
	err := run(ctx, options, fmt.Sprintf("wait until the refresh of %s is at step %d", s.Name, s.Step), refreshes.AwaitRefreshStep, s, &seen)
	return seen, err
}

// ContinueRefresh lets a refresh go on from a step at which it pauses.
func ContinueRefresh(ctx workflow.Context, s gennaker.RefreshStep) error {
	return change(ctx, fmt.Sprintf("go on from step %d with the refresh of %s", s.Step, s.Name), refreshes.ContinueRefresh, s, nil)
}

// StopRefresh stops a refresh where it is, waits until it has stopped, and
// returns how far it came. None is an empty one; another's is left alone.
func StopRefresh(ctx workflow.Context, r RefreshRef) (gennaker.Refresh, error) {
	found := false
	err := change(ctx, "stop replacing the instances of "+r.Name, refreshes.StopRefresh, r, &found)
	if err != nil || !found {
		return gennaker.Refresh{}, err
	}
	return awaitRefresh(ctx, r, idleLimit, "the refresh of "+r.Name+" has stopped")
}

func awaitRefresh(ctx workflow.Context, r RefreshRef, limit time.Duration, what string) (gennaker.Refresh, error) {
	var seen gennaker.Refresh
	options := waiting
	options.ScheduleToCloseTimeout = limit
	err := run(ctx, options, "wait until "+what, refreshes.AwaitRefresh, r, &seen)
	return seen, err
}
