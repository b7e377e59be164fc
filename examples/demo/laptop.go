package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// laptop is a running gennaker-dev.
type laptop struct {
	state     string
	command   *exec.Cmd
	ended     chan error // of the command
	addresses addresses
}

// addresses are what gennaker-dev writes into its state.
type addresses struct {
	Temporal       string         `json:"temporal"`
	UI             string         `json:"ui"`
	Cloud          string         `json:"cloud"`
	CloudTokenFile string         `json:"cloudTokenFile"`
	PIDs           map[string]int `json:"pids"`
}

// startLaptop starts gennaker-dev and returns when all of it is ready. One
// that an interrupted demo left is stopped first.
func startLaptop(ctx context.Context, state string) (*laptop, error) {
	l := &laptop{state: state}
	if err := l.stopLeftover(); err != nil {
		return nil, err
	}
	l.command = exec.Command("bin/gennaker-dev", "--state", state)
	l.command.Stdout, l.command.Stderr = os.Stdout, os.Stderr
	l.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is ours to pass on
	if err := l.command.Start(); err != nil {
		return nil, fmt.Errorf("start gennaker-dev: %w: build it with `make build`", err)
	}
	l.ended = make(chan error, 1)
	go func() { l.ended <- l.command.Wait() }()
	return l, l.wait(ctx)
}

// wait returns when gennaker-dev is ready, and an error if it ends before.
func (l *laptop) wait(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready := make(chan error, 1)
	go func() {
		out, err := exec.CommandContext(ctx, "bin/gennaker-dev", "wait", "--state", l.state).CombinedOutput()
		if err != nil {
			err = fmt.Errorf("gennaker-dev is not ready: %w: %s", err, out)
		}
		ready <- err
	}()
	select {
	case err := <-l.ended:
		return fmt.Errorf("gennaker-dev ended: %v: is another demo running?", err)
	case err := <-ready:
		if err != nil {
			return errors.Join(err, l.stop())
		}
	}
	if err := l.readAddresses(); err != nil {
		return err
	}
	if l.addresses.PIDs["temporal"] != l.command.Process.Pid { // ready is another's
		return fmt.Errorf("gennaker-dev ended: %v: is another demo running?", <-l.ended)
	}
	return nil
}

func (l *laptop) readAddresses() error {
	text, err := os.ReadFile(filepath.Join(l.state, "dev.json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &l.addresses)
}

// stopLeftover stops the gennaker-dev that an interrupted demo left behind.
func (l *laptop) stopLeftover() error {
	if err := l.readAddresses(); err != nil {
		return nil // there was none
	}
	for _, pid := range l.addresses.PIDs {
		p, err := process.NewProcess(int32(pid))
		if err != nil {
			continue
		}
		if name, err := p.Name(); err != nil || !strings.HasPrefix(name, "gennaker") {
			continue
		}
		say("an earlier demo was interrupted: stopping what it left (process %d)", pid)
		if err := end(p); err != nil {
			return err
		}
	}
	return nil
}

// end asks a process to stop, and makes it after a while.
func end(p *process.Process) error {
	_ = p.Terminate()
	for range 200 {
		if running, err := p.IsRunning(); err != nil || !running {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return p.Kill()
}

// stop ends gennaker-dev and waits for it.
func (l *laptop) stop() error {
	if err := l.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return <-l.ended
}
