// Package dev runs all of Gennaker in one process: the Temporal server, its
// Web UI, the local cloud and a worker, started in this order and stopped in
// the reverse one. Their state is in one folder; a process that was killed is
// followed by one that goes on where it was, on the same addresses.
package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/gennaker/gennaker"
)

// Config is what to run and where.
type Config struct {
	State string   // the folder; made if it is not there
	Only  []string // the parts to run; all when empty
	// Ports are the ports that were asked for. A port that is not in it is
	// chosen once, and then kept for as long as it is free.
	Ports map[Port]int
	// Temporal is the address of the Temporal to use when it is not among the
	// parts. Empty is where this state's Temporal runs or ran.
	Temporal string
	// WorkerConfig is a worker's configuration file with more accounts, users
	// and limits; empty is none.
	WorkerConfig string
	LogLevel     zapcore.Level // of the files in the folder log
	Progress     io.Writer     // gets a line for each part
}

// Dev is a running laptop.
type Dev struct {
	config    Config
	lock      *locks
	ports     map[Port]int
	addresses Addresses // of the parts in this process
	stops     []func() error
	failed    <-chan error // gets why a part cannot go on
}

// Start returns when all parts are ready. When one does not start, those
// before it are stopped. It is gennaker.ErrBusy if another process runs one
// of the parts on the same state.
func Start(ctx context.Context, c Config) (*Dev, error) {
	state, err := filepath.Abs(c.State)
	if err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	c.State = state
	if err := os.MkdirAll(filepath.Join(state, "log"), 0o700); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	chosen, err := choose(c.Only)
	if err != nil {
		return nil, err
	}
	d := &Dev{config: c, addresses: Addresses{PIDs: map[string]int{}}}
	if err := d.start(ctx, chosen); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	return d, nil
}

func (d *Dev) start(ctx context.Context, chosen []part) error {
	var err error
	if d.lock, err = lock(ctx, d.config.State, chosen, d.say); err != nil {
		return err
	}
	if d.ports, err = d.choosePorts(chosen); err != nil {
		return err
	}
	for _, p := range chosen {
		if err := d.startPart(ctx, p); err != nil {
			return err
		}
	}
	return publish(d.config.State, d.addresses)
}

func (d *Dev) startPart(ctx context.Context, p part) error {
	began := time.Now()
	stop, err := p.start(d, ctx)
	if err != nil {
		return err
	}
	d.stops = append(d.stops, stop)
	d.addresses.PIDs[p.name] = os.Getpid()
	d.say("%-9s started in %.1fs", p.name, time.Since(began).Seconds())
	return nil
}

// Stop ends the parts in the reverse order of their start. The instances of
// the local cloud end too; they are back when it starts again.
func (d *Dev) Stop() error {
	if d.lock == nil {
		return nil
	}
	errs := []error{withdraw(d.config.State, d.addresses)}
	for _, stop := range slices.Backward(d.stops) {
		errs = append(errs, stop())
	}
	return errors.Join(append(errs, d.lock.release())...)
}

// Wait returns nil when ctx is done, or why a part cannot go on.
func (d *Dev) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-d.failed:
		return err
	}
}

// Addresses are where the parts in this process are.
func (d *Dev) Addresses() Addresses { return d.addresses }

func (d *Dev) say(format string, args ...any) {
	if d.config.Progress != nil {
		fmt.Fprintf(d.config.Progress, format+"\n", args...)
	}
}

// file is the path of something in the state folder.
func (d *Dev) file(name ...string) string {
	return filepath.Join(append([]string{d.config.State}, name...)...)
}

// choose finds the parts by name, in the order of their start.
func choose(names []string) ([]part, error) {
	if len(names) == 0 {
		return parts, nil
	}
	var chosen []part
	for _, p := range parts {
		if slices.Contains(names, p.name) {
			chosen = append(chosen, p)
		}
	}
	for _, name := range names {
		if !slices.Contains(PartNames(), name) {
			return nil, fmt.Errorf("part %q: %w: the parts are %s", name, gennaker.ErrInvalid, strings.Join(PartNames(), ", "))
		}
	}
	return chosen, nil
}
