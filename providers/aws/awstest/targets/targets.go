// Package targets has the programs of others that tests of AWS run against.
// deploy/aws-targets.sh installs them, when they are not there yet.
package targets

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Install returns the path of a program: moto, ministack or aws.
func Install(name string) (program string, err error) {
	var complaint bytes.Buffer
	install := exec.Command(filepath.Join(here(), "..", "..", "..", "..", "deploy", "aws-targets.sh"), name)
	install.Stderr = &complaint
	path, err := install.Output()
	if err != nil {
		return "", fmt.Errorf("deploy/aws-targets.sh did not install %s: %w\n%s", name, err, complaint.String())
	}
	return strings.TrimSpace(string(path)), nil
}

// Program is Install for a test, which ends without it.
func Program(t testing.TB, name string) string {
	t.Helper()
	program, err := Install(name)
	if err != nil {
		t.Fatalf("this test needs %s: %v", name, err)
	}
	return program
}

// here is the folder of this package's source.
func here() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}
