package google

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/gennaker/gennaker/ratelimit"
)

// paced has each request wait for its turn, and has the limits learn from what
// Google says to it: it throttles with 429, and with 403 and a reason.
type paced struct {
	base   http.RoundTripper
	limits *ratelimit.Limits
	key    func(*http.Request) ratelimit.Key
}

func (p paced) RoundTrip(r *http.Request) (*http.Response, error) {
	turn, err := p.limits.Wait(r.Context(), p.key(r))
	if err != nil {
		return nil, err
	}
	answer, err := p.base.RoundTrip(r)
	switch {
	case err != nil:
	case tooFast(answer):
		turn.Throttled(ratelimit.RetryAfter(answer.Header))
	default:
		turn.Answered()
	}
	return answer, err
}

// family is what Google counts together, roughly.
func family(r *http.Request) string {
	if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/wait") || strings.HasSuffix(r.URL.Path, "/listManagedInstances") ||
		strings.HasSuffix(r.URL.Path, "/getHealth") {
		return "reads"
	}
	return "changes"
}

func tooFast(answer *http.Response) bool {
	if answer.StatusCode != http.StatusForbidden {
		return answer.StatusCode == http.StatusTooManyRequests
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text), failing{err}))
	return strings.Contains(strings.ToLower(string(text)), "ratelimitexceeded")
}

// failing is the rest of what could not be read.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}
