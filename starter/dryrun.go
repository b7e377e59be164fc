package starter

import (
	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

// dryRun asks for a dry run, with the outputs of an earlier execution, if the
// command line does.
func dryRun(c *cli.Context, s *session, t *gennaker.Trigger) error {
	t.DryRun = c.Bool("dry-run")
	like := c.String("outputs-of")
	switch {
	case like == "":
		return nil
	case !t.DryRun:
		return usagef("--outputs-of is for a --dry-run: give both or neither")
	}
	if err := checkExecution(like); err != nil {
		return err
	}
	r, err := s.find(c.Context, like)
	if err != nil {
		return err
	}
	v, err := s.state(c.Context, r)
	if err != nil {
		return err
	}
	t.DryRunOutputs = map[string]map[string]any{}
	for _, stage := range v.Stages {
		if len(stage.Outputs) > 0 {
			t.DryRunOutputs[stage.RefID] = stage.Outputs
		}
	}
	return nil
}
