package stages

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
)

type waitConfig struct {
	Seconds  float64 `json:"waitTime,omitempty" jsonschema:"minimum=0" jsonschema_description:"Seconds to wait, 0 if there are none. Time spent paused does not count."`
	SkipText string  `json:"skipWaitText,omitempty"`
	Skip     bool    `json:"skipRemainingWait,omitempty" jsonschema_description:"Do not wait at all."`
}

// Wait does nothing for a while.
func Wait(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[waitConfig](in.Config)
	if err != nil {
		return nil, err
	}
	d := time.Duration(c.Seconds * float64(time.Second))
	left := d - in.Spent
	if left <= 0 || c.Skip {
		return nil, gate.Pass(ctx)
	}
	in.State.Waiting = d.String() + " to pass"
	return nil, in.Skippable(func(skipped func() bool) error {
		_, err := gate.Wait(ctx, left, in.Stage.Title()+": wait "+d.String(), skipped)
		return err
	})
}
