package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Correlation holds a correlation id until the execution that was started with
// it has ended. Its id holds it, not what it does.
func Correlation(ctx workflow.Context, c gennaker.Correlation) error {
	return ops.Close(ops.AwaitStarted(ctx, c.Execution))
}
