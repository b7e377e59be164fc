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
	ready := exec.CommandContext(ctx, "bin/gennaker-dev", "wait", "--state", state)
	if out, err := ready.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("gennaker-dev is not ready: %w: %s", err, out), l.stop())
	}
	return l, l.readAddresses()
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
	return l.command.Wait()
}
