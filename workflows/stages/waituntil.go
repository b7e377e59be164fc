package stages

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
)

type waitUntilConfig struct {
	EpochMillis *int64 `json:"epochMillis,omitempty" jsonschema_description:"The moment to wait for, in milliseconds since 1970 (UTC). One that has passed is not waited for, and without one there is nothing to wait for."`
}

// WaitUntil does nothing until a moment. A pause does not put the moment off:
// if it comes while the execution is paused, the stage ends with the pause.
func WaitUntil(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[waitUntilConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if c.EpochMillis == nil {
		return nil, gate.Pass(ctx)
	}
	until := time.UnixMilli(*c.EpochMillis).UTC()
	left := until.Sub(workflow.Now(ctx))
	if left <= 0 {
		return nil, gate.Pass(ctx)
	}
	in.Waiting(until.Format(time.RFC3339))
	err = in.Skippable(func(skipped func() bool) error {
		timer := workflow.TimerOptions{Summary: in.Stage.Title() + ": wait until " + until.Format(time.RFC3339)}
		_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: left, TimerOptions: timer}, skipped)
		return err
	})
	if err != nil {
		return nil, err
	}
	return nil, gate.Pass(ctx)
}
