// Package starter is the gennaker command: it checks pipeline documents,
// starts executions, shows how they go and brings them people's words. It
// decides nothing about a deployment; everything it asks goes to Temporal,
// under the names of package gennaker.
package starter

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// commands is the table of commands, in the order of the help.
func commands() []*cli.Command {
	return []*cli.Command{
		validateCommand(),
		schemaCommand(),
		startCommand(),
		rerunCommand(),
		listCommand(),
		statusCommand(),
		watchCommand(),
		logsCommand(),
		evalCommand(),
		judgeCommand(),
		cancelCommand(),
		pauseCommand(),
		resumeCommand(),
		skipCommand(),
		restartCommand(),
		pipelinesCommand(),
		serverGroupsCommand(),
		clustersCommand(),
		instancesCommand(),
		imagesCommand(),
		accountsCommand(),
		identityCommand(),
		completionCommand(),
		versionCommand(),
	}
}

// Main runs one command line, args[0] being the program, with documents of the
// stage types, and returns its exit code. An interrupt ends it in good order, a
// second one at once.
func Main(args []string, in io.Reader, out, errOut io.Writer, types stages.Types) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	app := newApp(in, out, errOut)
	app.Metadata = map[string]any{typesKey: types}
	err := app.RunContext(ctx, arrange(app, args))
	f := explain(err, "")
	if f.text != "" {
		fmt.Fprintf(errOut, "gennaker: %s\n", clean(f.text))
	}
	return f.code
}

// typesKey is where the app keeps the stage types.
const typesKey = "stage types"

// typesOf are the stage types that documents may have.
func typesOf(c *cli.Context) stages.Types {
	types, _ := c.App.Metadata[typesKey].(stages.Types)
	return types
}

func newApp(in io.Reader, out, errOut io.Writer) *cli.App {
	app := &cli.App{
		Name:                      "gennaker",
		HelpName:                  "gennaker",
		Usage:                     "continuous delivery to many clouds, on Temporal",
		Description:               description,
		Version:                   buildVersion().Version,
		Commands:                  commands(),
		Flags:                     globalFlags(),
		Action:                    unknownCommand,
		OnUsageError:              usageError,
		ExitErrHandler:            func(*cli.Context, error) {}, // Main says it
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true, // a parameter's value may have commas
		Reader:                    in,
		Writer:                    out,
		ErrWriter:                 errOut,
	}
	for _, c := range app.Commands {
		mend(c)
	}
	return app
}

// mend gives a command and those below it what cli does not pass down: our
// usage errors, and no "help" where an argument is meant.
func mend(c *cli.Command) {
	c.OnUsageError = usageError
	c.HideHelpCommand = true
	if len(c.Subcommands) > 0 {
		c.Action = unknownCommand
	}
	for _, s := range c.Subcommands {
		mend(s)
	}
}

// unknownCommand runs where a command's name is missing or wrong.
func unknownCommand(c *cli.Context) error {
	name := c.Args().First()
	if name == "" {
		return cli.ShowSubcommandHelp(c)
	}
	hint := "see `" + c.Command.HelpName + " --help`"
	if near := gennaker.Nearest(name, names(c.Command.Subcommands)); near != "" {
		hint = fmt.Sprintf("did you mean `%s %s`?", c.Command.HelpName, near)
	}
	return usagef("%s: no such command: %s", name, hint)
}

func names(commands []*cli.Command) []string {
	var names []string
	for _, c := range commands {
		names = append(names, c.Name)
	}
	return names
}

func usageError(c *cli.Context, err error, _ bool) error {
	return usagef("%v: see `%s --help`", err, c.Command.HelpName)
}

const description = `gennaker validate pipeline.yml
gennaker start pipeline.yml -p version=2 --watch
gennaker pipelines save pipelines/ && gennaker start shop/deploy
gennaker judge shop/deploy 3 --continue --comment "looks good"
gennaker server-groups list --application shop
gennaker clusters rollback shop-prod --account local

EXECUTION is an execution's id (shop/deploy/01J9Z…), the first or last six
characters or more of its last part, or application/pipeline for the newest
execution of that pipeline. Options may stand anywhere on the line.

The exit code says how it went:
  0    done; of an execution that is followed: SUCCEEDED
  1    the execution or operation failed
  2    wrong usage, or a document with mistakes
  3    the execution was cancelled
  4    Temporal, or a worker, does not answer
  5    there is no such execution, stage, pipeline, account or server group
  6    refused: busy, not allowed, or not possible now
  130  interrupted; what runs in Temporal goes on`
