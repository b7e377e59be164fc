package cloudfoundry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cloudfoundry/go-cfclient/v3/resource"
	"golang.org/x/oauth2"

	"github.com/gennaker/gennaker"
)

func TestErrorsHaveAKindAndTheCloudsSentence(t *testing.T) {
	said := func(code int, title, detail string) error {
		return fmt.Errorf("executing: %w", resource.CloudFoundryError{Code: code, Title: title, Detail: detail})
	}
	login := func(status int) error {
		return &url.Error{Op: "Get", URL: "x", Err: &oauth2.RetrieveError{Response: &http.Response{StatusCode: status}}}
	}
	for _, c := range []struct {
		err, want error
		words     string
	}{
		{said(10010, "CF-ResourceNotFound", "App not found"), gennaker.ErrNotFound, "App not found"},
		{said(10008, "CF-UnprocessableEntity", "Cannot continue a deployment with status: ACTIVE and reason: DEPLOYING"), gennaker.ErrUnavailable, "reason: DEPLOYING"},
		{said(10008, "CF-UnprocessableEntity", "Cannot cancel a deployment with status: FINALIZED and reason: DEPLOYED"), gennaker.ErrUnavailable, "reason: DEPLOYED"},
		{said(10016, "CF-UniquenessError", "App with the name 'x' already exists."), gennaker.ErrExists, "already exists"},
		{said(10008, "CF-UnprocessableEntity", "Route already exists with host 'x' for domain 'y'."), gennaker.ErrExists, "Route"},
		{said(10008, "CF-UnprocessableEntity", "Cannot scale this process while a deployment is in flight."), gennaker.ErrUnavailable, "in flight"},
		{said(10008, "CF-UnprocessableEntity", "Name can't be blank"), gennaker.ErrInvalid, "blank"},
		{said(10003, "CF-NotAuthorized", "You are not authorized"), gennaker.ErrDenied, "not authorized"},
		{said(10013, "CF-RateLimitExceeded", "Rate Limit Exceeded"), gennaker.ErrThrottled, "Rate"},
		{said(10000, "CF-NotFound", "Unknown request"), gennaker.ErrInvalid, "Unknown request"},
		{said(10001, "UnknownError", "An unknown error occurred."), gennaker.ErrUnavailable, "unknown error"},
		{resource.CloudFoundryHTTPError{StatusCode: 502, Status: "502 Bad Gateway"}, gennaker.ErrUnavailable, "502"},
		{resource.CloudFoundryHTTPError{StatusCode: 404, Status: "404 Not Found"}, gennaker.ErrUnavailable, "404"},
		{resource.CloudFoundryHTTPError{StatusCode: 429, Status: "429"}, gennaker.ErrThrottled, "429"},
		{login(http.StatusUnauthorized), gennaker.ErrDenied, "log in"},
		{login(http.StatusServiceUnavailable), gennaker.ErrUnavailable, "log in"},
		{&url.Error{Op: "Get", URL: "x", Err: io.ErrUnexpectedEOF}, gennaker.ErrUnavailable, "EOF"},
		{context.DeadlineExceeded, gennaker.ErrUnavailable, "deadline"},
		{&url.Error{Op: "Get", URL: "x", Err: context.Canceled}, context.Canceled, "canceled"},
	} {
		got := kinded(c.err)
		if !errors.Is(got, c.want) || !strings.Contains(got.Error(), c.words) {
			t.Errorf("kinded(%v) = %v, want %v with %q", c.err, got, c.want, c.words)
		}
		if again := kinded(got); again != got {
			t.Errorf("an error that has a kind gets another: %v", again)
		}
	}
}
