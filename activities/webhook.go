package activities

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"

	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// Webhooks calls the HTTP services that documents name.
type Webhooks struct {
	policy WebhookPolicy
	client *http.Client
	users  []gennaker.User
}

func newWebhooks(p WebhookPolicy, users []gennaker.User) *Webhooks {
	return &Webhooks{policy: p, client: p.client(), users: users}
}

// WebhookRequest is one HTTP request.
type WebhookRequest struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	// Origin is a URL that the document names, URL itself if empty. Secrets go
	// to its scheme, host and port alone.
	Origin  string            `json:"origin,omitempty"`
	Headers map[string]string `json:"headers,omitempty"` // secret://NAME stands for a secret
	Payload any               `json:"payload,omitempty"` // a text is sent as it is, else its JSON
	Key     string            `json:"key,omitempty"`     // sent as Idempotency-Key
}

// WebhookCall is a request and what to make of its answer.
type WebhookCall struct {
	WebhookRequest
	FailFast  []int     `json:"failFast,omitempty"`
	Retry     []int     `json:"retry,omitempty"` // besides 429 and 5xx
	StatusURL StatusURL `json:"statusURL,omitzero"`
	Artifacts bool      `json:"artifacts,omitempty"` // are expected in the body
}

// WebhookAnswer is what came of a request. Secrets are hidden in it.
type WebhookAnswer struct {
	// Sent is false if certainly nothing arrived at the server.
	Sent       bool              `json:"sent,omitempty"`
	StatusCode int               `json:"statusCode,omitempty"` // 0 if there was no answer
	Status     string            `json:"status,omitempty"`     // Spinnaker's word, as in NOT_FOUND
	Body       any               `json:"body,omitempty"`       // decoded if it is JSON, else its text
	Cut        bool              `json:"cut,omitempty"`        // the body was too long to keep whole
	Headers    map[string]string `json:"headers,omitempty"`
	StatusURL  string            `json:"statusURL,omitempty"`
	Artifacts  any               `json:"artifacts,omitempty"`
	Error      string            `json:"error,omitempty"` // why it is no success
}

// CallWebhook sends a request once per attempt. An answer that asks for
// patience is an error that Temporal retries, with the answer in its details;
// any other failure is in the answer.
func (w *Webhooks) CallWebhook(ctx context.Context, c WebhookCall) (WebhookAnswer, error) {
	var a WebhookAnswer
	err := alive(ctx, func(ctx context.Context, _ *pulse) (err error) {
		a, err = w.call(ctx, c)
		return err
	})
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		err = temporal.NewApplicationErrorWithOptions(failure.Message(), failure.Type(),
			temporal.ApplicationErrorOptions{NonRetryable: failure.NonRetryable(), Details: []any{a}})
	}
	return a, err
}

func (w *Webhooks) call(ctx context.Context, c WebhookCall) (WebhookAnswer, error) {
	x, err := w.exchange(ctx, c.WebhookRequest)
	a := x.answer
	if err != nil {
		return w.unanswered(ctx, c, a, err)
	}
	switch {
	case slices.Contains(c.FailFast, a.StatusCode):
		a.Error = fmt.Sprintf("it answered %d, and is not to be asked again then", a.StatusCode)
	case w.policy.busy(a.StatusCode) || slices.Contains(c.Retry, a.StatusCode):
		a.Error = fmt.Sprintf("it answered %d", a.StatusCode)
		return a, fmt.Errorf("webhook %s: %w: %s", c.shown(), gennaker.ErrUnavailable, a.Error)
	case a.StatusCode >= 400:
		a.Error = fmt.Sprintf("it answered %d", a.StatusCode)
	case c.StatusURL.How != "":
		a.StatusURL, err = c.StatusURL.find(c.URL, x)
	case c.Artifacts:
		a.Artifacts, err = single(x.body, "$.artifacts")
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a, nil
}

// unanswered says what a request without an answer means: an unknown host is
// asked again; where time ran out, only what may arrive twice is.
func (w *Webhooks) unanswered(ctx context.Context, c WebhookCall, a WebhookAnswer, err error) (WebhookAnswer, error) {
	switch {
	case ctx.Err() != nil:
		return a, ctx.Err()
	case errors.Is(err, gennaker.ErrInvalid), errors.Is(err, gennaker.ErrDenied), errors.Is(err, gennaker.ErrNotFound):
		return a, err
	case unknownHost(err), late(err) && (c.Method == http.MethodGet || w.safeToRetry(c.URL)):
		return a, fmt.Errorf("webhook %s: %w: %s", c.shown(), gennaker.ErrUnavailable, a.Error)
	}
	return a, nil
}

func (w *Webhooks) safeToRetry(text string) bool {
	u, err := url.Parse(text)
	return err == nil && covered(w.policy.SafeToRetry, u)
}

func unknownHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

func late(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
