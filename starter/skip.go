package starter

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func skipCommand() *cli.Command {
	return &cli.Command{
		Name:      "skip",
		Usage:     "let a stage wait no longer for its time or its execution window",
		ArgsUsage: "EXECUTION STAGE",
		Description: `gennaker skip 01J9ZK 3 --reason "hot fix"
gennaker skip shop/deploy "Cool down" --watch

STAGE is a refId or a name. What a stage does after its wait is not skipped. A
pipeline stage whose document says skippable is skipped as a whole; what it
runs goes on.`,
		Flags:        []cli.Flag{reasonFlag(), watchFlag()},
		BashComplete: completeExecution,
		Action: func(c *cli.Context) error {
			if c.NArg() == 1 {
				return usagef("STAGE is missing: give its refId or name: `gennaker status %s` shows them", c.Args().First())
			}
			return onExecution(2, skip)(c)
		},
	}
}

func skip(c *cli.Context, s *session, r ref) error {
	stage := c.Args().Get(1)
	err := s.update(c.Context, r, gennaker.UpdateSkip, gennaker.Skip{Stage: stage, User: s.user, Reason: c.String("reason")}, nil)
	if err != nil {
		return err
	}
	if err := newPage(c).say(fmt.Sprintf("skipped the wait of stage %s of %s", stage, r.id)); err != nil {
		return err
	}
	if !c.Bool("watch") {
		return nil
	}
	return watch(c, s, r)
}
