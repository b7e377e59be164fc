package google

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"google.golang.org/api/compute/v1"
	"google.golang.org/api/googleapi"

	"github.com/gennaker/gennaker"
)

func TestKindsOfRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		reason string
		want   error
	}{
		{403, "rateLimitExceeded", gennaker.ErrThrottled},
		{403, "userRateLimitExceeded", gennaker.ErrThrottled},
		{429, "", gennaker.ErrThrottled},
		{403, "quotaExceeded", gennaker.ErrInvalid},
		{403, "forbidden", gennaker.ErrDenied},
		{403, "accessNotConfigured", gennaker.ErrDenied},
		{401, "authError", gennaker.ErrDenied},
		{404, "notFound", gennaker.ErrNotFound},
		{409, "alreadyExists", gennaker.ErrExists},
		{412, "conditionNotMet", gennaker.ErrUnavailable},
		{400, "resourceNotReady", gennaker.ErrUnavailable},
		{400, "resourceInUseByAnotherResource", gennaker.ErrUnavailable},
		{400, "invalid", gennaker.ErrInvalid},
		{400, "required", gennaker.ErrInvalid},
		{503, "backendError", gennaker.ErrUnavailable},
		{500, "", gennaker.ErrUnavailable},
	} {
		said := &googleapi.Error{Code: c.status, Message: "no", Errors: []googleapi.ErrorItem{{Reason: c.reason, Message: "no"}}}
		if err := kinded(said); !errors.Is(err, c.want) {
			t.Errorf("kinded(%d %s) = %v, want %v", c.status, c.reason, err, c.want)
		}
	}
}

func TestKindsOfFailedOperations(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"RESOURCE_ALREADY_EXISTS":               gennaker.ErrExists,
		"RESOURCE_NOT_FOUND":                    gennaker.ErrNotFound,
		"QUOTA_EXCEEDED":                        gennaker.ErrInvalid,
		"ZONE_RESOURCE_POOL_EXHAUSTED":          gennaker.ErrUnavailable,
		"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE":   gennaker.ErrUnavailable,
		"CONDITION_NOT_MET":                     gennaker.ErrUnavailable,
		"RESOURCE_OPERATION_RATE_EXCEEDED":      nil,
		"PERMISSIONS_ERROR":                     gennaker.ErrDenied,
		"INVALID_FIELD_VALUE":                   gennaker.ErrInvalid,
		"CONCURRENT_OPERATIONS_QUOTA_EXCEEDED":  gennaker.ErrThrottled,
		"SOMETHING_THAT_GOOGLE_HAS_NOT_YET_HAD": nil,
	} {
		err := failed(&compute.Operation{Error: &compute.OperationError{Errors: []*compute.OperationErrorErrors{{Code: code, Message: "no"}}}})
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("failed(%s) = %v, want %v", code, err, want)
		}
	}
	if err := failed(&compute.Operation{}); err != nil {
		t.Errorf("failed of one that succeeded = %v", err)
	}
}

func TestARequestWithoutAnAnswerIsUnavailableAndOneGivenUpIsCancelled(t *testing.T) {
	t.Parallel()
	lost := &url.Error{Op: "Get", URL: "http://here", Err: http.ErrServerClosed}
	if err := kinded(lost); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("kinded(%v) = %v, want ErrUnavailable", lost, err)
	}
	given := &url.Error{Op: "Get", URL: "http://here", Err: context.Canceled}
	if err := kinded(given); !errors.Is(err, context.Canceled) || errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("kinded(%v) = %v, want the cancellation", given, err)
	}
	if err := listed(&googleapi.Error{Code: 404, Message: "no such project"}); !errors.Is(err, gennaker.ErrInvalid) || errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("listed(404) = %v, want ErrInvalid: it says nothing about what is there", err)
	}
	if err := seen("zones/a", &warning{"UNREACHABLE", "gone"}); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("a zone that cannot be reached = %v, want ErrUnavailable", err)
	}
}

func TestRequestIDsTellOneChangeFromAnother(t *testing.T) {
	t.Parallel()
	if a, b := requestID("group", "shop", "t1"), requestID("group", "shop", "t1"); a != b || len(a) != 36 || a[14] != '5' {
		t.Errorf("of one change they are %s and %s, want the same UUID", a, b)
	}
	one, other := anyID(), anyID()
	if requestID("group", "shop", "t1") == requestID("group", "shopt1", "") || one == other {
		t.Error("of two changes they are the same")
	}
}
