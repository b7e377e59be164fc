package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gennaker-cloud": main})
}

func TestSessions(t *testing.T) {
	hello := filepath.Join(t.TempDir(), "hello")
	if out, err := exec.Command("go", "build", "-o", hello, "../../examples/hello").CombinedOutput(); err != nil {
		t.Fatalf("build hello: %v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HELLO", hello)
			e.Setenv("GENNAKER_CLOUD_STATE", filepath.Join(e.WorkDir, "state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"eventually": eventually, "fetch": fetch},
	})
}

// eventually runs a command until its output matches: eventually PATTERN
// COMMAND [ARGUMENT...]. With a ! it must not match any more.
func eventually(ts *testscript.TestScript, not bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[0])
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		out := ts.ReadFile("stdout")
		if err == nil && pattern.MatchString(out) != not {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: %v\n%s", strings.Join(args[1:], " "), err, out)
		}
	}
}

// fetch prints what the first load balancer answers.
func fetch(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Exec("gennaker-cloud", "list"))
	url := regexp.MustCompile(`http://\S+`).FindString(ts.ReadFile("stdout"))
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	ts.Check(err)
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("answer"), fmt.Appendf(nil, "%s %s", answer.Status, text), 0o600))
}
