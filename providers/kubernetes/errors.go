package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"

	"github.com/gennaker/gennaker"
)

// kinds says what the reasons of the API server mean. Where words are given,
// its sentence must have them. The first that matches counts.
var kinds = []struct {
	reason metav1.StatusReason
	words  string
	kind   error
}{
	{metav1.StatusReasonNotFound, "", gennaker.ErrNotFound},
	{metav1.StatusReasonAlreadyExists, "object is being deleted", gennaker.ErrUnavailable}, // its name is free soon
	{metav1.StatusReasonAlreadyExists, "", gennaker.ErrExists},

	{metav1.StatusReasonConflict, "", gennaker.ErrUnavailable}, // it was changed meanwhile: look again
	{metav1.StatusReasonExpired, "", gennaker.ErrUnavailable},  // a list that took too long: begin it again
	{metav1.StatusReasonGone, "", gennaker.ErrUnavailable},
	{metav1.StatusReasonServerTimeout, "", gennaker.ErrUnavailable},
	{metav1.StatusReasonTimeout, "", gennaker.ErrUnavailable},
	{metav1.StatusReasonInternalError, "", gennaker.ErrUnavailable},
	{metav1.StatusReasonServiceUnavailable, "", gennaker.ErrUnavailable},
	{metav1.StatusReasonStoreReadError, "", gennaker.ErrUnavailable},
	{metav1.StatusReasonTooManyRequests, "", gennaker.ErrThrottled},

	{metav1.StatusReasonForbidden, "exceeded quota", gennaker.ErrUnavailable}, // somebody may make room
	{metav1.StatusReasonForbidden, "being terminated", gennaker.ErrInvalid},   // the namespace
	{metav1.StatusReasonForbidden, "", gennaker.ErrDenied},
	{metav1.StatusReasonUnauthorized, "", gennaker.ErrDenied},

	{metav1.StatusReasonInvalid, "", gennaker.ErrInvalid},
	{metav1.StatusReasonBadRequest, "", gennaker.ErrInvalid},
	{metav1.StatusReasonMethodNotAllowed, "", gennaker.ErrInvalid},
	{metav1.StatusReasonNotAcceptable, "", gennaker.ErrInvalid},
	{metav1.StatusReasonUnsupportedMediaType, "", gennaker.ErrInvalid},
	{metav1.StatusReasonRequestEntityTooLarge, "", gennaker.ErrInvalid},
}

// kinded gives an error of client-go its kind, around the cluster's own
// sentence.
func kinded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || known(err) {
		return err
	}
	var status apierrors.APIStatus
	switch {
	case errors.As(err, &status):
		return fmt.Errorf("%w: %w", kindOf(status.Status()), err)
	case meta.IsNoMatchError(err):
		return fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	case discovery.IsGroupDiscoveryFailedError(err) || unanswered(err):
		return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return err
}

// known reports whether an error has a kind already.
func known(err error) bool {
	for _, kind := range []error{gennaker.ErrNotFound, gennaker.ErrExists, gennaker.ErrInvalid, gennaker.ErrDenied,
		gennaker.ErrThrottled, gennaker.ErrUnavailable} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

func kindOf(s metav1.Status) error {
	for _, k := range kinds {
		if s.Reason == k.reason && strings.Contains(s.Message, k.words) {
			return k.kind
		}
	}
	switch {
	case s.Code == http.StatusTooManyRequests:
		return gennaker.ErrThrottled
	case s.Code/100 == 4:
		return gennaker.ErrInvalid
	}
	return gennaker.ErrUnavailable // what stands between us and the cluster
}

// unanswered says of a request that no whole answer came back, whether it
// arrived or not.
func unanswered(err error) bool {
	var network net.Error
	var address *url.Error
	return errors.As(err, &network) || errors.As(err, &address) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// gone drops an error which says that there is nothing to take away, and gives
// others their kind.
func gone(err error) error {
	if err := kinded(err); !errors.Is(err, gennaker.ErrNotFound) {
		return err
	}
	return nil
}
