package dev_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/shirou/gopsutil/v4/process"

	"github.com/gennaker/gennaker/dev"
	"github.com/gennaker/gennaker/dev/devtest"
)

// TestCommandSessions runs the gennaker command as people do, against a
// gennaker-dev of its own that deploys the program of the examples.
func TestCommandSessions(t *testing.T) {
	t.Parallel()
	bin, state := programs(t), filepath.Join(t.TempDir(), "state")
	hello, err := devtest.Hello(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { killPrograms(t, hello) })
	key := filepath.Join(t.TempDir(), "ada.pem")
	addresses := runDev(t, bin, state, workerConfig(t, bin, key))
	t.Run("sessions", func(t *testing.T) { // ends when all of them have
		testscript.Run(t, testscript.Params{
			Dir: filepath.Join("..", "starter", "testdata", "live"),
			Setup: func(env *testscript.Env) error {
				env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
				env.Setenv("GENNAKER_STATE", state)
				env.Setenv("GENNAKER_USER", "ada")
				env.Setenv("TEMPORAL", addresses.Temporal)
				env.Setenv("KEY", key)
				env.Setenv("HELLO", hello)
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "await": await},
		})
	})
}

// exits runs a command and wants it to end with an exit code:
//
//	exits 3 gennaker watch shop/deploy
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// await repeats a command until its output matches, for half a minute:
//
//	await 'Go on.*RUNNING' gennaker status shop/deploy
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN COMMAND...")
	}
	wanted, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && wanted.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s never prints %q (%v)", strings.Join(args[1:], " "), args[0], err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// programs is the folder of those that people use.
func programs(t *testing.T) string {
	t.Helper()
	bin, err := devtest.Programs("dev/gennaker-dev", "starter/gennaker", "providers/aws/awstest/gennaker-aws",
		"providers/google/googletest/gennaker-google", "providers/kubernetes/kubetest/gennaker-kube")
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// workerConfig gives ada, with a key that is made here, the role sre.
func workerConfig(t *testing.T, bin, key string) string {
	t.Helper()
	public, err := exec.Command(filepath.Join(bin, "gennaker"), "identity", key).Output()
	if err != nil {
		t.Fatalf("gennaker identity: %v", err)
	}
	file := filepath.Join(t.TempDir(), "worker.yml")
	text := fmt.Sprintf("users:\n  - name: ada\n    key: %s\n    roles: [sre]\n", strings.TrimSpace(string(public)))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// runDev runs gennaker-dev until the test ends, and returns once it is ready.
func runDev(t *testing.T, bin, state, config string) dev.Addresses {
	t.Helper()
	startDev(t, bin, state, nil, "--worker-config", config)
	addresses, err := dev.ReadAddresses(state)
	if err != nil {
		t.Fatal(err)
	}
	return addresses
}

// startDev starts parts of gennaker-dev, or all if none are named, and returns
// once they are ready. They end with the test.
func startDev(t *testing.T, bin, state string, parts []string, flags ...string) *exec.Cmd {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "dev.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	flags = append(flags, "--state", state)
	waiting := []string{"wait", "--state", state, "--timeout", "90s"}
	if len(parts) > 0 {
		only := []string{"--only", strings.Join(parts, ",")}
		flags, waiting = append(flags, only...), append(waiting, only...)
	}
	program := filepath.Join(bin, "gennaker-dev")
	running := exec.Command(program, flags...)
	running.Stdout, running.Stderr = log, log
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = running.Wait()
	})
	if out, err := exec.Command(program, waiting...).CombinedOutput(); err != nil {
		text, _ := os.ReadFile(log.Name())
		t.Fatalf("gennaker-dev wait: %v\n%s%s", err, out, text)
	}
	return running
}

// killPrograms ends what a failed session left running.
func killPrograms(t *testing.T, program string) {
	all, err := process.Processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if exe, err := p.Exe(); err == nil && exe == program {
			_ = p.Kill() // it may have ended
		}
	}
}
