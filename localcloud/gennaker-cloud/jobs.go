package main

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/localcloud/client"
)

var jobsCommand = &cli.Command{
	Name:  "jobs",
	Usage: "run programs once",
	Description: `gennaker-cloud jobs run migrate -- ./migrate --all
gennaker-cloud jobs list
gennaker-cloud jobs logs migrate
gennaker-cloud jobs stop migrate`,
	Subcommands: []*cli.Command{runJobCommand, listJobsCommand, jobLogsCommand, stopJobCommand},
}

var runJobCommand = &cli.Command{
	Name:      "run",
	Usage:     "run a program once",
	ArgsUsage: "NAME -- COMMAND [ARGUMENT...]",
	Description: `gennaker-cloud jobs run --property-file out.json migrate -- ./migrate --all

A command without arguments is a line for sh. What the program writes into the
file that the environment variable GENNAKER_PROPERTIES names, is kept as its
properties: JSON, YAML, or lines of NAME=VALUE.`,
	Flags: []cli.Flag{
		environmentFlag,
		&cli.StringFlag{Name: "property-file", Usage: "name of its property file; .json, .yml and .yaml say what it is"},
	},
	Action: func(c *cli.Context) error {
		name, command, err := nameAndCommand(c)
		if err != nil {
			return err
		}
		here, err := os.Getwd()
		if err != nil {
			return err
		}
		environment, err := environmentOf(c)
		if err != nil {
			return err
		}
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		return cloud.RunJob(c.Context, name, client.RunJob{Spec: client.JobSpec{Command: command[0], Arguments: command[1:],
			Environment: environment, WorkingDirectory: here, PropertyFile: c.String("property-file")}})
	},
}

var listJobsCommand = &cli.Command{
	Name:  "list",
	Usage: "list the jobs that run, and those that ended in the last week",
	Action: func(c *cli.Context) error {
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		jobs, err := cloud.Jobs(c.Context)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(c.App.Writer, 0, 0, 2, ' ', 0)
		for _, j := range jobs {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", j.Name, j.State, j.Created.Local().Format(time.DateTime), j.Condition())
		}
		return w.Flush()
	},
}

var jobLogsCommand = &cli.Command{
	Name:      "logs",
	Usage:     "print the last lines that a job wrote",
	ArgsUsage: "NAME",
	Flags:     []cli.Flag{tailFlag},
	Action: func(c *cli.Context) error {
		name, err := argument(c, "the job's name")
		if err != nil {
			return err
		}
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		text, err := cloud.JobLog(c.Context, name, c.Int("tail"))
		fmt.Fprint(c.App.Writer, text)
		return err
	},
}

var stopJobCommand = onOne("stop", "end a job with all that it has started", "the job's name", (*client.Client).StopJob)
