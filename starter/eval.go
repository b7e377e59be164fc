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
gennaker eval 01J9ZK 3 "#stage('Deploy').outputs.serverGroup" --explain

It changes nothing, and works on executions that run and on those that have
ended, as long as a worker answers. STAGE is a refId or a name; without it the
expression sees what a stage after all others would.

--explain shows each part of the expression with what it came to, the parts of
a part further in, and with -o json or yaml the same as an object of value and
steps.`,
		Flags: []cli.Flag{outputFlag(),
			&cli.BoolFlag{Name: "explain", Usage: "show each step of the evaluation"}},
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
	if c.Bool("explain") {
		return evalSteps(c, s, r, q)
	}
	var value any
	if err := s.ask(c.Context, r, gennaker.QueryEvaluate, q, &value); err != nil {
		return err
	}
	return printValue(c, value)
}

// ask sends a query to an execution, as long as a worker may take to answer.
func (s *session) ask(ctx context.Context, r ref, query string, arg, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, workerPatience)
	defer cancel()
	value, err := s.QueryWorkflow(ctx, r.id, r.runID, query, arg)
	if err != nil {
		return err
	}
	return value.Get(answer)
}

func printValue(c *cli.Context, value any) error {
	switch value.(type) {
	case map[string]any, []any:
		if c.String("output") == "table" {
			return writeJSON(c.App.Writer, value, "  ")
		}
	}
	return emit(c, value, func() []line { return []line{{plain(gennaker.Text(value))}} })
}
