package ops

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var notifications *activities.Notifications // for its names alone

// Notify tells an address what has happened, or gives up after ten tries or
// ten minutes.
func Notify(ctx workflow.Context, n gennaker.Notification) error {
	return run(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    15 * time.Second,
		ScheduleToCloseTimeout: 10 * time.Minute,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2,
			MaximumInterval: time.Minute, MaximumAttempts: 10},
	}, n.When+": tell "+n.Type+" "+n.Address, notifications.SendNotification, n, nil)
}
