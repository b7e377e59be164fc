package ratelimit

import (
	"net/http"
	"strconv"
	"time"
)

// Around has the HTTP requests of a cloud that is asked through base wait for
// their turn. It learns from the status 429 Too Many Requests, and takes
// requests that change something for a family of their own.
func (l *Limits) Around(base http.RoundTripper, account string) http.RoundTripper {
	return transport{base, l, account}
}

type transport struct {
	base    http.RoundTripper
	limits  *Limits
	account string
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	family := "changes"
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		family = "reads"
	}
	turn, err := t.limits.Wait(r.Context(), Key{Account: t.account, Family: family})
	if err != nil {
		return nil, err
	}
	answer, err := t.base.RoundTrip(r)
	switch {
	case err != nil:
	case answer.StatusCode == http.StatusTooManyRequests:
		turn.Throttled(RetryAfter(answer.Header))
	default:
		turn.Answered()
	}
	return answer, err
}

// RetryAfter is for how long an answer asks to be left alone, or zero.
func RetryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
