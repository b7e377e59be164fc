package ops

import "go.temporal.io/sdk/workflow"

// Fetch gets the text that a URL answers with, if webhooks may go there. It
// asks four times where the server is busy or cannot be reached.
func Fetch(ctx workflow.Context, url string) (string, error) {
	var text string
	err := run(ctx, fetching(), "fetch "+url, webhooks.Fetch, url, &text)
	return text, err
}
