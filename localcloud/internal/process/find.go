package process

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// Found is a process that carries a variable in its environment.
type Found struct {
	ID
	Leader bool // of its process group, as all that Start starts are
	env    []string
}

// Env is the value of one of its environment variables.
func (f Found) Env(name string) string {
	for _, variable := range f.env {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

// Find returns the running processes whose environment was given the variable
// (as "NAME=value") when they were started, by age. What they have started
// themselves has inherited it. Processes that we may not look into are left
// out.
func Find(ctx context.Context, variable string) ([]Found, error) {
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("processes: %w", err)
	}
	var found []Found
	for _, pid := range pids {
		env, err := (&process.Process{Pid: pid}).EnvironWithContext(ctx)
		if err != nil || !slices.Contains(env, variable) {
			continue
		}
		id := ID{int(pid), started(int(pid))}
		if group, err := syscall.Getpgid(id.PID); err == nil && id.Started != "" {
			found = append(found, Found{ID: id, Leader: group == id.PID, env: env})
		}
	}
	slices.SortFunc(found, func(a, b Found) int { return compareAge(a.ID, b.ID) })
	return found, nil
}

// compareAge puts the process that was started first first. Started is a
// number of fixed meaning: the longer is the larger.
func compareAge(a, b ID) int {
	if len(a.Started) != len(b.Started) {
		return len(a.Started) - len(b.Started)
	}
	if c := strings.Compare(a.Started, b.Started); c != 0 {
		return c
	}
	return a.PID - b.PID
}

// Sweep kills every process that carries the variable, until none is left or
// ctx ends, and says how many there were.
func Sweep(ctx context.Context, variable string) (int, error) {
	killed := map[ID]bool{}
	for {
		found, err := Find(ctx, variable)
		if err != nil || len(found) == 0 {
			return len(killed), err
		}
		for _, f := range found {
			if f.Runs() {
				syscall.Kill(f.PID, syscall.SIGKILL)
				killed[f.ID] = true
			}
		}
		select {
		case <-ctx.Done():
			return len(killed), context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
