package run

import (
	"net/http"
	"strings"

	"github.com/gennaker/gennaker/ratelimit"
)

// paced has each request wait for its turn, and has the limits learn from what
// Google says to it. Google counts reads and changes of a region each.
type paced struct {
	base    http.RoundTripper
	limits  *ratelimit.Limits
	account string
}

func (p paced) RoundTrip(r *http.Request) (*http.Response, error) {
	turn, err := p.limits.Wait(r.Context(), p.key(r))
	if err != nil {
		return nil, err
	}
	answer, err := p.base.RoundTrip(r)
	switch {
	case err != nil:
	case answer.StatusCode == http.StatusTooManyRequests:
		turn.Throttled(ratelimit.RetryAfter(answer.Header))
	default:
		turn.Answered()
	}
	return answer, err
}

func (p paced) key(r *http.Request) ratelimit.Key {
	_, region, _ := strings.Cut(r.URL.Path, "/locations/")
	region, _, _ = strings.Cut(region, "/")
	family := "changes"
	if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, ":wait") {
		family = "reads"
	}
	return ratelimit.Key{Account: p.account, Region: region, Family: "run " + family}
}
