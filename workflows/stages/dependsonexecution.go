package stages

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type dependsOnExecutionConfig struct {
	ExecutionID   string `json:"executionId" jsonschema:"required" jsonschema_description:"The id of the execution to wait for."`
	ExecutionType string `json:"executionType,omitempty" jsonschema_description:"PIPELINE, which is all there is."`
}

// DependsOnExecution goes on once another execution has succeeded. If that
// fails or is cancelled, so that it cannot, the stage is cancelled.
func DependsOnExecution(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[dependsOnExecutionConfig](in.Config)
	if err != nil {
		return nil, err
	}
	switch {
	case c.ExecutionID == "":
		return nil, fmt.Errorf("executionId: %w: it is missing", gennaker.ErrInvalid)
	case c.ExecutionType != "" && !strings.EqualFold(c.ExecutionType, "pipeline"):
		return nil, fmt.Errorf("executionType: %w: %q: there are executions of pipelines alone", gennaker.ErrInvalid, c.ExecutionType)
	}
	in.State.Executions = []string{c.ExecutionID}
	in.Waiting("execution " + c.ExecutionID)
	e, err := ops.AwaitExecution(ctx, c.ExecutionID)
	if err != nil || e.Status == gennaker.Succeeded {
		return nil, err
	}
	reason := fmt.Sprintf("Depended-on execution completed with status %s", e.Status)
	in.State.Warnings = append(in.State.Warnings, fmt.Sprintf("execution %s ended %s", e.ID, e.Status))
	return Outputs{"reason": reason}, temporal.NewCanceledError(reason)
}
