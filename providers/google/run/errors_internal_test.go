package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/api/googleapi"
	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

func TestErrorsHaveTheKindOfGooglesCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   int
		status string
		want   error
	}{
		{400, "INVALID_ARGUMENT", gennaker.ErrInvalid},
		{400, "FAILED_PRECONDITION", gennaker.ErrInvalid},
		{401, "UNAUTHENTICATED", gennaker.ErrDenied},
		{403, "PERMISSION_DENIED", gennaker.ErrDenied},
		{404, "NOT_FOUND", gennaker.ErrNotFound},
		{409, "ALREADY_EXISTS", gennaker.ErrExists},
		{409, "ABORTED", gennaker.ErrUnavailable},
		{429, "RESOURCE_EXHAUSTED", gennaker.ErrThrottled},
		{499, "CANCELLED", gennaker.ErrUnavailable},
		{500, "INTERNAL", gennaker.ErrUnavailable},
		{501, "UNIMPLEMENTED", gennaker.ErrInvalid},
		{503, "UNAVAILABLE", gennaker.ErrUnavailable},
		{504, "DEADLINE_EXCEEDED", gennaker.ErrUnavailable},
		{429, "", gennaker.ErrThrottled},
		{403, "", gennaker.ErrDenied},
		{404, "", gennaker.ErrNotFound},
		{409, "", gennaker.ErrUnavailable},
		{502, "", gennaker.ErrUnavailable},
		{400, "", gennaker.ErrInvalid},
	} {
		body := fmt.Sprintf(`{"error": {"code": %d, "message": "so it is", "status": %q}}`, c.code, c.status)
		err := kinded(fmt.Errorf("call: %w", &googleapi.Error{Code: c.code, Body: body}))
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), "so it is") {
			t.Errorf("%d %s is %v, want %v with Google's sentence", c.code, c.status, err, c.want)
		}
	}
}

func TestFailuresOfOperationsHaveTheKindOfTheirNumber(t *testing.T) {
	t.Parallel()
	if failed(nil) != nil {
		t.Error("an operation without an error has failed")
	}
	for _, k := range kinds {
		if err := failed(&api.GoogleRpcStatus{Code: k.number, Message: "so it is"}); !errors.Is(err, k.kind) || !strings.Contains(err.Error(), "so it is") {
			t.Errorf("code %d is %v, want %v", k.number, err, k.kind)
		}
	}
	if err := failed(&api.GoogleRpcStatus{Code: 99, Message: "so it is"}); err == nil {
		t.Error("an unknown code is no error")
	}
}

func TestWhatWasNotAnsweredIsUnavailable(t *testing.T) {
	t.Parallel()
	if err := kinded(context.DeadlineExceeded); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("a request that took too long is %v, want ErrUnavailable", err)
	}
	if err := kinded(context.Canceled); !errors.Is(err, context.Canceled) || errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("a request that was given up is %v, want context.Canceled alone", err)
	}
	if err := kinded(fmt.Errorf("turn: %w", gennaker.ErrThrottled)); errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("a request that never was sent is %v, want ErrThrottled", err)
	}
}
