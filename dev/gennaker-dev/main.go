// Command gennaker-dev runs all of Gennaker on a laptop, in one process.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"
	"go.uber.org/zap/zapcore"

	"github.com/gennaker/gennaker/dev"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args, os.Stdout, os.Stderr))
}

// run is the command; its result is the exit code: 0, 1, or 2 for wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := app(stdout, stderr).RunContext(ctx, args)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "gennaker-dev:", err)
	if errors.As(err, &usageError{}) {
		fmt.Fprintln(stderr, "gennaker-dev: see gennaker-dev --help")
		return 2
	}
	return 1
}

type usageError struct{ error }

func usage(_ *cli.Context, err error, _ bool) error { return usageError{err} }

func app(stdout, stderr io.Writer) *cli.App {
	return &cli.App{
		Name:            "gennaker-dev",
		Usage:           "runs all of Gennaker on a laptop",
		UsageText:       "gennaker-dev [options]\ngennaker-dev wait [options]",
		Description:     description,
		Flags:           append([]cli.Flag{stateFlag, onlyFlag}, flags()...),
		Action:          serve,
		Commands:        []*cli.Command{waitCommand},
		Writer:          stdout,
		ErrWriter:       stderr,
		HideHelpCommand: true,
		ExitErrHandler:  func(*cli.Context, error) {},
		OnUsageError:    usage,
	}
}

const description = `It starts, in one process and on loopback alone:

  temporal   the real Temporal server, with its state in a SQLite file
  ui         Temporal's Web UI
  cloud      the local cloud, which runs processes as instances
  worker     a worker with one account, local, for that cloud

Everything it knows is in the state folder. Stop it, or kill it, and start it
again: executions go on where they were, on the same addresses. Other programs
find these in dev.json there, and people find logs in the folder log.

Where a port is taken it says so and uses another, unless you asked for that
port. SIGINT or SIGTERM stop it cleanly, a second one at once.

Examples:

  gennaker-dev                           all, with the state in .gennaker
  gennaker-dev --only temporal,ui        without cloud and worker
  gennaker-dev --only worker             one more worker's process, restarted alone
  gennaker-dev --only cloud,worker --temporal-address temporal.lan:7233
  gennaker-dev wait                      returns when all parts are ready`

var (
	stateFlag = &cli.StringFlag{Name: "state", Value: ".gennaker", EnvVars: []string{"GENNAKER_STATE"},
		Usage: "keep everything in `FOLDER`"}
	onlyFlag = &cli.StringSliceFlag{Name: "only", Usage: "run these `PARTS` of temporal, ui, cloud and worker"}
)

func flags() []cli.Flag {
	all := []cli.Flag{
		&cli.StringFlag{Name: "temporal-address", Usage: "use the Temporal at `HOST:PORT` when temporal is not among the parts"},
		&cli.StringFlag{Name: "worker-config", Usage: "take more accounts, users and limits for the worker from `FILE`"},
		&cli.StringFlag{Name: "log-level", Value: "warn", Usage: "log debug, info, warn or error"},
	}
	for _, p := range []dev.Port{dev.TemporalPort, dev.UIPort, dev.CloudPort, dev.MetricsPort} {
		all = append(all, &cli.IntFlag{Name: string(p) + "-port",
			Usage: fmt.Sprintf("listen on this `PORT` and no other (default: %d, or another free one)", dev.DefaultPorts[p])})
	}
	return all
}

func config(c *cli.Context) (dev.Config, error) {
	level, err := zapcore.ParseLevel(c.String("log-level"))
	if err != nil {
		return dev.Config{}, usageError{fmt.Errorf("--log-level: %w", err)}
	}
	if c.Args().Present() {
		return dev.Config{}, usageError{fmt.Errorf("%q is not a command", c.Args().First())}
	}
	ports := map[dev.Port]int{}
	for p := range dev.DefaultPorts {
		if n := c.Int(string(p) + "-port"); n != 0 {
			ports[p] = n
		}
	}
	return dev.Config{
		State:        c.String("state"),
		Only:         c.StringSlice("only"),
		Ports:        ports,
		Temporal:     c.String("temporal-address"),
		WorkerConfig: c.String("worker-config"),
		LogLevel:     level,
		Progress:     c.App.Writer,
	}, nil
}

func serve(c *cli.Context) error {
	config, err := config(c)
	if err != nil {
		return err
	}
	began := time.Now()
	d, err := dev.Start(c.Context, config)
	if err != nil {
		return err
	}
	table(c.App.Writer, d.Addresses(), config.State)
	fmt.Fprintf(c.App.Writer, "ready in %.1fs\n", time.Since(began).Seconds())
	failed := d.Wait(c.Context)
	fmt.Fprintln(c.App.Writer, "stopping")
	if err := errors.Join(failed, d.Stop()); err != nil {
		return err
	}
	fmt.Fprintln(c.App.Writer, "stopped")
	return nil
}

// table shows the addresses of what runs.
func table(w io.Writer, a dev.Addresses, state string) {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range [][2]string{
		{"Temporal", a.Temporal},
		{"Web UI", a.UI},
		{"Local cloud", a.Cloud},
		{"Metrics", a.Metrics},
		{"Logs", filepath.Join(state, "log")},
	} {
		if row[1] != "" {
			fmt.Fprintf(t, "  %s\t%s\n", row[0], row[1])
		}
	}
	_ = t.Flush() // as with the lines around it
}
