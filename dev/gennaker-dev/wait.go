package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/dev"
)

var waitCommand = &cli.Command{
	Name:         "wait",
	Usage:        "return when the parts of a state folder are ready",
	UsageText:    "gennaker-dev wait --state .gennaker --timeout 30s",
	Flags:        []cli.Flag{stateFlag, onlyFlag, &cli.DurationFlag{Name: "timeout", Value: time.Minute, Usage: "give up after this `DURATION`"}},
	Action:       wait,
	OnUsageError: usage,
}

func wait(c *cli.Context) error {
	ctx, cancel := context.WithTimeout(c.Context, c.Duration("timeout"))
	defer cancel()
	names := c.StringSlice("only")
	if len(names) == 0 {
		names = dev.PartNames()
	}
	for {
		err := dev.Ready(c.String("state"), names)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait: %w: %w", err, context.Cause(ctx))
		case <-time.After(50 * time.Millisecond):
		}
	}
}
