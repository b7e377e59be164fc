package ops

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// The words of deployment monitors.
type (
	MonitorTerms   = activities.MonitorTerms
	MonitorCall    = activities.MonitorCall
	MonitorVerdict = activities.MonitorVerdict
)

const (
	MonitorStarting  = activities.MonitorStarting
	MonitorEvaluate  = activities.MonitorEvaluate
	MonitorCompleted = activities.MonitorCompleted

	MonitorAborts    = activities.Abort
	MonitorCompletes = activities.Complete
)

var monitors *activities.Monitors // for its names alone

// monitorEvery is how often a monitor is asked again that says wait.
const monitorEvery = time.Minute

// FindMonitor looks up what the worker's configuration says of a monitor.
func FindMonitor(ctx workflow.Context, id string) (MonitorTerms, error) {
	var t MonitorTerms
	err := run(ctx, reading, "what monitor "+id+" is", monitors.FindMonitor, id, &t)
	return t, err
}

// AskMonitor asks a monitor, and again each minute while it says wait. It is
// ErrUnavailable if it has not decided when the limit is over.
func AskMonitor(ctx workflow.Context, c MonitorCall, limit time.Duration) (MonitorVerdict, error) {
	var v MonitorVerdict
	options := workflow.ActivityOptions{
		StartToCloseTimeout:    time.Minute,
		HeartbeatTimeout:       deadAfter,
		ScheduleToCloseTimeout: limit,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: monitorEvery, BackoffCoefficient: 1},
	}
	err := run(ctx, options, "ask monitor "+c.Monitor+": "+c.Path, monitors.AskMonitor, c, &v)
	return v, err
}

// Late reports whether an error says that there was no answer in time.
func Late(err error) bool { return errors.Is(err, gennaker.ErrUnavailable) }
