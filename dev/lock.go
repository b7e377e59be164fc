package dev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/gennaker/gennaker"
)

// locks keep other processes from running the same parts on the same state.
// The system releases them when the process ends, however it ends.
type locks struct{ held []*flock.Flock }

// patience is how long a process that is stopping, or only starting, is
// waited for.
const patience = 20 * time.Second

func lock(ctx context.Context, state string, chosen []part, say func(string, ...any)) (*locks, error) {
	dir := filepath.Join(state, "lock")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	l := &locks{}
	for _, p := range chosen {
		f := flock.New(filepath.Join(dir, p.name))
		if err := take(ctx, f, state, p.name, say); err != nil {
			return nil, errors.Join(err, l.release())
		}
		l.held = append(l.held, f)
	}
	return l, nil
}

// take gets one lock. It refuses at once if another process is at work, and
// waits for one that is on its way out.
func take(ctx context.Context, f *flock.Flock, state, part string, say func(string, ...any)) error {
	deadline := time.Now().Add(patience)
	for waited := false; ; waited = true {
		got, err := f.TryLock()
		if err != nil {
			return fmt.Errorf("lock %s: %w", f.Path(), err)
		}
		if got {
			return nil
		}
		if a, err := ReadAddresses(state); err == nil && a.PIDs[part] != 0 || time.Now().After(deadline) {
			return busy(state, part)
		}
		if !waited {
			say("%-9s waits for another gennaker-dev that is stopping", part)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func busy(state, part string) error {
	who := "gennaker-dev"
	if a, err := ReadAddresses(state); err == nil && a.PIDs[part] != 0 {
		who = fmt.Sprintf("process %d", a.PIDs[part])
	}
	return fmt.Errorf("%s in %s: %w: stop %s first, or use another --state", part, state, gennaker.ErrBusy, who)
}

func (l *locks) release() error {
	var errs []error
	for _, f := range l.held {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
