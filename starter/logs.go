package starter

import (
	"slices"

	"github.com/urfave/cli/v2"
)

func logsCommand() *cli.Command {
	return &cli.Command{
		Name:      "logs",
		Usage:     "show what an execution did, step by step",
		ArgsUsage: "EXECUTION [STAGE]",
		Description: `gennaker logs 01J9ZK
gennaker logs shop/deploy 3 --follow

A line for each step when it ended, with its tries and how long it took, each
word from a person, and each change of a cluster. STAGE is a refId or a name.
Of an execution that was restarted after its end, it shows what came since.`,
		Flags: []cli.Flag{
			&cli.BoolFlag{DisableDefaultText: true, Name: "follow", Aliases: []string{"f"}, Usage: "go on until the execution has ended"},
			outputFlag(),
		},
		BashComplete: completeExecution,
		Action:       onExecution(2, logs),
	}
}

func logs(c *cli.Context, s *session, r ref) error {
	v, err := s.state(c.Context, r)
	if err != nil {
		return err
	}
	only := c.Args().Get(1)
	if only != "" && v.NoWorker == "" {
		stage := v.Stage(only)
		if stage == nil {
			return notFoundf("logs of stage %s of %s: no such stage: `gennaker status %s` shows them", only, r.id, r.id)
		}
		only = stage.RefID
	}
	l := &timeline{session: s, execution: r, view: v, only: only}
	if c.Bool("follow") {
		return l.follow(c)
	}
	return l.show(c)
}

func (l *timeline) show(c *cli.Context) error {
	entries := []entry{}
	l.sink = func(e entry) error { entries = append(entries, e); return nil }
	if err := l.read(c.Context, false); err != nil {
		return err
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return a.At.Compare(b.At) })
	return emit(c, entries, func() []line { return entryLines(entries) })
}

func (l *timeline) follow(c *cli.Context) error {
	p := newPage(c)
	l.sink = func(e entry) error {
		switch c.String("output") {
		case "json":
			return writeJSON(c.App.Writer, e, "")
		case "yaml":
			return writeYAML(c.App.Writer, []entry{e})
		}
		return p.print(e.line())
	}
	return l.read(c.Context, true)
}
