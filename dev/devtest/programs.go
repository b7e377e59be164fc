// Package devtest is what tests that run Gennaker's programs share.
package devtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Programs builds programs of Gennaker, named by their folders in the
// repository, and returns the folder that they are in, bin/test. The large ones
// take longer to link than most tests take to run, so all tests share them:
// what is up to date there is not built again.
func Programs(folders ...string) (bin string, err error) {
	module, err := exec.Command("go", "env", "GOMOD").Output() // dev/go.mod
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	repository := filepath.Dir(filepath.Dir(strings.TrimSpace(string(module))))
	bin = filepath.Join(repository, "bin", "test")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(filepath.Join(bin, "lock"))
	if err := lock.Lock(); err != nil {
		return "", fmt.Errorf("lock %s: %w", bin, err)
	}
	defer lock.Close()
	modules := map[string][]string{}
	for _, folder := range folders {
		within, inDev := strings.CutPrefix(folder, "dev/")
		home := repository
		if inDev {
			home = filepath.Join(repository, "dev")
		}
		modules[home] = append(modules[home], "./"+within)
	}
	for home, packages := range modules {
		if err := build(home, bin, packages); err != nil {
			return "", err
		}
	}
	return bin, nil
}

func build(module, bin string, packages []string) error {
	build := exec.Command("go", append([]string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin + "/"}, packages...)...)
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// Hello builds the program that the examples deploy into a folder of the
// caller's, so that its processes can be told from others'.
func Hello(folder string) (program string, err error) {
	program = filepath.Join(folder, "hello")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/gennaker/gennaker/examples/hello").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}
