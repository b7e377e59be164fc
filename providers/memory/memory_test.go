package memory_test

import (
	"encoding/json"
	"testing"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/providers/providertest"
)

func TestConformance(t *testing.T) {
	providertest.Run(t, providertest.Harness{
		Open:   func(*testing.T) providers.Provider { return &memory.Cloud{} },
		Region: "somewhere",
		Jobs: &providertest.JobSpecs{
			Succeeds: outcome(`{"exitCode": 0, "log": "begin\ndone\n", "properties": {"version": "7", "hosts": ["a"]}}`),
			Fails:    outcome(`{"jobState": "Failed", "exitCode": 3, "reason": "exited with status 3", "log": "no such table\n"}`),
			Runs:     outcome(`{"jobState": "Running"}`),
			Wrong:    outcome(`"wrong"`),
		},
	})
}

func outcome(text string) map[string]any {
	return map[string]any{memory.SpecOutcome: json.RawMessage(text)}
}
