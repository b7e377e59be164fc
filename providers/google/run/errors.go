package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"
	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// kinds says what Google's codes mean: by name, as in an error's status, and
// by number, as in an operation's error. Those of one HTTP status may differ.
var kinds = []struct {
	status string
	number int64
	kind   error
}{
	{"CANCELLED", 1, gennaker.ErrUnavailable},
	{"UNKNOWN", 2, gennaker.ErrUnavailable},
	{"INVALID_ARGUMENT", 3, gennaker.ErrInvalid},
	{"DEADLINE_EXCEEDED", 4, gennaker.ErrUnavailable},
	{"NOT_FOUND", 5, gennaker.ErrNotFound},
	{"ALREADY_EXISTS", 6, gennaker.ErrExists},
	{"PERMISSION_DENIED", 7, gennaker.ErrDenied},
	{"RESOURCE_EXHAUSTED", 8, gennaker.ErrThrottled},
	{"FAILED_PRECONDITION", 9, gennaker.ErrInvalid}, // such as a policy of the organization
	{"ABORTED", 10, gennaker.ErrUnavailable},        // it was changed meanwhile: look again
	{"OUT_OF_RANGE", 11, gennaker.ErrInvalid},
	{"UNIMPLEMENTED", 12, gennaker.ErrInvalid},
	{"INTERNAL", 13, gennaker.ErrUnavailable},
	{"UNAVAILABLE", 14, gennaker.ErrUnavailable},
	{"DATA_LOSS", 15, gennaker.ErrUnavailable},
	{"UNAUTHENTICATED", 16, gennaker.ErrDenied},
}

// byHTTP says what an answer without a code of Google's means.
func byHTTP(code int) error {
	switch {
	case code == 429:
		return gennaker.ErrThrottled
	case code == 401 || code == 403:
		return gennaker.ErrDenied
	case code == 404:
		return gennaker.ErrNotFound
	case code == 408 || code == 409 || code >= 500:
		return gennaker.ErrUnavailable
	}
	return gennaker.ErrInvalid
}

// kinded gives an error of Google's client its kind and the cloud's own
// sentence.
func kinded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var said *googleapi.Error
	if errors.As(err, &said) {
		return refused(said)
	}
	if unanswered(err) {
		return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return err
}

func refused(said *googleapi.Error) error {
	var body struct {
		Error struct{ Status, Message string }
	}
	_ = json.Unmarshal([]byte(said.Body), &body) // if it is none of Google's, the HTTP status says enough
	sentence := strings.TrimSpace(body.Error.Message)
	if sentence == "" {
		sentence = strings.TrimSpace(said.Message + " " + said.Body)
	}
	for _, k := range kinds {
		if k.status == body.Error.Status {
			return &refusal{kind: k.kind, status: k.status, text: fmt.Sprintf("%s: %s: %s", k.kind, k.status, sentence)}
		}
	}
	kind := byHTTP(said.Code)
	return &refusal{kind: kind, text: fmt.Sprintf("%s: HTTP status %d: %s", kind, said.Code, sentence)}
}

// failed is what an operation says went wrong.
func failed(s *api.GoogleRpcStatus) error {
	if s == nil {
		return nil
	}
	for _, k := range kinds {
		if k.number == s.Code {
			return &refusal{kind: k.kind, status: k.status, text: fmt.Sprintf("%s: %s: %s", k.kind, k.status, s.Message)}
		}
	}
	return fmt.Errorf("code %d: %s", s.Code, s.Message)
}

// refusal is what Google refused, with its code, if it gave one.
type refusal struct {
	kind         error
	status, text string
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// changed makes of an error one that says, as Google does, that what was read
// is no longer so: look again.
func changed(err error) error {
	return &refusal{kind: gennaker.ErrUnavailable, status: "ABORTED", text: err.Error()}
}

// says reports whether Google gave that code.
func says(err error, status string) bool {
	var said *refusal
	return errors.As(err, &said) && said.status == status
}

// unanswered says of a request that nothing came back, whether it arrived or
// not.
func unanswered(err error) bool {
	for _, kind := range []error{gennaker.ErrThrottled, gennaker.ErrDenied, gennaker.ErrInvalid} {
		if errors.Is(err, kind) {
			return false // it never was sent
		}
	}
	var network net.Error
	var request *url.Error
	return errors.As(err, &network) || errors.As(err, &request) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// gone drops an error which says that there is nothing to take away from.
func gone(err error) error {
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

// listed is an error of a request for a list: that there is no such project or
// region is no answer to what is in it.
func listed(err error) error {
	if err = kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("%w: %s", gennaker.ErrInvalid, err)
	}
	return err
}
