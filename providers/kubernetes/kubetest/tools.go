package kubetest

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Tools is the folder of the programs, which are built if they are not there.
// What that does is said to progress.
func Tools(progress io.Writer) (string, error) { return Built("kube-targets.sh", progress) }

// Built is the folder of what a script of the folder deploy builds, if it is not
// there. What that does is said to progress.
func Built(script string, progress io.Writer) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	var complaint bytes.Buffer
	build := exec.Command(filepath.Join(filepath.Dir(here), "..", "..", "..", "deploy", script))
	build.Stderr = io.MultiWriter(progress, &complaint)
	folder, err := build.Output()
	if err != nil {
		return "", fmt.Errorf("deploy/%s: %w\n%s", script, err, complaint.String())
	}
	return strings.TrimSpace(string(folder)), nil
}
