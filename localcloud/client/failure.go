package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gennaker/gennaker"
)

// statuses pairs each kind of error with its HTTP status. The first of a kind
// is what the daemon answers.
var statuses = []struct {
	kind   error
	status int
}{
	{gennaker.ErrNotFound, http.StatusNotFound},
	{gennaker.ErrExists, http.StatusConflict},
	{gennaker.ErrInvalid, http.StatusUnprocessableEntity},
	{gennaker.ErrInvalid, http.StatusBadRequest},
	{gennaker.ErrInvalid, http.StatusRequestEntityTooLarge},
	{gennaker.ErrInvalid, http.StatusMethodNotAllowed},
	{gennaker.ErrDenied, http.StatusUnauthorized},
	{gennaker.ErrDenied, http.StatusForbidden},
	{gennaker.ErrThrottled, http.StatusTooManyRequests},
	{gennaker.ErrUnavailable, http.StatusServiceUnavailable},
}

// StatusOf is the HTTP status and the kind under which the daemon answers an
// error. One of no known kind is the daemon's own trouble.
func StatusOf(err error) (status int, kind error) {
	for _, s := range statuses {
		if errors.Is(err, s.kind) {
			return s.status, s.kind
		}
	}
	return http.StatusServiceUnavailable, gennaker.ErrUnavailable
}

// failure is the error that an answer stands for: its kind follows from the
// status, its sentence is the daemon's.
func failure(status int, body []byte) error {
	kind := gennaker.ErrUnavailable
	for _, s := range statuses {
		if s.status == status {
			kind = s.kind
			break
		}
	}
	var f Failure
	if json.Unmarshal(body, &f) != nil || f.Error == "" {
		return fmt.Errorf("local cloud: %w: HTTP %d: %s", kind, status, strings.TrimSpace(string(body)))
	}
	return &answered{kind: kind, text: f.Error}
}

// answered is an error in the daemon's words, which say its kind already.
type answered struct {
	kind error
	text string
}

func (e *answered) Error() string { return e.text }
func (e *answered) Unwrap() error { return e.kind }
