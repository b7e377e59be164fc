package dev

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/gennaker/gennaker"
)

// locks keep other processes from running the same parts on the same state.
// The system releases them when the process ends, however it ends.
type locks struct{ held []*flock.Flock }

func lock(state string, chosen []part) (*locks, error) {
	dir := filepath.Join(state, "lock")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	l := &locks{}
	for _, p := range chosen {
		f := flock.New(filepath.Join(dir, p.name))
		got, err := f.TryLock()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Path(), err), l.release())
		}
		if !got {
			return nil, errors.Join(busy(state, p.name), l.release())
		}
		l.held = append(l.held, f)
	}
	return l, nil
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
