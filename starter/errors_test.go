package starter

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gennaker/gennaker"
)

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		code int
		text string
	}{
		{"nothing", nil, exitOK, ""},
		{"one of ours, wrapped", fmt.Errorf("x: %w", usagef("give a FILE")), exitUsage, "give a FILE"},
		{"Temporal away", serviceerror.NewUnavailable("connection refused"), exitUnreachable,
			"Temporal is not reachable at h:1: start it with `make dev`, or say where it is with --address (connection refused)"},
		{"Temporal silent", context.DeadlineExceeded, exitUnreachable,
			"Temporal is not reachable at h:1: start it with `make dev`, or say where it is with --address (context deadline exceeded)"},
		{"interrupted", fmt.Errorf("wait: %w", context.Canceled), exitInterrupted, "interrupted; what runs in Temporal goes on"},
		{"a namespace that is not there", serviceerror.NewNamespaceNotFound("prod"), exitNotFound,
			"Temporal at h:1 has no such namespace: name another with --namespace (Namespace prod is not found.)"},
		{"a wrong API key", status.Error(codes.Unauthenticated, "bad key"), exitRefused,
			"Temporal at h:1 does not know you: set TEMPORAL_API_KEY or the TLS certificate (bad key)"},
		{"the traffic guard", temporal.NewNonRetryableApplicationError("disable a-v001: refused by the traffic guard", "Guarded", nil),
			exitRefused, "disable a-v001: refused by the traffic guard"},
		{"a server group that is gone", temporal.NewNonRetryableApplicationError("a-v001: not found", "NotFound", nil), exitNotFound, "a-v001: not found"},
		{"an operation that failed", temporal.NewNonRetryableApplicationError("a-v001: not healthy", "Unhealthy", nil), exitFailed, "a-v001: not healthy"},
		{"anything else", errors.New("disk full"), exitFailed, "disk full"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := explain(c.err, "h:1"); got.code != c.code || got.text != c.text {
				t.Errorf("explain(%v) = %d %q, want %d %q", c.err, got.code, got.text, c.code, c.text)
			}
		})
	}
}

func TestEnded(t *testing.T) {
	for s, want := range map[gennaker.Status]int{
		gennaker.Succeeded: exitOK,
		gennaker.Terminal:  exitFailed,
		gennaker.Canceled:  exitCanceled,
		gennaker.Stopped:   exitFailed,
	} {
		if got := explain(ended(s), ""); got.code != want || got.text != "" {
			t.Errorf("ended(%s) = %d %q, want %d and nothing more to say", s, got.code, got.text, want)
		}
	}
}
