package stages

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/ops"
)

type noopConfig struct{}

// Noop asks a worker to do nothing: it shows that workers answer, and what a
// stage costs.
func Noop(ctx workflow.Context, in Input) (Outputs, error) {
	return nil, ops.Noop(ctx)
}
