package workflows

import (
	"encoding/json"
	"fmt"

	"github.com/gennaker/gennaker"
)

// maxOutputs bounds what one stage leaves, in bytes of JSON: histories and
// answers to queries stay small.
const maxOutputs = 64 << 10

// plainOutputs are the outputs as the maps, lists and scalars of their JSON,
// as a restart and the expressions of later stages will see them.
func plainOutputs(outputs map[string]any) (map[string]any, error) {
	if len(outputs) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(outputs)
	if err != nil {
		return nil, fmt.Errorf("outputs: %w: %w", gennaker.ErrInvalid, err)
	}
	if len(data) > maxOutputs {
		return nil, fmt.Errorf("outputs: %w: they are %d bytes, and at most %d are kept", gennaker.ErrInvalid, len(data), maxOutputs)
	}
	var plain map[string]any
	return plain, json.Unmarshal(data, &plain)
}

// outcome is what the stages make of the execution (Spinnaker's
// CompleteExecution).
func outcome(e gennaker.Execution, p gennaker.Pipeline) gennaker.Status {
	seen := map[gennaker.Status]bool{}
	failAfterOthers := false
	allPass := true
	for i, s := range e.Stages {
		seen[s.Status] = true
		allPass = allPass && s.Status.Passes()
		if s.Status == gennaker.Stopped && p.Stages[i].CompleteOthers {
			failAfterOthers = true
		}
	}
	switch {
	case allPass:
		return gennaker.Succeeded
	case e.Cancel != nil:
		return gennaker.Canceled
	case seen[gennaker.Terminal] || failAfterOthers:
		return gennaker.Terminal
	case seen[gennaker.Canceled]:
		return gennaker.Canceled
	}
	return gennaker.Succeeded
}

// reason names the stage that failed the execution.
func reason(e gennaker.Execution) string {
	for _, wanted := range []gennaker.Status{gennaker.Terminal, gennaker.Stopped} {
		for _, s := range e.Stages {
			if s.Status == wanted {
				return fmt.Sprintf("stage %s (%s): %s", s.RefID, s.Name, s.Error)
			}
		}
	}
	return "failed"
}
