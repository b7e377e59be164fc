package discovery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
)

// Check stands before a simulated cloud. It reports what is wrong with a
// request, answers it as Google does, 404 or 400, and does not pass it on; and
// it reports what is wrong with the cloud's answer, which goes out as it is.
// Report may be called from many goroutines at once: t.Error is what it is for.
func (a *API) Check(cloud http.Handler, report func(error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // who asks has left
		}
		m, wrong := a.request(r, body)
		if len(wrong) > 0 {
			tell(report, "request", wrong)
			refuse(w, m, errors.Join(wrong...))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		cloud.ServeHTTP(answer, r)
		tell(report, "simulated cloud", a.answer(m, answer.Code, answer.Header(), answer.Body.Bytes()))
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

func tell(report func(error), whose string, wrong []error) {
	for _, err := range wrong {
		report(fmt.Errorf("%s: %w", whose, err))
	}
}

func refuse(w http.ResponseWriter, m *method, why error) {
	code, status := http.StatusBadRequest, "INVALID_ARGUMENT"
	if m == nil {
		code, status = http.StatusNotFound, "NOT_FOUND"
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": why.Error(), "status": status}})
}

// Transport stands between a client and the wire, and reports as Check does. A
// request with something wrong is not sent: it ends in that error.
func (a *API) Transport(wire http.RoundTripper, report func(error)) http.RoundTripper {
	return transport{api: a, wire: wire, report: report}
}

type transport struct {
	api    *API
	wire   http.RoundTripper
	report func(error)
}

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	m, wrong := t.api.request(r, sent)
	if len(wrong) > 0 {
		tell(t.report, "request", wrong)
		return nil, errors.Join(wrong...)
	}
	answer, err := t.wire.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(got))
	tell(t.report, "cloud", t.api.answer(m, answer.StatusCode, answer.Header, got))
	return answer, nil
}
