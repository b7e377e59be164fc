package workflows

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// What an execution keeps is bounded, in bytes, so that it always fits into
// one payload of Temporal's: the outputs of one stage, those of all stages
// together, and the text of one error.
const (
	maxOutputs    = 64 << 10
	maxAllOutputs = 512 << 10
	maxError      = 2000
)

// keep records what a stage leaves: the maps, lists and scalars of the
// outputs' JSON, as a restart and the expressions of later stages see them. It
// keeps nothing, and says so, if they are too big.
func (r *run) keep(s *gennaker.StageExecution, outputs map[string]any) error {
	s.Outputs = nil
	delete(r.kept, s.RefID)
	if len(outputs) == 0 {
		return nil
	}
	data, err := json.Marshal(outputs)
	if err != nil {
		return fmt.Errorf("outputs: %w: %w", gennaker.ErrInvalid, err)
	}
	all := len(data)
	for _, ref := range gennaker.SortedKeys(r.kept) {
		all += r.kept[ref]
	}
	if len(data) > maxOutputs || all > maxAllOutputs {
		return fmt.Errorf("outputs: %w: they are %d bytes, and at most %d of a stage and %d of all stages are kept",
			gennaker.ErrInvalid, len(data), maxOutputs, maxAllOutputs)
	}
	r.kept[s.RefID] = len(data)
	return json.Unmarshal(data, &s.Outputs)
}

// count counts what the stages have kept already.
func (r *run) count() error {
	for i := range r.e.Stages {
		if err := r.keep(&r.e.Stages[i], r.e.Stages[i].Outputs); err != nil {
			return err
		}
	}
	return nil
}

// bounded is an error's text, cut where it is too long to keep.
func bounded(err error) string {
	text := err.Error()
	if len(text) <= maxError {
		return text
	}
	return strings.ToValidUTF8(text[:maxError], "") + "…"
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
