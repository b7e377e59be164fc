package starter

import (
	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func rerunCommand() *cli.Command {
	return &cli.Command{
		Name:      "rerun",
		Usage:     "start another execution like one before",
		ArgsUsage: "EXECUTION",
		Description: `gennaker rerun 01J9ZK
gennaker rerun shop/deploy --watch    like the newest execution of that pipeline

It prints the id of the new execution, which has the document, the parameters
and the artifacts that the other was started with, whatever has been saved
since. To go on with a finished execution where it failed, restart it.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "id", Usage: "last part of the execution's id, such as a build's `NAME`; starts it once only"},
			watchFlag(),
			outputFlag(),
		},
		BashComplete: completeExecution,
		Action: onExecution(1, func(c *cli.Context, s *session, r ref) error {
			var earlier gennaker.Start
			if err := s.input(c.Context, r, &earlier); err != nil {
				return err
			}
			return startOnce(c, s, again(earlier, s.user))
		}),
	}
}

// again is what a new execution like an earlier one is started with. It has
// another user, no parent that waits for it, and nothing that makes it one
// with the earlier.
func again(earlier gennaker.Start, user string) gennaker.Start {
	t := earlier.Trigger
	if e := earlier.Continued; e != nil {
		t = e.Trigger
	}
	t.User, t.Parent, t.CorrelationID = user, nil, ""
	return gennaker.Start{Pipeline: earlier.Pipeline, Trigger: t}
}
