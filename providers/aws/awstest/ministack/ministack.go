// Package ministack runs ministack for tests: the ECS and Lambda of the tests,
// that others wrote.
package ministack

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/targets"
)

// Start returns the address of an empty ministack. All tests of a process
// share one, so they must not run at the same time. It ends with the process.
func Start(t testing.TB) (endpoint string) {
	t.Helper()
	endpoint, err := running()
	if err != nil {
		t.Fatalf("this test needs ministack: %v", err)
	}
	answer, err := http.Post(endpoint+"/_ministack/reset", "", nil)
	if err != nil {
		t.Fatalf("reset ministack: %v", err)
	}
	answer.Body.Close()
	awstest.Alone()
	return endpoint
}

var running = sync.OnceValues(run)

// supervised runs a program until its standard input ends, which it does when
// we do, with a folder for what it would leave in the system's.
const supervised = `exec 3<&0 </dev/null; TMPDIR=$(mktemp -d) || exit; export TMPDIR
"$@" 3<&- & it=$!; { read -r _ <&3; kill $it 2>/dev/null; } & wait $it; code=$?
rm -rf "$TMPDIR"; exit $code`

// patience is how long it may take to start, on a busy machine.
const patience = time.Minute

func run() (string, error) {
	program, err := targets.Install("ministack")
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address := listener.Addr().String()
	host, port, _ := net.SplitHostPort(address)
	if err := listener.Close(); err != nil {
		return "", err
	}
	command := exec.Command("sh", "-c", supervised, "sh", program)
	command.Env = append(os.Environ(), "BIND_HOST="+host, "GATEWAY_PORT="+port, "IOT_MTLS_ENABLED=0")
	if _, err := command.StdinPipe(); err != nil { // it lives until this is closed, with us
		return "", err
	}
	log := &log{}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	return await("http://"+address, ended, log)
}

func await(endpoint string, ended chan error, said *log) (string, error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(endpoint + "/_ministack/health"); err == nil {
			answer.Body.Close()
			return endpoint, nil
		}
		select {
		case err := <-ended:
			return "", errors.Join(err, errors.New(said.String()))
		default:
		}
	}
	return "", fmt.Errorf("it does not answer:\n%s", said.String())
}

// log is what the program says, the beginning of it.
type log struct {
	mu   sync.Mutex // guards said
	said bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.said.Len() < 1<<16 {
		l.said.Write(p)
	}
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}
