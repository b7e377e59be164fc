package stages

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type lambdaUpdateCodeConfig struct {
	lambdaConfig
	lambdaCode
}

// LambdaUpdateCode gives a function other code.
func LambdaUpdateCode(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[lambdaUpdateCodeConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.function(c.lambdaConfig)
	if err != nil {
		return nil, err
	}
	before, err := ops.Function(ctx, ref)
	if err != nil {
		return nil, err
	}
	if err := ops.UpdateFunctionCode(ctx, gennaker.PutFunction{FunctionRef: ref, Spec: in.Config}); err != nil {
		return nil, err
	}
	f, err := ops.AwaitFunction(ctx, ref)
	if err != nil {
		return nil, err
	}
	return in.publish(ctx, c.lambdaCode, f, before, Outputs{"lambdaCodeUpdated": true, "originalRevisionId": before.Revision})
}
