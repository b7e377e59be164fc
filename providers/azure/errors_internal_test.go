package azure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/gennaker/gennaker"
)

// refusal is an answer as the SDK reads it.
func refusal(status int, body string) error {
	return runtime.NewResponseError(&http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
		Request: &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "management.azure.com"}}})
}

func TestErrorsHaveTheKindOfAzuresCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status        int
		code, message string
		want          error
	}{
		{429, "TooManyRequests", "The request is being throttled.", gennaker.ErrThrottled},
		{429, "SubscriptionRequestsThrottled", "Number of 'read' requests exceeded the limit.", gennaker.ErrThrottled},
		{429, "OperationNotAllowed", "The server rejected the request because too many requests have been received", gennaker.ErrUnavailable},
		{409, "OperationNotAllowed", "results in exceeding approved Total Regional Cores quota", gennaker.ErrInvalid},
		{409, "OperationNotAllowed", "not allowed while another operation is in progress", gennaker.ErrUnavailable},
		{409, "Conflict", "the resource is being changed", gennaker.ErrUnavailable},
		{409, "AllocationFailed", "there is not enough capacity", gennaker.ErrUnavailable},
		{412, "PreconditionFailed", "the condition is not met", gennaker.ErrUnavailable},
		{409, "SkuNotAvailable", "The requested size is not available in location 'westeurope'.", gennaker.ErrInvalid},
		{409, "QuotaExceeded", "", gennaker.ErrInvalid},
		{400, "InvalidParameter", "Required parameter 'sku' is missing (null).", gennaker.ErrInvalid},
		{400, "InvalidResourceReference", "Resource was not found.", gennaker.ErrInvalid},
		{409, "PropertyChangeNotAllowed", "", gennaker.ErrInvalid},
		{404, "PlatformImageNotFound", "", gennaker.ErrInvalid},
		{404, "SubscriptionNotFound", "", gennaker.ErrInvalid},
		{404, "ResourceNotFound", "", gennaker.ErrNotFound},
		{403, "AuthorizationFailed", "The client does not have authorization", gennaker.ErrDenied},
		{403, "LinkedAuthorizationFailed", "", gennaker.ErrDenied},
		{403, "RequestDisallowedByPolicy", "", gennaker.ErrDenied},
		{401, "ExpiredAuthenticationToken", "", gennaker.ErrUnavailable},
		{401, "InvalidAuthenticationToken", "", gennaker.ErrDenied},
		{500, "InternalServerError", "", gennaker.ErrUnavailable},
		{503, "ServiceUnavailable", "", gennaker.ErrUnavailable},
		{502, "", "", gennaker.ErrUnavailable},
		{404, "", "", gennaker.ErrNotFound},
		{403, "", "", gennaker.ErrDenied},
		{429, "", "", gennaker.ErrThrottled},
		{418, "Teapot", "", gennaker.ErrInvalid},
	} {
		err := kinded(refusal(c.status, fmt.Sprintf(`{"error": {"code": %q, "message": %q}}`, c.code, c.message)))
		if !errors.Is(err, c.want) {
			t.Errorf("%d %s %q is %v, want %v", c.status, c.code, c.message, err, c.want)
		}
		if !strings.Contains(err.Error(), c.code) || !strings.Contains(err.Error(), c.message) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d %s %q says %q, want Azure's code and sentence, in one line", c.status, c.code, c.message, err)
		}
	}
}

func TestErrorsWithoutAnAnswerHaveAKind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err, want error
	}{
		{&url.Error{Op: "Get", URL: "https://x", Err: errors.New("connection refused")}, gennaker.ErrUnavailable},
		{context.DeadlineExceeded, gennaker.ErrUnavailable},
		{io.ErrUnexpectedEOF, gennaker.ErrUnavailable},
		{&azidentity.AuthenticationFailedError{RawResponse: &http.Response{StatusCode: 401}}, gennaker.ErrDenied},
		{&azidentity.AuthenticationFailedError{RawResponse: &http.Response{StatusCode: 503}}, gennaker.ErrUnavailable},
		{context.Canceled, context.Canceled},
	} {
		if got := kinded(c.err); !errors.Is(got, c.want) {
			t.Errorf("%T is %v, want %v", c.err, got, c.want)
		}
	}
	if kinded(nil) != nil || gone(refusal(404, `{"error": {"code": "ResourceNotFound"}}`)) != nil {
		t.Error("no error, or that there is nothing to take away from, is an error")
	}
	if err := kinded(refusal(404, `{"error": {"code": "ResourceGroupNotFound"}}`)); !errors.Is(err, gennaker.ErrNotFound) || !errors.Is(err, errNoGroup) {
		t.Errorf("a resource group that is not there is %v", err)
	}
	var answer *azcore.ResponseError
	if err := refusal(412, "{}"); !errors.As(err, &answer) || !taken(err) {
		t.Error("a name that is taken is not seen")
	}
}
