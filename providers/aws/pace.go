package aws

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/gennaker/gennaker/ratelimit"
)

// paced has each request wait for its turn, and has the limits learn from what
// AWS says to it.
func paced(l *ratelimit.Limits, account string) Around {
	if l == nil {
		return nil
	}
	return func(ctx context.Context, c Call, request func(context.Context) error) error {
		turn, err := l.Wait(ctx, ratelimit.Key{Account: account, Region: c.Region, Family: c.family()})
		if err != nil {
			return err
		}
		err = request(ctx)
		switch {
		case tooFast(err):
			turn.Throttled(pause(err))
		case err == nil || said(err) != "":
			turn.Answered()
		}
		return err
	}
}

// family is what AWS counts together, roughly: reads or changes of a service.
func (c Call) family() string {
	for _, read := range []string{"Describe", "Get", "List"} {
		if strings.HasPrefix(c.Operation, read) {
			return c.Service + " reads"
		}
	}
	return c.Service + " changes"
}

// tooFast reports whether AWS refused a request because of the rate of them.
func tooFast(err error) bool {
	var answer *awshttp.ResponseError
	return retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err) == aws.TrueTernary ||
		errors.As(err, &answer) && answer.HTTPStatusCode() == http.StatusTooManyRequests
}

// pause is for how long AWS wants no request, if it says so.
func pause(err error) time.Duration {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil {
		return 0
	}
	return ratelimit.RetryAfter(answer.Response.Header)
}
