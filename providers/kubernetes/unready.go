package kubernetes

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// unready is a transport to an API server that may be starting: it answers
// before it knows who may do what, and refuses everything. So whether it is
// ready is asked when it refuses, and an answer of one that is not says so.
type unready struct {
	base  http.RoundTripper
	ready string // the URL where it says so
}

// readiness is where the server of a host, as client-go has it, says whether
// it is ready.
func readiness(host string) string {
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	at, err := url.JoinPath(host, "readyz")
	if err != nil {
		return "" // client-go refuses it too, and says more
	}
	return at
}

func (u unready) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := u.base.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusForbidden && answer.StatusCode != http.StatusUnauthorized || !u.starts(r) {
		return answer, err
	}
	answer.Body.Close()
	answer.StatusCode, answer.Status = http.StatusServiceUnavailable, "503 the API server is not ready"
	answer.Header = http.Header{}
	answer.Body = io.NopCloser(strings.NewReader("the API server is not ready, and may not know yet who may do what"))
	return answer, nil
}

// starts reports whether the server says that it is not ready. One that says
// nothing may be.
func (u unready) starts(r *http.Request) bool {
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, u.ready, nil)
	if err != nil {
		return false
	}
	answer, err := u.base.RoundTrip(ask)
	if err != nil {
		return true // it has gone
	}
	defer answer.Body.Close()
	return answer.StatusCode >= http.StatusInternalServerError
}
