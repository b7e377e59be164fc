package starter

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"
	enums "go.temporal.io/api/enums/v1"

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
	d, err := s.DescribeWorkflowExecution(ctx, r.id, r.runID)
	if err != nil {
		return r, err
	}
	info := d.GetWorkflowExecutionInfo()
	if info.GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return r, s.update(ctx, r, gennaker.UpdateRestart, what, nil)
	}
	e, err := s.outcome(ctx, r, info)
	if err != nil {
		return r, err
	}
	var start gennaker.Start
	if err := s.input(ctx, r, &start); err != nil {
		return r, err
	}
	if err := rewind(&start, e, what, time.Now()); err != nil {
		return r, err
	}
	return s.startAgain(ctx, r.id, start)
}

// rewind makes what an execution was started with into what it goes on with.
func rewind(start *gennaker.Start, e gennaker.Execution, what gennaker.Restart, now time.Time) error {
	what.At = now.UTC()
	stage, err := e.Rewind(what)
	if err != nil {
		return explainRewind(e, what, err)
	}
	what.Stage = stage.RefID
	start.Carried, start.Restarted = e.Stages, &what
	return nil
}

func explainRewind(e gennaker.Execution, what gennaker.Restart, err error) error {
	if e.Stage(what.Stage) == nil {
		return notFoundf("restart %s: %v", e.ID, err)
	}
	return refusedf("restart %s: %v", e.ID, err)
}

func (s *session) startAgain(ctx context.Context, id string, start gennaker.Start) (ref, error) {
	again, err := s.start(ctx, id, start, enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
	if _, running := alreadyStarted(err); running {
		return again, refusedf("restart %s: somebody else has just restarted it: `gennaker watch %s` follows it", id, id)
	}
	return again, err
}
