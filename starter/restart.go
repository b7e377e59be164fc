package starter

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func restartCommand() *cli.Command {
	return &cli.Command{
		Name:      "restart",
		Usage:     "run a stage that has ended, and all that depend on it, again",
		ArgsUsage: "EXECUTION STAGE",
		Description: `gennaker restart 01J9ZK 3
gennaker restart shop/deploy "Deploy to prod" --watch

STAGE is a refId or a name. The other stages keep their results. A finished
execution goes on under the same id, with the document it was started with.`,
		Flags:        []cli.Flag{watchFlag()},
		BashComplete: completeExecution,
		Action: func(c *cli.Context) error {
			if c.NArg() == 1 {
				return usagef("STAGE is missing: give its refId or name: `gennaker status %s` shows them", c.Args().First())
			}
			return onExecution(2, restart)(c)
		},
	}
}

func restart(c *cli.Context, s *session, r ref) error {
	name := c.Args().Get(1)
	again, err := s.restart(c.Context, r, gennaker.Restart{Stage: name, User: s.user})
	if err != nil {
		return err
	}
	if err := newPage(c).say(fmt.Sprintf("restarted stage %s of %s", name, r.id)); err != nil {
		return err
	}
	if !c.Bool("watch") {
		return nil
	}
	return watch(c, s, again)
}

// restart asks a running execution, or starts a finished one again where it
// was asked to; it returns the run to follow.
func (s *session) restart(ctx context.Context, r ref, what gennaker.Restart) (ref, error) {
	again, err := s.executions.Restart(ctx, r.whole(), what)
	switch {
	case err == nil:
		return refOf(again), nil
	case errors.Is(err, gennaker.ErrBusy):
		return r, refusedf("restart %s: somebody else has just restarted it: `gennaker watch %s` follows it", r.id, r.id)
	case errors.Is(err, gennaker.ErrNotFound):
		return r, notFoundf("%v", err)
	case errors.Is(err, gennaker.ErrInvalid):
		return r, refusedf("%v", err)
	}
	return r, s.unanswered(ctx, r, gennaker.UpdateRestart, err)
}
