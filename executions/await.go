package executions

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"

	"github.com/gennaker/gennaker"
)

// Await returns an execution once it has ended, however it ends. A restart
// after that is another run, which it does not wait for.
func (c Client) Await(ctx context.Context, r Ref) (gennaker.Execution, error) {
	for {
		r, info, err := c.newest(ctx, r)
		if err != nil {
			return gennaker.Execution{}, err
		}
		if !running(info) {
			return c.outcome(ctx, r, info)
		}
		if err := c.ended(ctx, r); err != nil {
			return gennaker.Execution{}, err
		}
	}
}

// ended waits until a run has ended, but for one poll at most. How it ended is
// read anew: only the errors of the connection count.
func (c Client) ended(ctx context.Context, r Ref) error {
	once, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	err := c.Temporal.GetWorkflow(once, r.ID, r.RunID).Get(once, nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var unavailable *serviceerror.Unavailable
	if errors.As(err, &unavailable) {
		return err
	}
	return nil
}
