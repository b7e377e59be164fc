package starter

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "check pipeline documents and print every mistake",
		ArgsUsage: "FILE...",
		Description: `gennaker validate pipeline.yml
gennaker validate pipelines/*.json
gennaker validate --report pipelines/      of a whole folder: what runs, what runs otherwise, what cannot
spin pipeline list -a shop | gennaker validate --report -
generate | gennaker validate -

Each mistake is one line, FILE:LINE:COLUMN: PATH: what is wrong and what to do.
Notes are worth a look and no mistakes. It needs no Temporal.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "report", Usage: "say of each document, and of those in folders, whether it runs as it does in Spinnaker"},
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("FILE is missing: give pipeline documents, or - for standard input")
			}
			if c.Bool("report") {
				return reportOn(c)
			}
			return validate(c)
		},
	}
}

// report is what validate says of all files.
type report struct {
	Valid    bool      `json:"valid"`
	Findings []finding `json:"findings"`
}

func validate(c *cli.Context) error {
	r := report{Valid: true, Findings: []finding{}}
	var lines []line
	var bad error
	for _, name := range c.Args().Slice() {
		found, err := check(c, name)
		if err != nil {
			return err
		}
		r.Findings = append(r.Findings, found.list...)
		lines = append(lines, found.lines()...)
		if err := found.refuse(name); err != nil {
			bad, r.Valid = err, false
			continue
		}
		p := found.document.Pipeline
		lines = append(lines, line{plain(name + ": "), {"ok", green},
			plain(fmt.Sprintf(": %s/%s, stages: %d, parameters: %d", p.Application, p.Name, len(p.Stages), len(p.Parameters)))})
	}
	if err := emit(c, r, func() []line { return lines }); err != nil {
		return err
	}
	return bad
}
