package starter

import (
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

func listCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list executions, the newest first",
		ArgsUsage: " ",
		Description: `gennaker list
gennaker list --application shop --status running
gennaker list -o json --limit 1 --pipeline deploy

It asks Temporal alone and needs no worker. An execution that began a moment
ago may be missing; one that is paused is listed as RUNNING.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "application", Aliases: []string{"a"}, Usage: "only executions of `APPLICATION`"},
			&cli.StringFlag{Name: "pipeline", Usage: "only executions of the pipeline called `NAME`"},
			&cli.StringFlag{Name: "status", Usage: "only executions with `STATUS`: " + strings.ToLower(strings.Join(statusNames(), ", "))},
			&cli.IntFlag{Name: "limit", Aliases: []string{"n"}, Value: 20, Usage: "at most `N` executions"},
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := arguments(c, 0); err != nil {
				return err
			}
			if c.Int("limit") < 1 {
				return usagef("--limit %d: it must be at least 1", c.Int("limit"))
			}
			query, err := listQuery(c.String("application"), c.String("pipeline"), c.String("status"))
			if err != nil {
				return err
			}
			return online(func(c *cli.Context, s *session) error { return list(c, s, query) })(c)
		},
	}
}

// listed are the statuses that Temporal can list by, under its own words.
var listed = []struct {
	status gennaker.Status
	word   string
}{
	{gennaker.Running, "ExecutionStatus = 'Running'"},
	{gennaker.Succeeded, "ExecutionStatus = 'Completed'"},
	{gennaker.Terminal, "ExecutionStatus IN ('Failed', 'TimedOut')"},
	{gennaker.Canceled, "ExecutionStatus IN ('Canceled', 'Terminated')"},
}

func statusNames() []string {
	var names []string
	for _, l := range listed {
		names = append(names, string(l.status))
	}
	return names
}

// listQuery is the visibility query for the filters; empty ones match all.
func listQuery(application, pipeline, status string) (string, error) {
	var terms []string
	if application != "" {
		terms = append(terms, gennaker.SearchApplication+" = "+executions.Quote(application))
	}
	if pipeline != "" {
		terms = append(terms, gennaker.SearchPipeline+" = "+executions.Quote(pipeline))
	}
	if status == "" {
		return strings.Join(terms, " AND "), nil
	}
	for _, l := range listed {
		if strings.EqualFold(status, string(l.status)) {
			return strings.Join(append(terms, l.word), " AND "), nil
		}
	}
	return "", usagef("--status %s: no such status: choose one of %s", status, strings.ToLower(strings.Join(statusNames(), ", ")))
}

func list(c *cli.Context, s *session, query string) error {
	limit := c.Int("limit")
	runs, err := s.list(c.Context, query, max(limit, pageSize))
	if err != nil {
		return err
	}
	runs = append([]run{}, runs[:min(limit, len(runs))]...) // in JSON, none is [] and not null
	return emit(c, runs, func() []line { return runLines(runs, time.Now()) })
}

func runLines(runs []run, now time.Time) []line {
	if len(runs) == 0 {
		return []line{{plain("no executions: start one with `gennaker start FILE`")}}
	}
	rows := make([][]span, len(runs))
	for i, r := range runs {
		look := looks[r.Status]
		rows[i] = []span{
			plain(r.ID),
			{look.symbol + " " + string(r.Status), look.style},
			plain(r.User),
			plain(r.StartTime.Local().Format("2006-01-02 15:04:05")),
			plain(elapsed(r.StartTime, r.EndTime, now)),
		}
	}
	return table([]string{"EXECUTION", "STATUS", "USER", "STARTED", "TOOK"}, rows)
}
