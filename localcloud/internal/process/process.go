// Package process runs programs that outlive the one who started them, and
// finds them again. Each is the leader of a session of its own, so that no
// signal to the daemon's terminal or group reaches it, and a signal to its
// group reaches all that it started.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// poll is how often a process that is not our child is looked at.
const poll = 100 * time.Millisecond

// ID names a process for as long as the machine runs: a process that is given
// the same PID later has another Started.
type ID struct {
	PID     int    `json:"pid"`
	Started string `json:"started"`
}

// Runs reports whether the process is there and not only waiting for its
// parent to notice that it ended.
func (id ID) Runs() bool { return id.PID > 0 && id.Started != "" && started(id.PID) == id.Started }

// Program is what to run. Log is opened for appending, and gets what the
// program writes.
type Program struct {
	Path string
	Args []string
	Env  []string
	Dir  string
	Log  string
}

// Process is one that was started here, or found.
type Process struct {
	id   ID
	done chan struct{}
	end  string // how it ended; read after done
}

// Start runs a program in a session of its own.
func Start(p Program) (*Process, error) {
	log, err := os.OpenFile(p.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = p.Env, p.Dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	// It is not reaped before Wait, so its PID is still its own here.
	process := &Process{id: ID{cmd.Process.Pid, born(cmd.Process.Pid)}, done: make(chan struct{})}
	go func() {
		process.end = ending(cmd.Wait())
		close(process.done)
	}()
	return process, nil
}

// ending says how a child ended.
func ending(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return "exited with status 0"
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return "killed by signal: " + status.Signal().String()
	}
	return fmt.Sprintf("exited with status %d", exit.ExitCode())
}

// Adopt watches a process that another started; false if it does not run.
func Adopt(id ID) (*Process, bool) {
	if !id.Runs() {
		return nil, false
	}
	p := &Process{id: id, done: make(chan struct{}), end: "exited"}
	go func() {
		defer close(p.done)
		for id.Runs() {
			time.Sleep(poll)
		}
	}()
	return p, true
}

// ID is what Adopt needs to find it again.
func (p *Process) ID() ID { return p.id }

// Done is closed once the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// End says how the process ended. Only ask once it is Done.
func (p *Process) End() string { return p.end }

// Stop asks the process and all in its group to end, and makes them once grace
// is over. It returns when the process has ended, or else with ctx's error.
func (p *Process) Stop(ctx context.Context, grace time.Duration) error {
	p.signal(syscall.SIGTERM)
	kill := time.NewTimer(grace)
	defer kill.Stop()
	for {
		select {
		case <-p.done:
			return nil
		case <-kill.C:
			p.signal(syscall.SIGKILL)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// signal reaches the group, as long as its leader is the process we mean.
func (p *Process) signal(s syscall.Signal) {
	if p.id.Runs() {
		syscall.Kill(-p.id.PID, s)
	}
}
