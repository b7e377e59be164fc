package workflows

import (
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// mayRun refuses a document that could never run, and one with stages of
// types that nobody knows.
func mayRun(types stages.Types, p gennaker.Pipeline) error {
	p.AssignRefIDs()
	if err := checkGraph(p); err != nil {
		return err
	}
	for _, s := range p.Stages {
		if _, ok := types.Find(s); !ok {
			return fmt.Errorf("stage %s: type %q: %w: there is no such type", s.RefID, s.Type, gennaker.ErrInvalid)
		}
	}
	return nil
}

// checkGraph refuses stages that could never run. Documents that came through
// the CLI have been checked before; a workflow can be started without it.
func checkGraph(p gennaker.Pipeline) error {
	seen := map[string]bool{}
	for _, s := range p.Stages {
		if s.RefID == "" || seen[s.RefID] {
			return fmt.Errorf("stage %s: refId %q: %w: each stage needs one of its own", s.Title(), s.RefID, gennaker.ErrInvalid)
		}
		seen[s.RefID] = true
	}
	for _, s := range p.Stages {
		for _, r := range s.Requisites {
			if !seen[r] {
				return fmt.Errorf("stage %s: requisiteStageRefIds: %w: there is no stage %q", s.RefID, gennaker.ErrInvalid, r)
			}
		}
	}
	if cycle := p.Cycle(); cycle != nil {
		return fmt.Errorf("stages: %w: they wait for each other: %s", gennaker.ErrInvalid, strings.Join(cycle, " → "))
	}
	return nil
}
