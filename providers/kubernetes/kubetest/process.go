package kubetest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// process is a program that runs until it is ended, or we are.
type process struct {
	name  string
	log   string // path
	order *exec.Cmd
	ended chan struct{}
}

// run starts a program. What it says goes to a file in the folder.
func run(dir string, order *exec.Cmd) (*process, error) {
	p := &process{name: filepath.Base(order.Path), order: order, ended: make(chan struct{})}
	p.log = filepath.Join(dir, p.name+".log")
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	p.order.Stdout, p.order.Stderr, p.order.Dir = out, out, dir
	p.order.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		defer out.Close()
		defer close(p.ended)
		runtime.LockOSThread() // a child dies with the thread that started it, see attributes
		defer runtime.UnlockOSThread()
		err := p.order.Start()
		started <- err
		if err == nil {
			_ = p.order.Wait()
		}
	}()
	return p, <-started
}

// kill ends the program at once.
func (p *process) kill() {
	_ = p.order.Process.Kill()
	<-p.ended
}

// over says as an error that the program has ended by itself.
func (p *process) over() error {
	select {
	case <-p.ended:
		said, _ := os.ReadFile(p.log)
		return fmt.Errorf("%s has ended: %s", p.name, bytes.TrimSpace(said[max(0, len(said)-2000):]))
	default:
		return nil
	}
}
