package starter

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gennaker/gennaker"
)

// The exit codes; the help of gennaker says what they mean.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitCanceled    = 3
	exitUnreachable = 4
	exitNotFound    = 5
	exitRefused     = 6
	exitInterrupted = 130
)

// failure is an error with its exit code. Its text is one line for people and
// says what to do next; an empty one is not printed, because the output has
// said it already.
type failure struct {
	code int
	text string
}

func (f failure) Error() string { return f.text }

func failedf(format string, args ...any) error   { return failuref(exitFailed, format, args) }
func usagef(format string, args ...any) error    { return failuref(exitUsage, format, args) }
func notFoundf(format string, args ...any) error { return failuref(exitNotFound, format, args) }
func refusedf(format string, args ...any) error  { return failuref(exitRefused, format, args) }

func noWorkerf(format string, args ...any) error {
	return failuref(exitUnreachable, format, args)
}

func failuref(code int, format string, args []any) error {
	return failure{code: code, text: fmt.Sprintf(format, args...)}
}

// explain turns any error into a failure: the one place that knows which
// error ends with which exit code. Address is Temporal's, where it was asked.
func explain(err error, address string) failure {
	var known failure
	var application *temporal.ApplicationError
	switch {
	case err == nil:
		return failure{}
	case errors.As(err, &known):
		return known
	case errors.As(err, &application):
		return failure{kindCode(err, exitFailed), sentence(err)}
	case errors.Is(err, context.Canceled) || isA[*serviceerror.Canceled](err):
		return failure{exitInterrupted, "interrupted; what runs in Temporal goes on"}
	}
	for _, known := range serviceErrors {
		if known.is(err) {
			return failure{known.code, fmt.Sprintf(known.text, address, lastSentence(err))}
		}
	}
	return failure{exitFailed, err.Error()}
}

// serviceErrors are what Temporal itself answers. A text is given the
// address and the cause.
var serviceErrors = []struct {
	is   func(error) bool
	code int
	text string
}{
	{isA[*serviceerror.NamespaceNotFound], exitNotFound, "Temporal at %s has no such namespace: name another with --namespace (%s)"},
	{isA[*serviceerror.NotFound], exitNotFound, "no such execution: `gennaker list` shows those there are (Temporal at %s: %s)"},
	{isA[*serviceerror.PermissionDenied], exitRefused, "Temporal at %s does not allow it: check TEMPORAL_API_KEY or the TLS certificate (%s)"},
	{isStatus(codes.Unauthenticated), exitRefused, "Temporal at %s does not know you: set TEMPORAL_API_KEY or the TLS certificate (%s)"},
	{isA[*serviceerror.InvalidArgument], exitUsage, "Temporal at %s refuses the request: %s"},
	{isUnreachable, exitUnreachable, "Temporal is not reachable at %s: start it with `make dev`, or say where it is with --address (%s)"},
}

func isA[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

func isStatus(code codes.Code) func(error) bool {
	return func(err error) bool { return status.Code(err) == code }
}

func isUnreachable(err error) bool { return isLate(err) || isA[*serviceerror.Unavailable](err) }

func isLate(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || isA[*serviceerror.DeadlineExceeded](err)
}

// kindCodes are the exit codes for the kinds of error that executions and
// operations answer with.
var kindCodes = []struct {
	kind error
	name string // under which it travels
	code int
}{
	{gennaker.ErrNotFound, "NotFound", exitNotFound},
	{gennaker.ErrDenied, "Denied", exitRefused},
	{gennaker.ErrGuarded, "Guarded", exitRefused},
	{gennaker.ErrBusy, "Busy", exitRefused},
}

// kindCode is the exit code for an application error's kind, or the other one
// if it is of none. An activity gives the kind as the type; a validator wraps
// it, so that it is the innermost cause.
func kindCode(err error, other int) int {
	var application *temporal.ApplicationError
	for inner := err; errors.As(inner, &application); inner = application.Unwrap() {
		for _, k := range kindCodes {
			if application.Type() == k.name || application.Message() == k.kind.Error() {
				return k.code
			}
		}
	}
	return other
}

// sentence is what an execution or an operation itself said, without
// Temporal's words around it.
func sentence(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message()
	}
	return err.Error()
}

// lastSentence is the innermost cause that a transport error names.
func lastSentence(err error) string {
	text := strings.TrimSpace(err.Error())
	if at := strings.LastIndex(text, "desc = "); at >= 0 {
		text = text[at+len("desc = "):]
	}
	return strings.Trim(text, `"`)
}

// ended is how an execution that has ended counts for the exit code. The
// output has said why.
func ended(s gennaker.Status) error {
	switch s {
	case gennaker.Succeeded:
		return nil
	case gennaker.Canceled:
		return failure{code: exitCanceled}
	}
	return failure{code: exitFailed}
}

// alreadyStarted returns the run that holds a workflow id, if the error says
// that one does.
func alreadyStarted(err error) (runID string, ok bool) {
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if !errors.As(err, &started) {
		return "", false
	}
	return started.RunId, true
}
