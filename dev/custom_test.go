package dev

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker/dev/devtest"
	"github.com/gennaker/gennaker/worker"
)

// A program of somebody else's: its worker and its command line know a stage
// type that Gennaker's do not.
func TestAProgramBringsAStageTypeOfItsOwn(t *testing.T) {
	address, c := connect(t)
	if err := worker.AddSearchAttributes(t.Context(), c, namespace); err != nil {
		t.Fatal(err)
	}
	bin, err := devtest.Programs("examples/custom")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(bin, "custom")
	serving := exec.Command(program, "worker", address)
	serving.Stderr = os.Stderr
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = serving.Process.Signal(os.Interrupt)
		_ = serving.Wait()
	})
	calendar := filepath.Join(t.TempDir(), "calendar")
	today := time.Now().UTC().Format(time.DateOnly)
	document := filepath.Join("..", "examples", "custom", "pipeline.yml")
	for _, c := range []struct{ days, want string }{
		{"2000-01-01 long ago\n", "SUCCEEDED"},
		{today + " inventory\n", "nothing may be changed on " + today + ": inventory"},
	} {
		if err := os.WriteFile(calendar, []byte(c.days), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(program, "--address", address, "start", document, "-p", "calendar="+calendar, "--watch").CombinedOutput()
		if !strings.Contains(string(out), c.want) {
			t.Errorf("custom start = %v, want %s in\n%s", err, c.want, out)
		}
	}
}
