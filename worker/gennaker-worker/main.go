// Command gennaker-worker runs pipelines: it takes executions and their
// activities from Temporal and acts on the accounts of its configuration.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/worker"
)

// The exit codes beside 0 and, for everything else, 1.
const (
	exitUsage         = 2
	exitConfiguration = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args, os.Stdout, os.Stderr))
}

// run is the command; its result is the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := app(stdout, stderr).RunContext(ctx, args)
	var problems worker.Problems
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &problems):
		fmt.Fprintln(stderr, problems)
		fmt.Fprintf(stderr, "gennaker-worker: the configuration is not usable (mistakes: %d)\n", len(problems))
		return exitConfiguration
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "gennaker-worker: %v: see gennaker-worker --help\n", err)
		return exitUsage
	}
	fmt.Fprintln(stderr, "gennaker-worker:", err)
	return 1
}

type usageError struct{ error }

func app(stdout, stderr io.Writer) *cli.App {
	config := &cli.StringFlag{Name: "config", Aliases: []string{"c"}, EnvVars: []string{"GENNAKER_CONFIG"},
		Usage: "read the configuration from `FILE`"}
	return &cli.App{
		Name:            "gennaker-worker",
		Usage:           "runs pipelines for Gennaker",
		UsageText:       "gennaker-worker --config FILE\ngennaker-worker check --config FILE",
		Description:     description(),
		Flags:           []cli.Flag{config},
		Action:          serve,
		Writer:          stdout,
		ErrWriter:       stderr,
		HideHelpCommand: true,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    func(_ *cli.Context, err error, _ bool) error { return usageError{err} },
		Commands: []*cli.Command{{
			Name:         "check",
			Usage:        "say what is wrong with the configuration, without connecting to anything",
			UsageText:    "gennaker-worker check --config FILE",
			Flags:        []cli.Flag{config},
			Action:       check,
			OnUsageError: func(_ *cli.Context, err error, _ bool) error { return usageError{err} },
		}},
	}
}

func description() string {
	var b strings.Builder
	b.WriteString(`Without --config it works for a Temporal on this machine, with no accounts.
It stops at SIGINT or SIGTERM, and at once at the second.

Exit codes: 1 it could not go on, 2 wrong usage, 3 a bad configuration.

A configuration:

  temporal: {address: "temporal:7233", namespace: default}
  accounts:
    - {name: laptop, provider: local, endpoint: "http://127.0.0.1:7243", tokenFile: .gennaker/cloud/token}
  metrics: {listen: "127.0.0.1:7253"}
  health: {listen: "127.0.0.1:7253"}

These environment variables override it:
`)
	for _, v := range worker.Variables() {
		fmt.Fprintf(&b, "\n  %-40s %s", v[0], v[1])
	}
	return b.String()
}

func load(c *cli.Context) (worker.Config, error) {
	if c.Args().Present() {
		return worker.Config{}, usageError{fmt.Errorf("%q is not a command", c.Args().First())}
	}
	return worker.Load(c.String("config"), os.LookupEnv)
}

func check(c *cli.Context) error {
	config, err := load(c)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.App.Writer, "ok:", config.Summary())
	return nil
}

func serve(c *cli.Context) error {
	config, err := load(c)
	if err != nil {
		return err
	}
	log, err := config.Log.Logger()
	if err != nil {
		return err
	}
	defer func() { _ = log.Sync() }() // standard error cannot always be synced
	return worker.Run(c.Context, config, log)
}
