package client_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func TestJobSpecCheckTellsAllMistakesAtOnce(t *testing.T) {
	err := client.JobSpec{PropertyFile: "..", StopGraceMillis: -1, Environment: map[string]string{"GENNAKER_PROPERTIES": "x", "": ""}}.Check()
	for _, want := range []string{"command is required", `propertyFile ".." must be in the job's own directory`,
		"stopGraceMillis -1 cannot be negative", "GENNAKER_PROPERTIES is set by the cloud", `"" cannot be a variable`} {
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("Check = %v, want ErrInvalid that says %s", err, want)
		}
	}
	if err := (client.JobSpec{Command: "true", PropertyFile: "out/a.json"}).Check(); err != nil {
		t.Errorf("Check = %v, want none", err)
	}
}
