package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gennaker/gennaker"
)

// maxFetched bounds the text that a URL may answer with, in bytes. The
// history of an execution keeps each.
const maxFetched = 256 << 10

// Fetch gets the text that a URL answers with, where webhooks may go. Any
// answer but a 2xx is an error.
func (w *Webhooks) Fetch(ctx context.Context, url string) (text string, err error) {
	err = alive(ctx, func(ctx context.Context, _ *pulse) (err error) {
		text, err = w.fetch(ctx, WebhookRequest{Method: http.MethodGet, URL: url})
		return err
	})
	return text, err
}

func (w *Webhooks) fetch(ctx context.Context, r WebhookRequest) (string, error) {
	data, err := w.get(ctx, r, maxFetched)
	return strings.ToValidUTF8(string(data), "\uFFFD"), err
}

// get reads what a URL answers with, of so many bytes at most.
func (w *Webhooks) get(ctx context.Context, r WebhookRequest, most int) ([]byte, error) {
	body, err := w.open(ctx, *w.client, r)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, int64(most)+1))
	if err != nil {
		return nil, unreachable(ctx, r, err)
	}
	if len(data) > most {
		return nil, fmt.Errorf("GET %s: %w: its answer is longer than %d bytes", r.shown(), gennaker.ErrInvalid, most)
	}
	return data, nil
}

// Download opens what a URL answers with, where webhooks may go, for somebody
// to read and close. How long that may take is ctx's to say.
func (p WebhookPolicy) Download(ctx context.Context, url string) (io.ReadCloser, error) {
	w := newWebhooks(p, nil)
	patient := *w.client
	patient.Timeout = 0
	return w.open(ctx, patient, WebhookRequest{Method: http.MethodGet, URL: url})
}

// open sends a request. Any answer but a 2xx is an error.
func (w *Webhooks) open(ctx context.Context, client http.Client, r WebhookRequest) (io.ReadCloser, error) {
	req, _, err := w.request(ctx, r)
	if err != nil {
		return nil, err
	}
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error { return w.redirect(next, via, r) }
	response, err := client.Do(req)
	if err != nil {
		return nil, unreachable(ctx, r, err)
	}
	if response.StatusCode/100 != 2 {
		response.Body.Close()
		return nil, fmt.Errorf("GET %s: %w: it answered %d %s", r.shown(), statusKind(response.StatusCode),
			response.StatusCode, http.StatusText(response.StatusCode))
	}
	return response.Body, nil
}

// unreachable says why there is no answer. Only what the policy denies will
// not be different next time.
func unreachable(ctx context.Context, r WebhookRequest, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, gennaker.ErrDenied) || errors.Is(err, gennaker.ErrInvalid) {
		return fmt.Errorf("GET %s: %w", r.shown(), plainURL(err))
	}
	return fmt.Errorf("GET %s: %w: %w", r.shown(), gennaker.ErrUnavailable, plainURL(err))
}

// statusKind is the kind of error that a status code is.
func statusKind(code int) error {
	switch {
	case code >= 500, code == http.StatusTooManyRequests:
		return gennaker.ErrUnavailable
	case code == http.StatusNotFound, code == http.StatusGone:
		return gennaker.ErrNotFound
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return gennaker.ErrDenied
	}
	return gennaker.ErrInvalid
}
