package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/gennaker/gennaker"
)

// cli is the gennaker command, used as a person would.
type cli struct{ laptop *laptop }

func (c cli) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "bin/gennaker", args...)
	cmd.Env = append(os.Environ(), "GENNAKER_STATE="+c.laptop.state, "GENNAKER_TEMPORAL_ADDRESS="+c.laptop.addresses.Temporal)
	cmd.Stderr = os.Stderr
	return cmd
}

// show runs a command with its output for all to see.
func (c cli) show(ctx context.Context, args ...string) error {
	say("$ gennaker %s", strings.Join(args, " "))
	cmd := c.command(ctx, args...)
	cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
	return cmd.Run()
}

// read runs a command and decodes what it prints as JSON.
func (c cli) read(ctx context.Context, into any, args ...string) error {
	out, err := c.command(ctx, append(args, "-o", "json")...).Output()
	if err != nil {
		return fmt.Errorf("gennaker %s: %w", strings.Join(args, " "), err)
	}
	return json.Unmarshal(out, into)
}

// tidy ends the executions and removes the server groups of earlier demos.
func (c cli) tidy(ctx context.Context) error {
	var running []gennaker.Execution
	if err := c.read(ctx, &running, "list", "--application", "hello", "--status", "RUNNING"); err != nil {
		return err
	}
	for _, e := range running {
		if err := c.show(ctx, "cancel", e.ID, "--reason", "a new demo begins"); err != nil {
			return err
		}
		_ = c.show(ctx, "watch", e.ID) // its end is a cancelled one
	}
	var groups []gennaker.ServerGroup
	if err := c.read(ctx, &groups, "server-groups", "list", "--application", "hello"); err != nil {
		return err
	}
	for _, g := range groups {
		if err := c.show(ctx, "server-groups", "destroy", g.Name, "--account", g.Account, "--allow-last", "--wait"); err != nil {
			return err
		}
	}
	return nil
}

// deploy runs the pipeline for a version; it is the execution's failure if it
// did not succeed.
func (c cli) deploy(ctx context.Context, version string, more ...string) error {
	program, err := filepath.Abs("bin/hello")
	if err != nil {
		return err
	}
	args := []string{"start", "examples/hello/pipeline.yml", "-p", "version=" + version, "-p", "program=" + program}
	for _, p := range more {
		args = append(args, "-p", p)
	}
	if slices.Contains(more, "ask=no") {
		return c.show(ctx, append(args, "--watch")...)
	}
	say("$ gennaker %s", strings.Join(args, " "))
	var started struct {
		ID string `json:"id"`
	}
	if err := c.read(ctx, &started, args...); err != nil {
		return err
	}
	if err := c.judge(ctx, started.ID); err != nil {
		return err
	}
	return c.show(ctx, "watch", started.ID)
}

// judge answers the question of an execution: a person at a terminal does, and
// otherwise the demo itself.
func (c cli) judge(ctx context.Context, id string) error {
	if err := c.asked(ctx, id); err != nil {
		return err
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		return c.show(ctx, "judge", id)
	}
	return c.show(ctx, "judge", id, "--continue", "--comment", "nobody is at the terminal: the demo says yes")
}

// asked waits until the execution asks for a judgment.
func (c cli) asked(ctx context.Context, id string) error {
	for ctx.Err() == nil {
		var e gennaker.Execution
		if err := c.read(ctx, &e, "status", id); err != nil {
			return err
		}
		if slices.ContainsFunc(e.Stages, func(s gennaker.StageExecution) bool { return s.Question != nil }) {
			return nil
		}
		if e.Status.Complete() {
			return fmt.Errorf("%s ended %s before it asked for a judgment", id, e.Status)
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	return ctx.Err()
}

// exitFailed is the CLI's exit code for an execution that failed.
const exitFailed = 1

// mustFail takes the outcome of a deployment that should have failed.
func (cli) mustFail(err error) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return errors.New("version 3 was deployed, though it never is healthy")
	case errors.As(err, &exit) && exit.ExitCode() == exitFailed:
		return nil
	}
	return err
}

// leaves checks that one server group alone takes traffic, and that version 3
// left nothing.
func (c cli) leaves(ctx context.Context, name string) error {
	if err := c.show(ctx, "server-groups", "list", "--application", "hello"); err != nil {
		return err
	}
	var groups []gennaker.ServerGroup
	if err := c.read(ctx, &groups, "server-groups", "list", "--application", "hello"); err != nil {
		return err
	}
	var enabled []string
	for _, g := range groups {
		if g.Enabled {
			enabled = append(enabled, g.Name)
		}
	}
	if len(enabled) != 1 || enabled[0] != name || len(groups) != 2 {
		return fmt.Errorf("%d server groups are left and %v take traffic, want 2 and %s alone", len(groups), enabled, name)
	}
	return nil
}
