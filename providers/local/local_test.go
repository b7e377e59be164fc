package local_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/gennaker/gennaker/localcloud"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/local"
	"github.com/gennaker/gennaker/providers/providertest"
)

var hello string // the program that the server groups run

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "local")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	hello = filepath.Join(dir, "hello")
	if out, err := exec.Command("go", "build", "-o", hello, "../../examples/hello").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build hello: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// open starts a cloud of its own for the test, and stops all of it afterwards.
func open(t *testing.T) (*localcloud.Cloud, string) {
	t.Helper()
	state := t.TempDir()
	c, err := localcloud.Open(t.Context(), localcloud.Config{State: state})
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := c.StopInstances(ctx); err != nil {
			t.Errorf("StopInstances = %v", err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return c, state
}

func account(t *testing.T, c local.Config) *local.Cloud {
	t.Helper()
	c.Account = "laptop"
	cloud, err := local.New(c)
	if err != nil {
		t.Fatalf("New(%+v) = %v", c, err)
	}
	return cloud
}

func helloSpec() map[string]any {
	return map[string]any{
		"strategy": "redblack", // not ours, and so no mistake
		"command":  hello,
		"healthCheck": map[string]any{
			"type": "http", "path": "/healthz", "intervalMillis": 50,
		},
	}
}

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			_, state := open(t)
			return account(t, local.Config{StateDir: state})
		},
		Spec: helloSpec(),
	})
}
