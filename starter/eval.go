package starter

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func evalCommand() *cli.Command {
	return &cli.Command{
		Name:      "eval",
		Usage:     "evaluate an expression as a stage of an execution would",
		ArgsUsage: "EXECUTION [STAGE] EXPRESSION",
		Description: `gennaker eval shop/deploy 'parameters.version'
gennaker eval 01J9ZK 3 "#stage('Deploy').outputs" -o yaml
gennaker eval 01J9ZK 3 'deployed to ${parameters.region}'

It changes nothing, and works on executions that run and on those that have
ended, as long as a worker answers. STAGE is a refId or a name; without it the
expression sees what a stage after all others would.`,
		Flags:        []cli.Flag{outputFlag()},
		BashComplete: completeExecution,
		Action: func(c *cli.Context) error {
			if c.NArg() < 2 {
				return usagef("EXPRESSION is missing: such as 'parameters.version'")
			}
			return onExecution(3, eval)(c)
		},
	}
}

func eval(c *cli.Context, s *session, r ref) error {
	q := gennaker.Evaluate{Expression: c.Args().Get(c.NArg() - 1)}
	if c.NArg() == 3 {
		q.Stage = c.Args().Get(1)
	}
	ctx, cancel := context.WithTimeout(c.Context, workerPatience)
	defer cancel()
	answer, err := s.QueryWorkflow(ctx, r.id, r.runID, gennaker.QueryEvaluate, q)
	if err != nil {
		return err
	}
	var value any
	if err := answer.Get(&value); err != nil {
		return err
	}
	switch value.(type) {
	case map[string]any, []any:
		if c.String("output") == "table" {
			return writeJSON(c.App.Writer, value, "  ")
		}
	}
	return emit(c, value, func() []line { return []line{{plain(gennaker.Text(value))}} })
}
