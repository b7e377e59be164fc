package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
)

// stopTimeout is when a program that was asked to stop is killed.
const stopTimeout = 30 * time.Second

// program is a running program of ours.
type program struct {
	name   string
	began  time.Time
	cmd    *exec.Cmd
	out    bytes.Buffer // to be read once ended is closed
	cancel context.CancelFunc
	ended  chan struct{}
	facts  *gopsutil.Process
}

// startProgram runs a program until it is stopped or ctx is done.
func (b bench) startProgram(ctx context.Context, name string, environment []string, args ...string) (*program, error) {
	path, err := filepath.Abs(filepath.Join(b.bin, name))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &program{name: name, cancel: cancel, ended: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, path, args...)
	p.cmd.Env = append(os.Environ(), environment...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = stopTimeout
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("%w: build it with make build", err)
	}
	go func() {
		_ = p.cmd.Wait() // its state says more
		close(p.ended)
	}()
	p.facts, err = gopsutil.NewProcess(int32(p.cmd.Process.Pid))
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// stop asks the program to end and returns when it has.
func (p *program) stop() {
	p.cancel()
	<-p.ended
}

// until waits for the condition, as long as the program lives.
func (p *program) until(ctx context.Context, condition func() bool) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: wait until ready: %w", p.name, ctx.Err())
		case <-p.ended:
			return p.died()
		case <-tick.C:
		}
	}
	return nil
}

func (p *program) died() error {
	return fmt.Errorf("%s ended with %s:\n%s", p.name, p.cmd.ProcessState, p.out.Bytes())
}

// memory is what the program has in RAM, in MiB.
func (p *program) memory() (float64, error) {
	select {
	case <-p.ended:
		return 0, p.died()
	default:
	}
	info, err := p.facts.MemoryInfo()
	if err != nil {
		return 0, fmt.Errorf("%s: memory: %w", p.name, err)
	}
	return round(float64(info.RSS) / (1 << 20)), nil
}
