package worker

import (
	"context"
	"io"

	"github.com/gennaker/gennaker/activities"
)

// files are those that accounts download, where the configuration lets webhooks
// go. The policy is known when all of the configuration is read, which is after
// the accounts are opened.
type files struct {
	policy activities.WebhookPolicy
}

func (f *files) download(ctx context.Context, url string) (io.ReadCloser, error) {
	return f.policy.Download(ctx, url)
}
