package kubernetes

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// unready is a transport to an API server that may be starting: it answers
// before it knows who may do what, and refuses everything. So when it refuses
// it is asked whether it is ready, and, if it is, the same again: what was
// refused has done nothing.
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
	if err != nil || !refused(answer.StatusCode) {
		return answer, err
	}
	if u.starts(r) {
		return instead(answer), nil
	}
	again := r.Clone(r.Context())
	if r.Body != nil && r.Body != http.NoBody {
		if r.GetBody == nil {
			return answer, nil
		}
		if again.Body, err = r.GetBody(); err != nil {
			return answer, nil
		}
	}
	answer.Body.Close()
	return u.base.RoundTrip(again)
}

// moment is after how long a server that is starting has said at least that it
// is not ready.
const moment = time.Second

// starts reports whether the server says that it is not ready, or has gone. In
// the first moment it refuses to tell even that, as a proxy may do always.
func (u unready) starts(r *http.Request) bool {
	status := u.status(r)
	if refused(status) {
		select {
		case <-r.Context().Done():
		case <-time.After(moment):
			status = u.status(r)
		}
	}
	return status >= http.StatusInternalServerError
}

// status is what the server answers who asks whether it is ready.
func (u unready) status(r *http.Request) int {
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, u.ready, nil)
	if err != nil {
		return http.StatusOK
	}
	answer, err := u.base.RoundTrip(ask)
	if err != nil {
		return http.StatusServiceUnavailable
	}
	answer.Body.Close()
	return answer.StatusCode
}

func refused(status int) bool {
	return status == http.StatusForbidden || status == http.StatusUnauthorized
}

// instead makes an answer one that says that the server is not ready.
func instead(answer *http.Response) *http.Response {
	answer.Body.Close()
	answer.StatusCode, answer.Status, answer.Header = http.StatusServiceUnavailable, "503 Service Unavailable", http.Header{}
	answer.Body = io.NopCloser(strings.NewReader("the API server is not ready, and may not know yet who may do what"))
	return answer
}
