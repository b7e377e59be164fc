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

// Find returns the running processes whose environment was given all the
// variables (as "NAME=value") when they were started, by age. What they have
// started themselves has inherited them. Processes that we may not look into
// are left out.
func Find(ctx context.Context, variables ...string) ([]Found, error) {
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("processes: %w", err)
	}
	var found []Found
	for _, pid := range pids {
		env, err := (&process.Process{Pid: pid}).EnvironWithContext(ctx)
		if err != nil || !containsAll(env, variables) {
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

func containsAll(env, variables []string) bool {
	for _, v := range variables {
		if !slices.Contains(env, v) {
			return false
		}
	}
	return true
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

// Sweep kills every process that carries all the variables, until none is left
// or ctx ends, and says how many there were. It looks once more when there is
// none: a process that is just becoming another program shows no environment.
func Sweep(ctx context.Context, variables ...string) (int, error) {
	killed := map[ID]bool{}
	for none := 0; ; {
		found, err := Find(ctx, variables...)
		if err != nil {
			return len(killed), err
		}
		if none++; len(found) > 0 {
			none = 0
		}
		if none == 2 {
			return len(killed), nil
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
