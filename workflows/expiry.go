package workflows

import (
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// expired reports whether a startTimeExpiry, in milliseconds of the epoch as a
// number or as text, has passed. Without one nothing expires.
func expired(ctx workflow.Context, expiry any) (bool, error) {
	var millis int64
	switch v := expiry.(type) {
	case nil:
		return false, nil
	case float64:
		millis = int64(v)
	default:
		n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
		if err != nil {
			return false, fmt.Errorf("startTimeExpiry %v: %w: it is not a number of milliseconds", v, gennaker.ErrInvalid)
		}
		millis = n
	}
	return workflow.Now(ctx).After(time.UnixMilli(millis)), nil
}

// inWindow waits for the stage's execution window. A stage whose
// startTimeExpiry has passed before or after that is skipped.
func (r *run) inWindow(ctx workflow.Context, sc *scope, in stages.Input) (late bool, err error) {
	if late, err = expired(ctx, sc.stage.StartTimeExpiry); err != nil {
		return false, err
	}
	if !late && sc.stage.RestrictWindow {
		if err := r.window(ctx, in); err != nil {
			return false, err
		}
		late, err = expired(ctx, sc.stage.StartTimeExpiry)
	}
	if late {
		sc.state.Status = gennaker.Skipped
		sc.warn("skipped: its startTimeExpiry has passed")
	}
	return late, err
}
