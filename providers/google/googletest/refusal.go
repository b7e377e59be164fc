package googletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Error is a refusal, as Google words it.
type Error struct {
	Status  int    // of HTTP
	Reason  string // like notFound
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Reason, e.Message) }

func refuse(status int, reason, format string, args ...any) error {
	return &Error{Status: status, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func notSimulated(format string, args ...any) error {
	return refuse(http.StatusNotImplemented, "notSimulated", "googletest: "+format, args...)
}

func invalid(field, value, format string, args ...any) error {
	return refuse(http.StatusBadRequest, "invalid", "Invalid value for field '%s': '%s'. %s", field, value, fmt.Sprintf(format, args...))
}

func notFound(path string) error {
	return refuse(http.StatusNotFound, "notFound", "The resource '%s' was not found", path)
}

func exists(path string) error {
	return refuse(http.StatusConflict, "alreadyExists", "The resource '%s' already exists", path)
}

// notReady is the answer to a change of what another change is still on.
func notReady(path string) error {
	return refuse(http.StatusBadRequest, "resourceNotReady", "The resource '%s' is not ready", path)
}

func inUse(r, by *resource) error {
	return refuse(http.StatusBadRequest, "resourceInUseByAnotherResource", "The %s resource '%s' is already being used by '%s'",
		r.kind.noun, r.full(), by.full())
}

func conditionNotMet(field string) error {
	return refuse(http.StatusPreconditionFailed, "conditionNotMet", "Supplied fingerprint does not match current %s of the resource.", field)
}

var rateLimitExceeded = &Error{Status: http.StatusForbidden, Reason: "rateLimitExceeded",
	Message: "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'compute.googleapis.com'."}

type errorAnswer struct {
	Error struct {
		Code    int           `json:"code"`
		Message string        `json:"message"`
		Errors  []errorDetail `json:"errors"`
	} `json:"error"`
}

type errorDetail struct {
	Message string `json:"message"`
	Domain  string `json:"domain"`
	Reason  string `json:"reason"`
}

func writeError(w http.ResponseWriter, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Status: http.StatusInternalServerError, Reason: "internalError", Message: err.Error()}
	}
	var answer errorAnswer
	answer.Error.Code, answer.Error.Message = e.Status, e.Message
	answer.Error.Errors = []errorDetail{{e.Message, "global", e.Reason}}
	body, _ := json.Marshal(answer)
	write(w, e.Status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever asked may be gone
}
