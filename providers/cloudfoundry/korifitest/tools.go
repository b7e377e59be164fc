package korifitest

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Tools is the folder of Korifi's programs and chart, which are built if they
// are not there. What that does is said to progress.
func Tools(progress io.Writer) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	var complaint bytes.Buffer
	build := exec.Command(filepath.Join(filepath.Dir(here), "..", "..", "..", "deploy", "korifi-targets.sh"))
	build.Stderr = io.MultiWriter(progress, &complaint)
	folder, err := build.Output()
	if err != nil {
		return "", fmt.Errorf("deploy/korifi-targets.sh: %w\n%s", err, complaint.String())
	}
	return strings.TrimSpace(string(folder)), nil
}
