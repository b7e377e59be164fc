package starter

import (
	"errors"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

func startCommand() *cli.Command {
	return &cli.Command{
		Name:      "start",
		Usage:     "start an execution of a pipeline document, or of a stored pipeline",
		ArgsUsage: "FILE|APP/NAME",
		Description: `gennaker start pipeline.yml -p version=2 --watch
gennaker start pipeline.yml --params-file staging.yml
gennaker start pipeline.json --id release-42    the same id again starts nothing
gennaker start pipeline.yml --dry-run --outputs-of 01J9ZK       do nothing; put out what that execution did
gennaker start pipeline.json --correlation-id build-7
gennaker start pipeline.yml --artifact type=docker/image,name=shop,reference=shop:7
gennaker start shop/deploy -p version=2         the newest version of a stored pipeline
generate | gennaker start -

APP/NAME is a pipeline that ` + "`gennaker pipelines save`" + ` has stored; a file of
that name wins. It prints the id of the execution. The document is part of the
execution: an edit later changes nothing that runs. With --id, an execution that exists,
running or not, is printed and followed as if this call had started it; with
--correlation-id, one of any pipeline of the application that was started with
the same and has not ended.`,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "p", Aliases: []string{"param"}, KeepSpace: true, Usage: "`KEY=VALUE` of a parameter; may be repeated"},
			&cli.StringFlag{Name: "params-file", Usage: "JSON or YAML `FILE` with an object of parameters, under those of -p"},
			&cli.StringSliceFlag{Name: "artifact", Usage: "`KEY=VALUE,…` of an artifact that it is started with: type, name, version, location, reference …; may be repeated"},
			&cli.StringFlag{Name: "artifacts-file", Usage: "JSON or YAML `FILE` with a list of artifacts, before those of --artifact"},
			&cli.StringFlag{Name: "id", Usage: "last part of the execution's id, such as a build's `NAME`; starts it once only"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "dry-run", Usage: "evaluate everything and do nothing: each stage tells what it would run with"},
			&cli.StringFlag{Name: "outputs-of", Usage: "`EXECUTION` whose stages' outputs those of a dry run put out"},
			&cli.StringFlag{Name: "correlation-id", Usage: "`NAME` under which one execution of the application runs at a time"},
			watchFlag(),
			outputFlag(),
		},
		BashComplete: completePipeline,
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1); err != nil {
				return err
			}
			name := c.Args().First()
			if name == "" {
				return usagef("FILE is missing: give a pipeline document, - for standard input, or APP/NAME of a stored pipeline")
			}
			if ref, ok := storedName(name); ok {
				return startStored(c, name, ref)
			}
			start, err := prepare(c, name)
			if err != nil {
				return err
			}
			return online(func(c *cli.Context, s *session) error { return begin(c, s, start) })(c)
		},
	}
}

func watchFlag() cli.Flag {
	return &cli.BoolFlag{DisableDefaultText: true, Name: "watch", Aliases: []string{"w"}, Usage: "follow the execution until it has ended"}
}

// prepare reads the document and the parameters and finds all that is wrong
// with them before Temporal is asked for anything.
func prepare(c *cli.Context, name string) (gennaker.Start, error) {
	found, err := check(c, name)
	if err != nil {
		return gennaker.Start{}, err
	}
	toErr := page{out: c.App.ErrWriter}
	if err := toErr.print(found.lines()...); err != nil {
		return gennaker.Start{}, err
	}
	if err := found.refuse(name); err != nil {
		return gennaker.Start{}, err
	}
	trigger, err := triggered(c)
	if err != nil {
		return gennaker.Start{}, err
	}
	return startOf(found.document.Pipeline, name, trigger)
}

// triggered is a person's start, with what the command line brings.
func triggered(c *cli.Context) (gennaker.Trigger, error) {
	t := gennaker.Trigger{Type: "manual", User: userName(c), CorrelationID: c.String("correlation-id")}
	var err error
	if t.Parameters, err = given(c); err != nil {
		return t, err
	}
	t.Artifacts, err = brought(c)
	return t, err
}

// startOf is the start of a pipeline, or why it cannot be started so. The name
// is what the person calls it.
func startOf(p gennaker.Pipeline, name string, t gennaker.Trigger) (gennaker.Start, error) {
	start := gennaker.Start{Pipeline: p, Trigger: t}
	if p.Disabled {
		return start, refusedf("%s: pipeline %s is disabled: take \"disabled\" out of the document to start it", name, p.Name)
	}
	if _, err := p.Resolve(t.Parameters); err != nil {
		return start, usagef("%s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if err := unbound(p, t); err != nil {
		return start, usagef("%s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return start, nil
}

// begin starts an execution, for real or not.
func begin(c *cli.Context, s *session, start gennaker.Start) error {
	if err := dryRun(c, s, &start.Trigger); err != nil {
		return err
	}
	return startOnce(c, s, start)
}

// startOnce starts an execution once, prints its id and, if asked, follows it.
func startOnce(c *cli.Context, s *session, start gennaker.Start) error {
	id := executions.NewID(start.Pipeline, c.String("id"))
	r, started, err := s.executions.Start(c.Context, id, start)
	if errors.Is(err, gennaker.ErrBusy) {
		return refusedf("start: %v", err)
	}
	if err != nil {
		return err
	}
	if !started {
		text := r.ID + " exists already: nothing was started"
		if r.ID != id {
			text = r.ID + " has correlation id " + start.Trigger.CorrelationID + " and has not ended: nothing was started"
		}
		if err := (page{out: c.App.ErrWriter}).say(text); err != nil {
			return err
		}
	}
	if !c.Bool("watch") {
		return emit(c, map[string]any{"id": r.ID, "runId": r.RunID, "started": started}, func() []line { return []line{{plain(r.ID)}} })
	}
	return watch(c, s, refOf(r))
}

// maxSummary is how many bytes of a workflow's summary the server takes.
const maxSummary = 400
