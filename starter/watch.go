package starter

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"
)

func watchCommand() *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "follow an execution until it has ended",
		ArgsUsage: "EXECUTION",
		Description: `gennaker watch 01J9ZK
gennaker watch shop/deploy           the newest execution of that pipeline
gennaker watch shop/deploy -o json   one JSON object for each change

On a terminal it draws the stages and keeps them up to date; elsewhere it
prints a line for each change. Ctrl-C stops watching; the execution goes on.
The exit code is 0 only if the execution ends SUCCEEDED.`,
		Flags:        []cli.Flag{outputFlag()},
		BashComplete: completeExecution,
		Action:       onExecution(1, watch),
	}
}

// watch follows a run in the way that suits the output; its error is how the
// execution ended.
func watch(c *cli.Context, s *session, r ref) error {
	to := viewerFor(c)
	e, err := s.follow(c.Context, r, to)
	if errors.Is(err, context.Canceled) {
		return failure{exitInterrupted, fmt.Sprintf("stopped watching; the execution goes on: `gennaker watch %s` follows it again", r.id)}
	}
	if err != nil {
		return err
	}
	return ended(e.Status)
}

func viewerFor(c *cli.Context) viewer {
	if format := c.String("output"); format != "" && format != "table" {
		return &stream{out: c.App.Writer, format: format}
	}
	if isTerminal(c.App.Writer) {
		return &drawing{page: newPage(c), size: terminalSize(c.App.Writer)}
	}
	return newJournal(newPage(c))
}
