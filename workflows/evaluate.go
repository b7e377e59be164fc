package workflows

import (
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// evaluate answers what an expression is worth to a stage. Like every query it
// changes nothing.
func (r *run) evaluate(q gennaker.Evaluate) (any, error) {
	sc, err := r.asked(q.Stage)
	if err != nil {
		return nil, err
	}
	text := q.Expression
	if !expression.HasExpression(text) {
		text = "${" + text + "}"
	}
	sc.found = sc.recalled()
	value, err := expression.Evaluate(text, sc)
	return value, unmet(err)
}

// asked is what the stage sees, or what one after all others would.
func (r *run) asked(stage string) (*scope, error) {
	if stage == "" {
		all := gennaker.StageExecution{}
		for _, s := range r.e.Stages {
			all.Requisites = append(all.Requisites, s.RefID)
		}
		return &scope{r: r, state: &all}, nil
	}
	s := r.e.Stage(stage)
	if s == nil {
		return nil, fmt.Errorf("stage %s: %w", stage, gennaker.ErrNotFound)
	}
	n := r.known[s.RefID]
	if n == nil {
		return nil, fmt.Errorf("stage %s: %w: the document does not have it", stage, gennaker.ErrNotFound)
	}
	sc := n.scope()
	state := *s // what is noted on the way stays here
	sc.state = &state
	return sc, nil
}
