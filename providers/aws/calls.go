package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// Call is one request to AWS: each try of it is one.
type Call struct {
	Service   string // in the SDK's words, such as "Auto Scaling" or "EC2"
	Operation string // such as DescribeAutoScalingGroups
	Region    string
}

// Around is called in place of every request, whose error it returns. It may
// wait before it makes the request, or not make it.
type Around func(ctx context.Context, c Call, request func(context.Context) error) error

// pass has all calls of an account go through around, also those that fetch
// its credentials. Of several, the last is the outermost.
func pass(loaded aws.Config, name string, around Around) aws.Config {
	if around == nil {
		return loaded
	}
	step := middleware.FinalizeMiddlewareFunc(name, func(ctx context.Context, in middleware.FinalizeInput,
		next middleware.FinalizeHandler) (out middleware.FinalizeOutput, meta middleware.Metadata, err error) {
		c := Call{awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), awsmiddleware.GetRegion(ctx)}
		err = around(ctx, c, func(ctx context.Context) error {
			out, meta, err = next.HandleFinalize(ctx, in)
			return err
		})
		return out, meta, err
	})
	loaded.APIOptions = append(loaded.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(step, "Retry", middleware.After)
	})
	return loaded
}
