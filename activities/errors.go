package activities

import (
	"context"
	"errors"
	"unicode/utf8"

	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// kinds says which errors Temporal retries, and under which name an error
// travels through a history.
var kinds = []struct {
	err   error
	name  string
	retry bool
}{
	{gennaker.ErrNotFound, "NotFound", false},
	{gennaker.ErrExists, "Exists", false},
	{gennaker.ErrInvalid, "Invalid", false},
	{gennaker.ErrDenied, "Denied", false},
	{gennaker.ErrUnhealthy, "Unhealthy", false},
	{gennaker.ErrGuarded, "Guarded", false},
	{gennaker.ErrBusy, "Busy", false},
	{gennaker.ErrThrottled, "Throttled", true},
	{gennaker.ErrUnavailable, "Unavailable", true},
}

// maxFailure bounds an error's text: the server cuts what is longer.
const maxFailure = 2000

// translate turns a provider's error into one that Temporal retries or not.
// An error of no kind is retried: it says nothing about the request.
func translate(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var wait later
	errors.As(err, &wait)
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return temporal.NewApplicationErrorWithOptions(cut(err.Error()), k.name,
				temporal.ApplicationErrorOptions{NonRetryable: !k.retry, NextRetryDelay: wait.after})
		}
	}
	return temporal.NewApplicationError(cut(err.Error()), "Unknown")
}

func cut(text string) string {
	if len(text) <= maxFailure {
		return text
	}
	end := maxFailure
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// Kind is the kind of the error that an activity or a workflow failed with,
// or nil if it has none.
func Kind(err error) error {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return nil
	}
	for _, k := range kinds {
		if k.name == failure.Type() {
			return k.err
		}
	}
	return nil
}

// KindName is the name under which an error's kind travels through a history;
// empty if it has none.
func KindName(err error) string {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.name
		}
	}
	return ""
}
