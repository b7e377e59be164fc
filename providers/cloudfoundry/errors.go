package cloudfoundry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/resource"
	"golang.org/x/oauth2"

	"github.com/gennaker/gennaker"
)

// codeNotFound is CF-NotFound: this Cloud Foundry does not know such a request.
const codeNotFound = 10000

// kinds says what the Cloud Controller's error codes mean: where words are
// given, if its sentence has them too. The first that matches counts.
var kinds = []struct {
	code  int
	words string
	kind  error
}{
	{1000, "", gennaker.ErrDenied},       // CF-InvalidAuthToken
	{10002, "", gennaker.ErrDenied},      // CF-NotAuthenticated
	{10003, "", gennaker.ErrDenied},      // CF-NotAuthorized
	{10017, "", gennaker.ErrDenied},      // CF-OrgSuspended
	{10013, "", gennaker.ErrThrottled},   // CF-RateLimitExceeded
	{10018, "", gennaker.ErrThrottled},   // CF-RateLimitV2APIExceeded
	{10016, "", gennaker.ErrExists},      // CF-UniquenessError, and of service brokers: too many requests
	{10010, "", gennaker.ErrNotFound},    // CF-ResourceNotFound
	{10001, "", gennaker.ErrUnavailable}, // UnknownError
	{10011, "", gennaker.ErrUnavailable}, // CF-DatabaseError
	{10015, "", gennaker.ErrUnavailable}, // CF-ServiceUnavailable

	{10008, "already exists", gennaker.ErrExists},
	{10008, "is taken", gennaker.ErrExists},
	{10008, "already bound", gennaker.ErrExists},
	{10008, "must be unique", gennaker.ErrExists},
	{10008, "in flight", gennaker.ErrUnavailable},                    // a deployment is
	{10008, "cannot continue a deployment", gennaker.ErrUnavailable}, // it has gone on meanwhile
	{10008, "cannot cancel a deployment", gennaker.ErrUnavailable},   // it is over meanwhile
	{10008, "", gennaker.ErrInvalid},                                 // CF-UnprocessableEntity

	{60002, "", gennaker.ErrExists},       // CF-ServiceInstanceNameTaken
	{60016, "", gennaker.ErrUnavailable},  // CF-AsyncServiceInstanceOperationInProgress
	{90008, "", gennaker.ErrUnavailable},  // CF-AsyncServiceBindingOperationInProgress
	{100002, "", gennaker.ErrExists},      // CF-AppNameTaken
	{160001, "", gennaker.ErrUnavailable}, // CF-StagingInProgress
	{170015, "", gennaker.ErrUnavailable}, // CF-RunnerUnavailable
	{170016, "", gennaker.ErrUnavailable}, // CF-RunnerError
	{210003, "", gennaker.ErrExists},      // CF-RouteHostTaken

	{1001, "", gennaker.ErrInvalid}, // CF-MessageParseError
	{1002, "", gennaker.ErrInvalid}, // CF-InvalidRelation
	{codeNotFound, "", gennaker.ErrInvalid},
	{10004, "", gennaker.ErrInvalid},  // CF-BadRequest
	{10005, "", gennaker.ErrInvalid},  // CF-BadQueryParameter
	{10006, "", gennaker.ErrInvalid},  // CF-AssociationNotEmpty
	{100005, "", gennaker.ErrInvalid}, // CF-AppMemoryQuotaExceeded
	{100007, "", gennaker.ErrInvalid}, // CF-QuotaInstanceMemoryLimitExceeded
	{100008, "", gennaker.ErrInvalid}, // CF-QuotaInstanceLimitExceeded
	{310009, "", gennaker.ErrInvalid}, // CF-SpaceQuotaMemoryLimitExceeded
}

// kinded gives an error of the client its kind, and the cloud's own sentence.
// One that has a kind keeps it.
func kinded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || hasKind(err) {
		return err
	}
	var said resource.CloudFoundryError
	if errors.As(err, &said) {
		if kind := kindOf(said); kind != nil {
			return fmt.Errorf("%w: %s: %s", kind, said.Title, said.Detail)
		}
		return err
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return fmt.Errorf("%w: %w: have this machine trust who has signed it, or set skipSslValidation of the account", gennaker.ErrInvalid, err)
	}
	var login *oauth2.RetrieveError
	if errors.As(err, &login) && login.Response != nil {
		return fmt.Errorf("log in: %w: %w", ofStatus(login.Response.StatusCode), err)
	}
	var answer resource.CloudFoundryHTTPError
	if errors.As(err, &answer) {
		return fmt.Errorf("%w: %w", ofStatus(answer.StatusCode), err)
	}
	if unanswered(err) {
		return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return err
}

// unknownRequest says that this Cloud Foundry has no such request.
func unknownRequest(err error) bool {
	var said resource.CloudFoundryError
	return errors.As(err, &said) && said.Code == codeNotFound
}

func kindOf(said resource.CloudFoundryError) error {
	for _, k := range kinds {
		if k.code == said.Code && strings.Contains(strings.ToLower(said.Detail), k.words) {
			return k.kind
		}
	}
	return nil
}

// ofStatus is what an answer means that is not the Cloud Controller's: of the
// UAA, or of a router before it. A router's 404 says that the API is not there.
func ofStatus(status int) error {
	switch {
	case status == http.StatusTooManyRequests:
		return gennaker.ErrThrottled
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return gennaker.ErrDenied
	case status >= 500 || status == http.StatusNotFound:
		return gennaker.ErrUnavailable
	}
	return gennaker.ErrInvalid
}

// unanswered says of a request that nothing, or not all, came back.
func unanswered(err error) bool {
	var sent *url.Error
	var network net.Error
	return errors.As(err, &sent) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "unexpected EOF")
}

var ours = []error{gennaker.ErrNotFound, gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied, gennaker.ErrThrottled, gennaker.ErrUnavailable}

func hasKind(err error) bool {
	for _, kind := range ours {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// final says of an error that to try again is no use.
func final(err error) bool {
	for _, kind := range []error{gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied, gennaker.ErrNotFound} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
