package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/gennaker/gennaker"
)

// kinds says what the cloud's error codes mean. A code matches if it has the
// text in it and, where words are given, if its message has them too. The
// first that matches counts.
var kinds = []struct {
	code, words string
	kind        error
}{
	{"Throttl", "", gennaker.ErrThrottled}, // Throttling, ThrottlingException, ThrottledException, RequestThrottled
	{"RequestLimitExceeded", "", gennaker.ErrThrottled},
	{"TooManyRequests", "", gennaker.ErrThrottled},
	{"SlowDown", "", gennaker.ErrThrottled},
	{"PriorRequestNotComplete", "", gennaker.ErrThrottled},
	{"ResourceContention", "", gennaker.ErrThrottled},

	{"ScalingActivityInProgress", "", gennaker.ErrUnavailable},
	{"InvalidParameterValue", "codesha256", gennaker.ErrExists}, // the code was changed meanwhile
	{"ResourceConflict", "already exist", gennaker.ErrExists},
	{"ResourceConflict", "alias", gennaker.ErrInvalid},  // a version that one refers to
	{"ResourceConflict", "", gennaker.ErrUnavailable},   // a change is under way
	{"PreconditionFailed", "", gennaker.ErrUnavailable}, // it was changed meanwhile: look again
	{"ResourceNotReady", "", gennaker.ErrUnavailable},
	{"ServiceException", "", gennaker.ErrUnavailable},
	{"CodeStorageExceeded", "", gennaker.ErrInvalid},
	{"RequestTooLarge", "", gennaker.ErrInvalid},
	{"UpdateInProgress", "", gennaker.ErrUnavailable},
	{"ConcurrentUpdate", "", gennaker.ErrUnavailable},
	{"ServerException", "", gennaker.ErrUnavailable},
	{"InternalService", "", gennaker.ErrUnavailable},
	{"InvalidParameter", "still draining", gennaker.ErrUnavailable},      // a service of that name is going away
	{"Validation", "ecs service doesn't exist", gennaker.ErrUnavailable}, // it has just been made
	{"ResourceInUse", "", gennaker.ErrUnavailable},                       // also ResourceInUseFault: what uses it goes away
	{"ServiceUnavailable", "", gennaker.ErrUnavailable},
	{"Unavailable", "", gennaker.ErrUnavailable},
	{"InternalError", "", gennaker.ErrUnavailable},
	{"InternalFailure", "", gennaker.ErrUnavailable},
	{"InternalServerError", "", gennaker.ErrUnavailable},
	{"InsufficientInstanceCapacity", "", gennaker.ErrUnavailable},
	{"RequestExpired", "", gennaker.ErrUnavailable}, // the SDK corrects its clock
	{"ExpiredToken", "", gennaker.ErrUnavailable},   // and fetches another token

	{"AccessDenied", "", gennaker.ErrDenied},
	{"UnauthorizedOperation", "", gennaker.ErrDenied},
	{"AuthFailure", "", gennaker.ErrDenied},
	{"InvalidClientTokenId", "", gennaker.ErrDenied},
	{"UnrecognizedClient", "", gennaker.ErrDenied},
	{"SignatureDoesNotMatch", "", gennaker.ErrDenied},
	{"OptInRequired", "", gennaker.ErrDenied},
	{"MissingAuthenticationToken", "", gennaker.ErrDenied},

	{"AlreadyExists", "", gennaker.ErrExists},
	{"Duplicate", "", gennaker.ErrExists},
	{"IdempotentParameterMismatch", "", gennaker.ErrExists},
	{"", "was not idempotent", gennaker.ErrExists}, // a service of that name

	{"NotFound", "", gennaker.ErrNotFound},
	{"InvalidID", "", gennaker.ErrNotFound}, // of what shall be tagged
	{"ServiceNotActive", "", gennaker.ErrNotFound},
	{"ValidationError", "name not found", gennaker.ErrNotFound},
	{"ValidationError", "specified launch template", gennaker.ErrUnavailable}, // we have just made it: not seen everywhere yet
	{"ValidationError", "does not exist", gennaker.ErrInvalid},

	{"LimitExceeded", "", gennaker.ErrInvalid},
	{"Validation", "", gennaker.ErrInvalid},
	{"Invalid", "", gennaker.ErrInvalid},
	{"Malformed", "", gennaker.ErrInvalid},
	{"Missing", "", gennaker.ErrInvalid},
	{"Unsupported", "", gennaker.ErrInvalid},
	{"Incorrect", "", gennaker.ErrInvalid},
	{"ClientException", "", gennaker.ErrInvalid},
}

// kinded gives an error of the SDK its kind and the cloud's own sentence.
func kinded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var said smithy.APIError
	if errors.As(err, &said) && said.ErrorCode() != "" {
		if kind := kindOf(said.ErrorCode(), said.ErrorMessage()); kind != nil {
			return fmt.Errorf("%w: %s: %s", kind, said.ErrorCode(), said.ErrorMessage())
		}
	}
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		switch status := answer.HTTPStatusCode(); {
		case status == 429:
			return fmt.Errorf("%w: %w", gennaker.ErrThrottled, err)
		case status >= 500 || status/100 == 2: // an answer that was cut off
			return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
		}
	}
	if unanswered(err) {
		return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return err
}

func kindOf(code, message string) error {
	for _, k := range kinds {
		if strings.Contains(code, k.code) && strings.Contains(strings.ToLower(message), k.words) {
			return k.kind
		}
	}
	return nil
}

// unanswered says of a request that nothing came back, whether it arrived or
// not.
func unanswered(err error) bool {
	var unsent *smithyhttp.RequestSendError
	var network net.Error
	return errors.As(err, &unsent) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded)
}

// said is the code of an error that the cloud answered with.
func said(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// gone drops an error which says that there is nothing to take away from, and
// gives others their kind.
func gone(err error) error {
	if err := kinded(err); !errors.Is(err, gennaker.ErrNotFound) {
		return err
	}
	return nil
}
