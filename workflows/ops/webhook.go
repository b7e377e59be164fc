package ops

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/workflows/gate"
)

// The words of the webhook activities.
type (
	WebhookRequest = activities.WebhookRequest
	WebhookCall    = activities.WebhookCall
	WebhookAnswer  = activities.WebhookAnswer
	WebhookMonitor = activities.WebhookMonitor
	WebhookStatus  = activities.WebhookStatus
	StatusURL      = activities.StatusURL

	PreconfiguredWebhook = activities.PreconfiguredWebhook
	PreconfiguredRequest = activities.PreconfiguredRequest
	WebhookParameter     = activities.WebhookParameter
	WebhookOption        = activities.WebhookOption
)

// The ways to find a status URL.
const (
	StatusByGet      = activities.StatusByGet
	StatusByLocation = activities.StatusByLocation
	StatusByBody     = activities.StatusByBody
)

var webhooks *activities.Webhooks // for its names alone

// Spinnaker's pace and limits of webhooks.
const (
	callEvery    = 10 * time.Second
	callLimit    = 5 * time.Minute
	monitorLimit = time.Hour
)

// Secretive reports whether a header of that name is likely to hold a secret.
func Secretive(header string) bool { return activities.Secretive(header) }

// FindPreconfiguredWebhook looks up what the worker's configuration says of a
// stage type.
func FindPreconfiguredWebhook(ctx workflow.Context, r PreconfiguredRequest) (PreconfiguredWebhook, error) {
	var p PreconfiguredWebhook
	err := run(ctx, reading, "what "+r.Type+" is", webhooks.FindPreconfiguredWebhook, r, &p)
	return p, err
}

// CallWebhook sends a request, every ten seconds for five minutes while it is
// answered with patience. The answer is the last one, also beside an error.
func CallWebhook(ctx workflow.Context, c WebhookCall) (WebhookAnswer, error) {
	return callWebhook(ctx, c, callLimit)
}

// CancelWebhook sends the request that takes a call back, for a minute at
// most.
func CancelWebhook(ctx workflow.Context, r WebhookRequest) (WebhookAnswer, error) {
	return callWebhook(ctx, WebhookCall{WebhookRequest: r}, time.Minute)
}

func callWebhook(ctx workflow.Context, c WebhookCall, limit time.Duration) (WebhookAnswer, error) {
	var a WebhookAnswer
	if err := gate.Pass(ctx); err != nil {
		return a, err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    time.Minute,
		HeartbeatTimeout:       deadAfter,
		ScheduleToCloseTimeout: limit,
		WaitForCancellation:    true,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: callEvery, BackoffCoefficient: 1,
			MaximumAttempts: int32(limit / callEvery)},
		Summary: short(titled(ctx, c.Method+" "+c.URL)),
	})
	err := workflow.ExecuteActivity(ctx, webhooks.CallWebhook, c).Get(ctx, &a)
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) && failure.HasDetails() {
		if unread := failure.Details(&a); unread != nil {
			return a, unread
		}
	}
	return a, plain(err)
}

// MonitorWebhook waits until what a webhook began is over, for the limit or,
// without one, an hour.
func MonitorWebhook(ctx workflow.Context, m WebhookMonitor, limit time.Duration) (WebhookStatus, error) {
	var s WebhookStatus
	if limit <= 0 {
		limit = monitorLimit
	}
	options := waiting
	options.StartToCloseTimeout, options.ScheduleToCloseTimeout = limit, limit
	err := run(ctx, options, "wait until "+m.URL+" says that it is done", webhooks.MonitorWebhook, m, &s)
	return s, err
}
