package activities

import (
	"fmt"
	"io"
	"net/http"

	"github.com/gennaker/gennaker"
)

// library is a client for libraries that make their requests themselves. Each
// request, and each redirect of one, goes only where webhooks may go; an
// answer has so many bytes at most. How long that may take is for the
// request's context to say.
func (w *Webhooks) library(most int) *http.Client {
	return &http.Client{
		Transport: guarded{policy: w.policy, next: w.client.Transport, most: int64(most)},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if w.policy.NoRedirects {
				return fmt.Errorf("%w: it redirects, which webhooks.refuseRedirects of the worker's configuration refuses", gennaker.ErrDenied)
			}
			if len(via) > maxRedirects {
				return fmt.Errorf("%w: it redirects more than %d times", gennaker.ErrInvalid, maxRedirects)
			}
			return nil
		},
	}
}

// guarded holds each request against the policy.
type guarded struct {
	policy WebhookPolicy
	next   http.RoundTripper
	most   int64
}

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.policy.check(r.Method, r.URL); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	response, err := g.next.RoundTrip(r)
	if err == nil {
		response.Body = &limited{ReadCloser: response.Body, left: g.most, most: g.most}
	}
	return response, err
}

// limited is a body that must not be longer.
type limited struct {
	io.ReadCloser
	left, most int64
}

func (b *limited) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("%w: its answer is longer than %d bytes", gennaker.ErrInvalid, b.most)
	}
	return n, err
}
