package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// beside is a program that runs beside us, and never longer than we do.
type beside struct {
	address string // where it answers
	name    string
	command *exec.Cmd
	lifeline
	log   *os.File // has no name any more
	ended chan error
}

// lifeline is a pipe; the program ends when our end of it is closed, by us or
// because we were killed.
type lifeline interface{ Close() error }

// supervised runs a program until its standard input ends, with a folder for
// what it would leave in the system's.
const supervised = `exec 3<&0 </dev/null; TMPDIR=$(mktemp -d) || exit; export TMPDIR
"$@" 3<&- & it=$!; { read -r _ <&3; kill $it 2>/dev/null; } & wait $it; code=$?
rm -rf "$TMPDIR"; exit $code`

const (
	ministackStart = 60 * time.Second // on a busy machine
	ministackStop  = 5 * time.Second
)

// startMinistack returns when it answers.
func startMinistack(ctx context.Context, path string) (*beside, error) {
	if _, err := exec.LookPath(path); err != nil {
		return nil, fmt.Errorf("ministack: %w: deploy/aws-targets.sh ministack installs it", err)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(address)
	p, err := supervise("env", "BIND_HOST="+host, "GATEWAY_PORT="+port, "IOT_MTLS_ENABLED=0", path)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	p.address = address
	if err := p.await(ctx, "http://"+address+"/_ministack/health"); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func supervise(command ...string) (*beside, error) {
	log, err := os.CreateTemp("", "ministack-*.log")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(log.Name()); err != nil { // nothing is left of it, however we end
		return nil, errors.Join(err, log.Close())
	}
	p := &beside{name: command[len(command)-1], command: exec.Command("sh", append([]string{"-c", supervised, "sh"}, command...)...),
		log: log, ended: make(chan error, 1)}
	p.command.Stdout, p.command.Stderr = log, log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us, and we tell it
	if p.lifeline, err = p.command.StdinPipe(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	if err := p.command.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() { p.ended <- p.command.Wait() }()
	return p, nil
}

// await returns when the program answers at a URL.
func (p *beside) await(ctx context.Context, url string) error {
	client := &http.Client{Timeout: 5 * time.Second}
	deadline := time.After(ministackStart)
	for {
		if answer, err := client.Get(url); err == nil {
			answer.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-p.ended:
			p.ended <- err
			return p.complaint("ended", err)
		case <-deadline:
			return p.complaint("does not answer", nil)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// complaint is what happened to it, and the end of what it said.
func (p *beside) complaint(what string, err error) error {
	said := make([]byte, 2000)
	size, _ := p.log.Seek(0, 2)
	n, _ := p.log.ReadAt(said, max(0, size-int64(len(said))))
	if err != nil {
		what += ": " + err.Error()
	}
	return fmt.Errorf("%s %s; the end of its log:\n%s", p.name, what, said[:n])
}

// stop ends it and all that it started.
func (p *beside) stop() {
	_ = p.Close() // it may have ended
	select {
	case <-p.ended:
	case <-time.After(ministackStop):
	}
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL) // what is left of the group, if anything
	_ = p.log.Close()
}
