package starter

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

func startCommand() *cli.Command {
	return &cli.Command{
		Name:      "start",
		Usage:     "start an execution of a pipeline document",
		ArgsUsage: "FILE",
		Description: `gennaker start pipeline.yml -p version=2 --watch
gennaker start pipeline.yml --params-file staging.yml
gennaker start pipeline.json --id release-42    the same id again starts nothing
generate | gennaker start -

It prints the id of the execution. The document is part of the execution: an
edit later changes nothing that runs. With --id, an execution that exists,
running or not, is printed and followed as if this call had started it.`,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "p", Aliases: []string{"param"}, KeepSpace: true, Usage: "`KEY=VALUE` of a parameter; may be repeated"},
			&cli.StringFlag{Name: "params-file", Usage: "JSON or YAML `FILE` with an object of parameters, under those of -p"},
			&cli.StringFlag{Name: "id", Usage: "last part of the execution's id, such as a build's `NAME`; starts it once only"},
			watchFlag(),
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			start, err := prepare(c)
			if err != nil {
				return err
			}
			return online(func(c *cli.Context, s *session) error { return startOnce(c, s, start) })(c)
		},
	}
}

func watchFlag() cli.Flag {
	return &cli.BoolFlag{DisableDefaultText: true, Name: "watch", Aliases: []string{"w"}, Usage: "follow the execution until it has ended"}
}

// prepare reads the document and the parameters and finds all that is wrong
// with them before Temporal is asked for anything.
func prepare(c *cli.Context) (gennaker.Start, error) {
	var start gennaker.Start
	if err := arguments(c, 1); err != nil {
		return start, err
	}
	name := c.Args().First()
	if name == "" {
		return start, usagef("FILE is missing: give a pipeline document, or - for standard input")
	}
	found, err := check(name, c.App.Reader)
	if err != nil {
		return start, err
	}
	toErr := page{out: c.App.ErrWriter}
	if err := toErr.print(found.lines()...); err != nil {
		return start, err
	}
	if err := found.refuse(name); err != nil {
		return start, err
	}
	p := found.document.Pipeline
	if p.Disabled {
		return start, refusedf("%s: pipeline %s is disabled: take \"disabled\" out of the document to start it", name, p.Name)
	}
	values, err := given(c)
	if err != nil {
		return start, err
	}
	if _, err := p.Resolve(values); err != nil {
		return start, usagef("%s: %s", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return gennaker.Start{Pipeline: p, Trigger: gennaker.Trigger{Type: "manual", User: userName(c), Parameters: values}}, nil
}

// startOnce starts an execution once, prints its id and, if asked, follows it.
func startOnce(c *cli.Context, s *session, start gennaker.Start) error {
	id := newID(start.Pipeline, c.String("id"))
	r, err := s.start(c.Context, id, start, enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
	existing, exists := alreadyStarted(err)
	if err != nil && !exists {
		return err
	}
	if exists {
		r = ref{id, existing}
		if err := (page{out: c.App.ErrWriter}).say(id + " exists already: nothing was started"); err != nil {
			return err
		}
	}
	if !c.Bool("watch") {
		return emit(c, map[string]any{"id": id, "runId": r.runID, "started": !exists}, func() []line { return []line{{plain(id)}} })
	}
	return watch(c, s, r)
}

// start starts a run under an id. It has no time-outs and no retries of the
// server's: the execution keeps its own time and ends with what it found.
func (s *session) start(ctx context.Context, id string, start gennaker.Start, reuse enums.WorkflowIdReusePolicy) (ref, error) {
	p, t := start.Pipeline, start.Trigger
	run, err := s.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       id,
		TaskQueue:                                s.taskQueue,
		WorkflowIDReusePolicy:                    reuse,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            cut(p.Application+" · "+p.Name+" · "+t.User, maxSummary),
		StaticDetails:                            cut(detailsOf(start), maxDetails),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			attribute(gennaker.SearchApplication, p.Application),
			attribute(gennaker.SearchPipeline, p.Name),
			attribute(gennaker.SearchUser, t.User),
		),
	}, gennaker.ExecutionWorkflow, start)
	if err != nil {
		return ref{}, err
	}
	return ref{run.GetID(), run.GetRunID()}, nil
}

// What the server takes, in bytes.
const (
	maxSummary   = 400
	maxDetails   = 20000
	maxAttribute = 255
)

func attribute(name, value string) temporal.SearchAttributeUpdate {
	return temporal.NewSearchAttributeKeyKeyword(name).ValueSet(cut(value, maxAttribute))
}

// detailsOf is what the Temporal Web UI shows at the top of the execution, in
// Markdown.
func detailsOf(start gennaker.Start) string {
	var b strings.Builder
	b.WriteString(start.Pipeline.Description)
	for _, name := range slices.Sorted(maps.Keys(start.Trigger.Parameters)) {
		fmt.Fprintf(&b, "\n- **%s**: %s", name, gennaker.Text(start.Trigger.Parameters[name]))
	}
	return cmp.Or(strings.TrimSpace(b.String()), "no description, no parameters")
}
