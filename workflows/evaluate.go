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
	value, err := expression.Evaluate(asExpression(q.Expression), sc)
	return value, unmet(err)
}

// explain answers the same with the steps to it. An expression that cannot be
// evaluated is an answer too.
func (r *run) explain(q gennaker.Evaluate) (expression.Explanation, error) {
	sc, err := r.asked(q.Stage)
	if err != nil {
		return expression.Explanation{}, err
	}
	told, err := expression.Explain(asExpression(q.Expression), sc)
	if err != nil {
		told.Error = unmet(err).Error()
	}
	return told, nil
}

func asExpression(text string) string {
	if expression.HasExpression(text) {
		return text
	}
	return "${" + text + "}"
}

// after is what a stage after all others would see.
func (r *run) after() *scope {
	all := gennaker.StageExecution{}
	for _, s := range r.e.Stages {
		all.Requisites = append(all.Requisites, s.RefID)
	}
	return &scope{r: r, state: &all}
}

// asked is what the stage sees, or what one after all others would, with what
// was found so far.
func (r *run) asked(stage string) (*scope, error) {
	sc, err := r.seenBy(stage)
	if err == nil {
		sc.found = sc.recalled()
	}
	return sc, err
}

func (r *run) seenBy(stage string) (*scope, error) {
	if stage == "" {
		return r.after(), nil
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
