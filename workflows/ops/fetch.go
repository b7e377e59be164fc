package ops

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// Fetch gets the text that a URL answers with, if webhooks may go there. It
// asks four times where the server is busy or cannot be reached.
func Fetch(ctx workflow.Context, url string) (string, error) {
	var text string
	options := reading
	options.StartToCloseTimeout, options.ScheduleToCloseTimeout = time.Minute, 3*time.Minute
	options.RetryPolicy = retries(time.Second, 10*time.Second)
	options.RetryPolicy.MaximumAttempts = 4
	err := run(ctx, options, "fetch "+url, webhooks.Fetch, url, &text)
	return text, err
}
