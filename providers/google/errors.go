package google

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/gennaker/gennaker"
)

// kinds says what Google's reasons mean. Requests are refused with reasons
// such as alreadyExists, and operations fail with codes such as
// RESOURCE_ALREADY_EXISTS: a row matches if either has its text in it, in
// small letters and without underscores. The first that matches counts.
var kinds = []struct {
	reason string
	kind   error
}{
	{"ratelimitexceeded", gennaker.ErrThrottled}, // also userRateLimitExceeded and RATE_LIMIT_EXCEEDED
	{"dailylimitexceeded", gennaker.ErrThrottled},
	{"concurrentoperationsquotaexceeded", gennaker.ErrThrottled},
	{"operationratelimit", gennaker.ErrThrottled},

	{"conditionnotmet", gennaker.ErrUnavailable}, // it was changed meanwhile: look again
	{"resourceinusebyanotherresource", gennaker.ErrUnavailable},
	{"resourceinuse", gennaker.ErrUnavailable},
	{"resourcenotready", gennaker.ErrUnavailable},
	{"resourcebeingused", gennaker.ErrUnavailable},
	{"resourcepoolexhausted", gennaker.ErrUnavailable}, // a zone has no more such machines now
	{"stockout", gennaker.ErrUnavailable},
	{"operationcanceled", gennaker.ErrUnavailable},
	{"backenderror", gennaker.ErrUnavailable},
	{"internalerror", gennaker.ErrUnavailable},
	{"serviceunavailable", gennaker.ErrUnavailable},

	{"alreadyexists", gennaker.ErrExists},
	{"duplicate", gennaker.ErrExists},
	{"notfound", gennaker.ErrNotFound},

	{"quotaexceeded", gennaker.ErrInvalid}, // of what there may be; it does not go away by itself
	{"limitexceeded", gennaker.ErrInvalid},
	{"forbidden", gennaker.ErrDenied},
	{"permission", gennaker.ErrDenied},
	{"accessnotconfigured", gennaker.ErrDenied},
	{"servicedisabled", gennaker.ErrDenied},
	{"autherror", gennaker.ErrDenied},
	{"required", gennaker.ErrInvalid},
	{"invalid", gennaker.ErrInvalid},
	{"unsupported", gennaker.ErrInvalid},
	{"badrequest", gennaker.ErrInvalid},
}

// kindOf is the kind of a reason, or else that of a status; nil if there is
// none.
func kindOf(reason string, status int) error {
	for _, k := range kinds {
		if strings.Contains(plain(reason), k.reason) {
			return k.kind
		}
	}
	switch {
	case status == 429:
		return gennaker.ErrThrottled
	case status == 401 || status == 403:
		return gennaker.ErrDenied
	case status == 404:
		return gennaker.ErrNotFound
	case status == 409:
		return gennaker.ErrExists
	case status == 408 || status == 412 || status >= 500:
		return gennaker.ErrUnavailable
	case status == 400:
		return gennaker.ErrInvalid
	}
	return nil
}

// plain is a reason in small letters and without underscores.
func plain(reason string) string { return strings.ToLower(strings.ReplaceAll(reason, "_", "")) }

// kinded gives an error of Google's client its kind and the cloud's own
// sentence.
func kinded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var said *googleapi.Error
	if errors.As(err, &said) {
		reason, sentence := "", said.Message
		if len(said.Errors) > 0 {
			reason, sentence = said.Errors[0].Reason, said.Errors[0].Message
		}
		if sentence == "" {
			sentence = strings.TrimSpace(said.Body)
		}
		if kind := kindOf(reason, said.Code); kind != nil {
			return &refusal{kind: kind, text: fmt.Sprintf("%s: %d %s: %s", kind, said.Code, reason, sentence), reason: reason, status: said.Code}
		}
		return err
	}
	if unanswered(err) {
		return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return err
}

// refusal is what Google refused, with its reason and the HTTP status.
type refusal struct {
	kind         error
	text, reason string
	status       int
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.kind }

// unanswered says of a request that nothing came back, whether it arrived or
// not.
func unanswered(err error) bool {
	var network net.Error
	var request *url.Error
	return errors.As(err, &network) || errors.As(err, &request) && !kindKnown(err) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.ErrUnexpectedEOF)
}

// kindKnown says of an error that it is one of ours, such as ErrThrottled of a
// turn that did not come.
func kindKnown(err error) bool {
	for _, kind := range []error{gennaker.ErrThrottled, gennaker.ErrDenied, gennaker.ErrInvalid} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// contended reports whether somebody else has changed the same meanwhile, or
// is at it.
func contended(err error) bool {
	var said *refusal
	return errors.As(err, &said) && (said.status == 412 || plain(said.reason) == "resourcenotready")
}

// gone drops an error which says that there is nothing to take away from.
func gone(err error) error {
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

// listed is an error of a request for a list: that there is no such project is
// no answer to what is in it.
func listed(err error) error {
	if err = kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return fmt.Errorf("%w: %s", gennaker.ErrInvalid, err)
	}
	return err
}

// seen says of a part of a list that Google could not read it.
func seen(place string, warning *warning) error {
	if warning == nil || warning.Code == "" || warning.Code == "NO_RESULTS_ON_PAGE" {
		return nil
	}
	if warning.Code == "UNREACHABLE" {
		return fmt.Errorf("%s: %w: %s", place, gennaker.ErrUnavailable, warning.Message)
	}
	return nil
}

// warning is what Google says about a part of a list.
type warning struct{ Code, Message string }
