package starter

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func pipelinesListCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list stored pipelines",
		ArgsUsage: " ",
		Description: `gennaker pipelines list
gennaker pipelines list --application shop -o json

It asks Temporal alone and needs no worker.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "application", Aliases: []string{"a"}, Usage: "only pipelines of `APPLICATION`"},
			outputFlag(),
		},
		Action: withoutArguments(func(c *cli.Context, s *session) error {
			list, err := s.pipelines.List(c.Context, c.String("application"))
			if err != nil {
				return err
			}
			return emit(c, list, func() []line { return pipelineLines(list) })
		}),
	}
}

func pipelineLines(list []gennaker.ListedPipeline) []line {
	if len(list) == 0 {
		return []line{{plain("no pipelines: store some with `gennaker pipelines save FILE`")}}
	}
	rows := make([][]span, len(list))
	for i, l := range list {
		rows[i] = append([]span{plain(l.Ref().String())}, append(revisionCells(l.Revision), plain(l.ID))...)
	}
	return table([]string{"PIPELINE", "VERSION", "SAVED", "BY", "ID"}, rows)
}

func revisionCells(r gennaker.Revision) []span {
	return []span{plain(fmt.Sprint(r.Version)), plain(r.SavedAt.Local().Format("2006-01-02 15:04:05")), plain(r.SavedBy)}
}

func pipelinesHistoryCommand() *cli.Command {
	return &cli.Command{
		Name:         "history",
		Usage:        "list who saved which version of a pipeline, the newest first",
		ArgsUsage:    "APP/NAME",
		Description:  `gennaker pipelines history shop/deploy`,
		Flags:        []cli.Flag{outputFlag()},
		BashComplete: completePipeline,
		Action: onPipeline(func(c *cli.Context, s *session, ref gennaker.PipelineRef) error {
			saved, err := s.stored(c.Context, ref)
			if err != nil {
				return err
			}
			var rows [][]span
			newest := []gennaker.Revision{}
			for i := len(saved.Revisions) - 1; i >= 0; i-- {
				newest = append(newest, saved.Revisions[i])
				rows = append(rows, revisionCells(saved.Revisions[i]))
			}
			return emit(c, newest, func() []line { return table([]string{"VERSION", "SAVED", "BY"}, rows) })
		}),
	}
}

func pipelinesGetCommand() *cli.Command {
	return &cli.Command{
		Name:      "get",
		Usage:     "print a stored document as it was given",
		ArgsUsage: "APP/NAME",
		Description: `gennaker pipelines get shop/deploy > deploy.yml
gennaker pipelines get shop/deploy -o json

-o json and -o yaml turn one into the other; comments are lost then.`,
		Flags:        []cli.Flag{outputFlag()},
		BashComplete: completePipeline,
		Action: onPipeline(func(c *cli.Context, s *session, ref gennaker.PipelineRef) error {
			saved, err := s.stored(c.Context, ref)
			if err != nil {
				return err
			}
			return printDocument(c, saved)
		}),
	}
}

// printDocument prints what was given, byte for byte unless a terminal would
// obey it, or the same in the other notation.
func printDocument(c *cli.Context, saved gennaker.SavedPipeline) error {
	format := "yaml"
	if json.Valid([]byte(saved.Text)) {
		format = "json"
	}
	wanted := c.String("output")
	switch {
	case saved.Text == "": // it was not saved by this command
		return emit(c, saved.Pipeline, func() []line { return jsonLines(saved.Pipeline) })
	case wanted != formats[0] && wanted != format && format == "json":
		return emit(c, json.RawMessage(saved.Text), nil)
	case wanted != formats[0] && wanted != format:
		return emit(c, saved.Pipeline, nil)
	case isTerminal(c.App.Writer):
		return newPage(c).print(textLines(saved.Text)...)
	}
	_, err := io.WriteString(c.App.Writer, saved.Text)
	return err
}

func textLines(text string) []line {
	var lines []line
	for _, each := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		lines = append(lines, line{plain(each)})
	}
	return lines
}

func jsonLines(v any) []line {
	var b strings.Builder
	if err := writeJSON(&b, v, "  "); err != nil {
		return []line{{plain(err.Error())}}
	}
	return textLines(b.String())
}

func pipelinesDeleteCommand() *cli.Command {
	return &cli.Command{
		Name:      "delete",
		Usage:     "delete a stored pipeline; its executions stay",
		ArgsUsage: "APP/NAME",
		Description: `gennaker pipelines delete shop/deploy --reason "moved to shop/release"

Executions that run go on: each carries its document.`,
		Flags:        []cli.Flag{reasonFlag(), outputFlag()},
		BashComplete: completePipeline,
		Action:       onPipeline(deletePipeline),
	}
}

func deletePipeline(c *cli.Context, s *session, ref gennaker.PipelineRef) error {
	var last gennaker.ListedPipeline
	err := s.inStore(c.Context, "delete "+ref.String(), func(ctx context.Context) (err error) {
		last, err = s.pipelines.Delete(ctx, ref, s.command(c.String("reason")))
		if err != nil {
			return err
		}
		return s.pipelines.AwaitUnlisted(ctx, last.Ref())
	})
	if err != nil {
		return err
	}
	return emit(c, last, func() []line {
		return []line{{plain(fmt.Sprintf("deleted %s version %d", last.Ref(), last.Version))}}
	})
}
