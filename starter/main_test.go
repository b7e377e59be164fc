package starter

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gennaker/gennaker/workflows/stages"
)

func TestMain(m *testing.M) {
	os.Unsetenv("NO_COLOR")
	testscript.Main(m, map[string]func(){
		"gennaker": func() { os.Exit(Main(os.Args, os.Stdin, os.Stdout, os.Stderr, stages.Table)) },
	})
}

// TestSessions runs the commands as people do, where no server is needed.
func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("GENNAKER_USER", "ada")
			folder, err := filepath.Abs(pipelines)
			env.Setenv("PIPELINES", folder)
			return err
		},
	})
}

// at is a moment in the story that the tests tell.
func at(seconds int) time.Time {
	return time.Date(2026, 11, 24, 10, 0, 0, 0, time.Local).Add(time.Duration(seconds) * time.Second)
}

// text is how a page without colours prints lines.
func text(lines []line) string { return page{}.render(lines) }

// trimmed is a golden text from a test's source: without the first newline.
func trimmed(golden string) string { return strings.TrimPrefix(golden, "\n") }

// exits runs a command and wants it to end with an exit code:
//
//	exits 2 gennaker nope
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
