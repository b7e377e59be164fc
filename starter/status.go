package starter

import (
	"time"

	"github.com/urfave/cli/v2"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show an execution and its stages as they are now",
		ArgsUsage: "EXECUTION",
		Description: `gennaker status 01J9ZK
gennaker status shop/deploy           the newest execution of that pipeline
gennaker status shop/deploy -o json | jq .stages[].outputs

The exit code is 0 while the execution runs and when it SUCCEEDED, 1 if it
failed, 3 if it was cancelled. One that has ended is shown without a worker.`,
		Flags:        []cli.Flag{outputFlag()},
		BashComplete: completeExecution,
		Action:       onExecution(1, showStatus),
	}
}

func showStatus(c *cli.Context, s *session, r ref) error {
	v, err := s.state(c.Context, r)
	if err != nil {
		return err
	}
	v.Progress, v.Jobs = s.progress(c.Context, v.Execution), s.jobs(c.Context, v.Execution)
	v.Rollouts = s.rollouts(c.Context, v.Execution)
	v.WaysBack = s.waysBack(c.Context, v.Execution)
	err = emit(c, v, func() []line { return append(tree(v, time.Now()), hints(v)...) })
	if err != nil || !v.Status.Complete() {
		return err
	}
	return ended(v.Status)
}
