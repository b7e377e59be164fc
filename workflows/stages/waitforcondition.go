package stages

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
)

type waitForConditionConfig struct {
	Status   string `json:"status,omitempty" jsonschema:"enum=WAITING,enum=SKIPPED,enum=ERROR" jsonschema_description:"SKIPPED does not wait at all; anything else waits until a person skips the wait."`
	Account  string `json:"account,omitempty"`
	Region   string `json:"region,omitempty"`
	Cluster  string `json:"cluster,omitempty"`
	SkipText string `json:"skipWaitText,omitempty"`
}

// conditionLimit is Spinnaker's: a condition that holds longer has been
// forgotten.
const conditionLimit = 2 * time.Hour

// WaitForCondition waits until a person says that the condition, which only
// people know, is over.
func WaitForCondition(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[waitForConditionConfig](in.Config)
	if err != nil {
		return nil, err
	}
	switch c.Status {
	case "SKIPPED":
		return nil, gate.Pass(ctx)
	case "", "WAITING", "ERROR":
	default:
		return nil, fmt.Errorf("status: %w: %q is not WAITING, SKIPPED or ERROR", gennaker.ErrInvalid, c.Status)
	}
	in.Waiting(c.condition() + " to be over, until somebody skips the wait")
	err = in.Skippable(func(skipped func() bool) error { return workflow.Await(ctx, skipped) })
	if err != nil {
		return nil, err
	}
	return nil, gate.Pass(ctx)
}

func (c waitForConditionConfig) condition() string {
	if c.Cluster == "" {
		return "a condition"
	}
	return "the condition of cluster " + c.Cluster
}
