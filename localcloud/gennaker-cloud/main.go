// Command gennaker-cloud is a cloud on one machine: it runs programs as
// server groups behind load balancers, replaces them without losing a request,
// and runs jobs. Gennaker deploys to it as cloudProvider local; it is also of use
// by itself.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/localcloud/client"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := app().RunContext(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "gennaker-cloud:", err)
		os.Exit(1)
	}
}

func app() *cli.App {
	commands := []*cli.Command{serveCommand, listCommand, createCommand, resizeCommand, enableCommand, disableCommand,
		destroyCommand, logsCommand, loadBalancerCommand}
	for _, c := range slices.Concat(commands, jobsCommand.Subcommands) {
		c.Flags = append(c.Flags, stateFlag)
	}
	return &cli.App{
		Name:  "gennaker-cloud",
		Usage: "a cloud on one machine",
		Description: `gennaker-cloud serve &
gennaker-cloud create --load-balancer shop --check /healthz shop-v000 -- ./shop --port {port}
gennaker-cloud load-balancer shop 127.0.0.1:8080
gennaker-cloud list`,
		Commands:       append(commands, jobsCommand),
		ExitErrHandler: func(*cli.Context, error) {}, // main prints it
	}
}

// stateFlag is every command's.
var stateFlag = &cli.StringFlag{Name: "state", Value: defaultState(), EnvVars: []string{"GENNAKER_CLOUD_STATE"},
	Usage: "directory of the cloud's state"}

func defaultState() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ".gennaker-cloud"
	}
	return filepath.Join(home, ".gennaker-cloud")
}

// connect reaches the daemon of the state directory.
func connect(c *cli.Context) (*client.Client, error) {
	return client.New(client.Config{StateDir: c.String("state")})
}

// argument is the only argument, which the command calls name.
func argument(c *cli.Context, name string) (string, error) {
	if c.NArg() != 1 {
		return "", fmt.Errorf("%s takes one argument: %s", c.Command.Name, name)
	}
	return c.Args().First(), nil
}
