package starter

import (
	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func cancelCommand() *cli.Command {
	return &cli.Command{
		Name:      "cancel",
		Usage:     "cancel an execution; what runs cleans up first",
		ArgsUsage: "EXECUTION",
		Description: `gennaker cancel 01J9ZK --reason "wrong version"
gennaker cancel shop/deploy --watch`,
		Flags:        []cli.Flag{reasonFlag(), watchFlag()},
		BashComplete: completeExecution,
		Action:       tellExecution(gennaker.UpdateCancel, "cancelled"),
	}
}

func pauseCommand() *cli.Command {
	return &cli.Command{
		Name:      "pause",
		Usage:     "pause an execution: no further step begins",
		ArgsUsage: "EXECUTION",
		Description: `gennaker pause 01J9ZK --reason "incident 42"
gennaker resume 01J9ZK

Steps that have begun are finished. Time spent paused counts against no limit.`,
		Flags:        []cli.Flag{reasonFlag()},
		BashComplete: completeExecution,
		Action:       tellExecution(gennaker.UpdatePause, "paused"),
	}
}

func resumeCommand() *cli.Command {
	return &cli.Command{
		Name:         "resume",
		Usage:        "let a paused execution go on",
		ArgsUsage:    "EXECUTION",
		Description:  `gennaker resume 01J9ZK --watch`,
		Flags:        []cli.Flag{reasonFlag(), watchFlag()},
		BashComplete: completeExecution,
		Action:       tellExecution(gennaker.UpdateResume, "resumed"),
	}
}

func reasonFlag() cli.Flag {
	return &cli.StringFlag{Name: "reason", Aliases: []string{"m"}, Usage: "`WHY`, for those who read the execution later"}
}

// tellExecution brings a command to a running execution, says that it was
// taken, and follows it if asked.
func tellExecution(update, done string) cli.ActionFunc {
	return onExecution(1, func(c *cli.Context, s *session, r ref) error {
		var now gennaker.Status
		if err := s.update(c.Context, r, update, s.command(c.String("reason")), &now); err != nil {
			return err
		}
		if err := newPage(c).say(done + " " + r.id); err != nil {
			return err
		}
		if !c.Bool("watch") {
			return nil
		}
		return watch(c, s, r)
	})
}
