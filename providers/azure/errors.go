package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/gennaker/gennaker"
)

// kinds says what the cloud's error codes mean. A code matches if it has the
// text in it and, where words are given, if its message has them too. The
// first that matches counts.
var kinds = []struct {
	code, words string
	kind        error
}{
	{"Throttl", "", gennaker.ErrThrottled}, // also SubscriptionRequestsThrottled
	{"TooManyRequests", "", gennaker.ErrThrottled},

	{"OperationNotAllowed", "quota", gennaker.ErrInvalid},
	{"OperationNotAllowed", "exceed", gennaker.ErrInvalid},
	{"OperationNotAllowed", "", gennaker.ErrUnavailable}, // another one is under way
	{"OperationPreempted", "", gennaker.ErrUnavailable},
	{"AnotherOperationInProgress", "", gennaker.ErrUnavailable},
	{"PreconditionFailed", "", gennaker.ErrUnavailable}, // it was changed meanwhile: look again
	{"Conflict", "", gennaker.ErrUnavailable},
	{"AttachDiskWhileBeingDetached", "", gennaker.ErrUnavailable},
	{"RetryableError", "", gennaker.ErrUnavailable}, // also CanceledAndSupersededDueToAnotherOperation
	{"Superseded", "", gennaker.ErrUnavailable},
	{"InternalServerError", "", gennaker.ErrUnavailable},
	{"InternalExecutionError", "", gennaker.ErrUnavailable},
	{"ServerTimeout", "", gennaker.ErrUnavailable},
	{"Timeout", "", gennaker.ErrUnavailable},
	{"ServiceUnavailable", "", gennaker.ErrUnavailable},
	{"ServerBusy", "", gennaker.ErrUnavailable},
	{"AllocationFailed", "", gennaker.ErrUnavailable},           // also ZonalAllocationFailed
	{"ExpiredAuthenticationToken", "", gennaker.ErrUnavailable}, // the SDK fetches another

	{"AuthorizationFailed", "", gennaker.ErrDenied}, // also LinkedAuthorizationFailed
	{"AuthenticationFailed", "", gennaker.ErrDenied},
	{"InvalidAuthenticationToken", "", gennaker.ErrDenied},
	{"AuthenticationTokenInvalid", "", gennaker.ErrDenied},
	{"Forbidden", "", gennaker.ErrDenied},
	{"RequestDisallowedByPolicy", "", gennaker.ErrDenied},
	{"ScopeLocked", "", gennaker.ErrDenied},
	{"ReadOnlyDisabledSubscription", "", gennaker.ErrDenied},

	{"SubscriptionNotFound", "", gennaker.ErrInvalid},
	{"ImageNotFound", "", gennaker.ErrInvalid}, // of what a server group shall be made from
	{"NotFound", "", gennaker.ErrNotFound},     // also ResourceGroupNotFound
	{"AlreadyExists", "", gennaker.ErrExists},

	{"Quota", "", gennaker.ErrInvalid},
	{"SkuNotAvailable", "", gennaker.ErrInvalid},
	{"Invalid", "", gennaker.ErrInvalid},
	{"BadRequest", "", gennaker.ErrInvalid},
	{"Missing", "", gennaker.ErrInvalid},
	{"NotSupported", "", gennaker.ErrInvalid},
	{"NotAllowed", "", gennaker.ErrInvalid}, // such as PropertyChangeNotAllowed
	{"InUse", "", gennaker.ErrInvalid},
	{"Overconstrained", "", gennaker.ErrInvalid},
}

// kinded gives an error of the SDK its kind and the cloud's own sentence.
func kinded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var answer *azcore.ResponseError
	if errors.As(err, &answer) {
		return answered(answer)
	}
	var refused *azidentity.AuthenticationFailedError
	if errors.As(err, &refused) {
		if r := refused.RawResponse; r == nil || r.StatusCode >= 500 {
			return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
		}
		return fmt.Errorf("%w: %w", gennaker.ErrDenied, err)
	}
	if unanswered(err) {
		return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return err
}

// errNoGroup says that it is a resource group that is not found.
var errNoGroup = errors.New("there is no such resource group")

// answered is an error that the cloud answered with.
func answered(e *azcore.ResponseError) error {
	code, message := said(e)
	if code == "ResourceGroupNotFound" {
		return fmt.Errorf("%w: %w: %s", gennaker.ErrNotFound, errNoGroup, message)
	}
	kind := kindOf(code, message)
	if kind == nil {
		kind = byStatus(e.StatusCode)
	}
	if code == "" {
		code = fmt.Sprint("status ", e.StatusCode)
	}
	if message != "" {
		message = ": " + message
	}
	return fmt.Errorf("%w: %s%s", kind, code, message)
}

func kindOf(code, message string) error {
	for _, k := range kinds {
		if code != "" && strings.Contains(code, k.code) && strings.Contains(strings.ToLower(message), k.words) {
			return k.kind
		}
	}
	return nil
}

func byStatus(status int) error {
	switch {
	case status == 401, status == 403:
		return gennaker.ErrDenied
	case status == 404:
		return gennaker.ErrNotFound
	case status == 429:
		return gennaker.ErrThrottled
	case status == 408, status == 409, status == 412, status >= 500, status/100 == 2: // the last is an answer that was cut off
		return gennaker.ErrUnavailable
	}
	return gennaker.ErrInvalid
}

// said is the code and the sentence of an error.
func said(e *azcore.ResponseError) (code, message string) {
	code = e.ErrorCode
	if e.RawResponse == nil {
		return code, ""
	}
	body, err := runtime.Payload(e.RawResponse)
	if err != nil {
		return code, ""
	}
	var text struct {
		Message string
		Error   struct{ Message string }
	}
	if json.Unmarshal(body, &text) != nil {
		return code, strings.TrimSpace(string(body))
	}
	return code, text.Error.Message + text.Message
}

// unanswered says of a request that nothing came back, or not all, whether it
// arrived or not.
func unanswered(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// taken reports whether the cloud refused to make what is there already.
func taken(err error) bool {
	var answer *azcore.ResponseError
	return errors.As(err, &answer) && (answer.StatusCode == 412 || answer.StatusCode == 409)
}

// gone drops an error which says that there is nothing to take away from, and
// gives others their kind.
func gone(err error) error {
	if err := kinded(err); !errors.Is(err, gennaker.ErrNotFound) {
		return err
	}
	return nil
}

// notThere reports whether the cloud said that there is no such resource.
func notThere(err error) bool {
	var answer *azcore.ResponseError
	return errors.As(err, &answer) && answer.StatusCode == 404
}
