// Package program is what the commands have in common that are a simulated
// cloud on one machine: how they begin and end, and what people can do behind
// the back of the cloud's API.
package program

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"
)

// Main runs a command until it is told to end.
func Main(app *cli.App) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := app.RunContext(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, app.Name+":", err)
		os.Exit(1)
	}
}

// App completes a command that has options and no words. Of a flag speed it
// sees to that it is one.
func App(app cli.App) *cli.App {
	serve := app.Action
	app.UsageText = app.Name + " [options]"
	app.HideHelpCommand = true
	app.ExitErrHandler = func(*cli.Context, error) {} // Main prints it
	app.Action = func(c *cli.Context) error {
		if c.Args().Present() {
			return fmt.Errorf("%q is not a command: see %s --help", c.Args().First(), app.Name)
		}
		if c.IsSet("speed") && c.Float64("speed") <= 0 {
			return fmt.Errorf("--speed %v: give a number above 0", c.Float64("speed"))
		}
		return serve(c)
	}
	return &app
}
