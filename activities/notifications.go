package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
)

// Notifications tells people what has happened.
type Notifications struct{}

// SendNotification writes the notification to the worker's log, whatever its
// type: that is the only sender there is so far.
func (*Notifications) SendNotification(ctx context.Context, n gennaker.Notification) error {
	activity.GetLogger(ctx).Info("notification", "type", n.Type, "address", n.Address, "when", n.When,
		"execution", n.Execution, "stage", n.Stage, "status", n.Status, "message", n.Message)
	return nil
}
