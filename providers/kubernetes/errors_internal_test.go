package kubernetes

import (
	"context"
	"errors"
	"io"
	"net/url"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/gennaker/gennaker"
)

func TestErrorsOfTheClusterHaveAKind(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	said := func(code int32, reason metav1.StatusReason, message string) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Reason: reason, Message: message}}
	}
	for _, c := range []struct {
		name string
		err  error
		kind error
	}{
		{"what is not there", apierrors.NewNotFound(pods, "web"), gennaker.ErrNotFound},
		{"a name that is taken", apierrors.NewAlreadyExists(pods, "web"), gennaker.ErrExists},
		{"a name that is free soon", said(409, metav1.StatusReasonAlreadyExists, "object is being deleted: pods \"web\" already exists"), gennaker.ErrUnavailable},
		{"a change by another meanwhile", apierrors.NewConflict(pods, "web", errors.New("modified")), gennaker.ErrUnavailable},
		{"a list that took too long", apierrors.NewResourceExpired("too old"), gennaker.ErrUnavailable},
		{"too many requests", apierrors.NewTooManyRequests("later", 1), gennaker.ErrThrottled},
		{"too many requests, as a proxy says it", said(429, "", "slow down"), gennaker.ErrThrottled},
		{"a busy server", apierrors.NewServerTimeout(pods, "get", 1), gennaker.ErrUnavailable},
		{"a server that goes away", apierrors.NewServiceUnavailable("shutting down"), gennaker.ErrUnavailable},
		{"an error inside", apierrors.NewInternalError(errors.New("etcdserver: leader changed")), gennaker.ErrUnavailable},
		{"a proxy without a server", said(502, "", "bad gateway"), gennaker.ErrUnavailable},
		{"who may not", apierrors.NewForbidden(pods, "web", errors.New("no role")), gennaker.ErrDenied},
		{"who is not known", apierrors.NewUnauthorized("who?"), gennaker.ErrDenied},
		{"no room in the quota", apierrors.NewForbidden(pods, "web", errors.New("exceeded quota: q")), gennaker.ErrUnavailable},
		{"a namespace that goes away", said(403, metav1.StatusReasonForbidden, "unable to create new content in namespace a because it is being terminated"), gennaker.ErrInvalid},
		{"what cannot be", apierrors.NewInvalid(schema.GroupKind{Kind: "Pod"}, "web", nil), gennaker.ErrInvalid},
		{"what is no request", apierrors.NewBadRequest("no"), gennaker.ErrInvalid},
		{"a code without a reason", said(418, "", "teapot"), gennaker.ErrInvalid},
		{"a kind that the cluster has not", &meta.NoKindMatchError{GroupKind: schema.GroupKind{Kind: "Widget"}}, gennaker.ErrInvalid},
		{"a connection that breaks", &url.Error{Op: "Get", URL: "https://a", Err: io.EOF}, gennaker.ErrUnavailable},
		{"an answer that is cut off", io.ErrUnexpectedEOF, gennaker.ErrUnavailable},
		{"a time that is over", context.DeadlineExceeded, gennaker.ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := kinded(c.err)
			if !errors.Is(got, c.kind) || !errors.Is(got, c.err) {
				t.Errorf("kinded(%v) = %v, want %v around it", c.err, got, c.kind)
			}
		})
	}
}

func TestWhatHasAKindKeepsIt(t *testing.T) {
	for _, err := range []error{nil, context.Canceled, gennaker.ErrGuarded, gennaker.ErrExists} {
		if got := kinded(err); got != err {
			t.Errorf("kinded(%v) = %v, want the same", err, got)
		}
	}
}
