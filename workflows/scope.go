package workflows

import (
	"encoding/json"
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/config"
)

// scope is what the expressions of one stage see.
type scope struct {
	r      *run
	node   *node // nil for one after all others
	state  *gennaker.StageExecution
	stage  gennaker.Stage
	parent *scope         // of the stage that it runs within
	more   map[string]any // seen before everything else
	found  map[need]found // what functions needed from outside
	notes  []string       // about expressions that are null or whose text stayed
	turn   int            // which evaluation of the execution this is; 0 for a query
	drawn  int            // how often something was drawn at random in it
}

// enabled evaluates the stage's condition. One that cannot be evaluated fails
// the stage; Spinnaker skips it.
func (sc *scope) enabled(ctx workflow.Context) (bool, error) {
	c := sc.stage.StageEnabled
	if c == nil || c.Expression == "" {
		return true, nil
	}
	enabled, err := sc.Condition(ctx, c.Expression)
	if err != nil && sc.r.asSpinnaker() && ctx.Err() == nil {
		sc.warn("skipped: its condition cannot be evaluated: " + err.Error())
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("stageEnabled: %w", err)
	}
	return enabled, nil
}

// commonFields are the names of the fields that every stage has.
var commonFields = gennaker.JSONNames(gennaker.Stage{})

// common is the stage with the fields that every stage has evaluated. Where
// the document has an expression for one, it stands among the type's fields.
func (sc *scope) common(ctx workflow.Context) (gennaker.Stage, error) {
	s := sc.stage
	fields := map[string]any{}
	for _, name := range commonFields {
		if value, ok := s.Config[name]; ok {
			fields[name] = value
		}
	}
	if len(fields) == 0 {
		return s, nil
	}
	value, err := sc.Evaluate(ctx, fields, nil)
	if err != nil {
		return s, err
	}
	fields, _ = value.(map[string]any)
	err = config.Into(fields, &s)
	return s, err
}

// fields evaluates the type's fields, but for those that are literal.
func (sc *scope) fields(ctx workflow.Context, literal ...string) (map[string]any, error) {
	document := maps.Clone(sc.stage.Config)
	for _, name := range literal {
		delete(document, name)
	}
	value, err := sc.Evaluate(ctx, document, nil)
	if err != nil {
		return nil, err
	}
	fields, _ := value.(map[string]any)
	for _, name := range literal {
		if v, ok := sc.stage.Config[name]; ok {
			fields[name] = v
		}
	}
	sc.r.rememberFields(sc.state.RefID, fields)
	return fields, nil
}

// Evaluate replaces the expressions in a value. One that cannot be evaluated
// is an error; in Spinnaker's reading its text stays, with a warning.
func (sc *scope) Evaluate(ctx workflow.Context, value any, more map[string]any) (evaluated any, err error) {
	outer := *sc
	outer.more = more
	err = outer.knowing(ctx, func(sc *scope) (err error) {
		evaluated, err = sc.replace(value)
		return err
	})
	return evaluated, err
}

func (sc *scope) replace(value any) (any, error) {
	sc.notes = nil
	evaluated, err := expression.Evaluate(value, sc)
	if err != nil && sc.r.asSpinnaker() && !sc.stage.FailOnFailedExprs {
		sc.notes = nil
		evaluated, err = sc.lenient(value)
	}
	switch {
	case err != nil || len(sc.notes) == 0:
		return evaluated, err
	case sc.stage.FailOnFailedExprs && sc.r.asSpinnaker():
		return nil, fmt.Errorf("%s: %w", sc.notes[0], gennaker.ErrInvalid)
	}
	for _, note := range sc.notes {
		sc.warn(note)
	}
	return evaluated, nil
}

// maxWarnings is how many are kept of a stage, the first.
const maxWarnings = 20

func (sc *scope) warn(text string) {
	switch n := len(sc.state.Warnings); {
	case n < maxWarnings:
		sc.state.Warnings = append(sc.state.Warnings, text)
	case n == maxWarnings:
		sc.state.Warnings = append(sc.state.Warnings, "more warnings are not kept")
	}
}

// Condition evaluates a text to a boolean.
func (sc *scope) Condition(ctx workflow.Context, text string) (met bool, err error) {
	err = sc.knowing(ctx, func(sc *scope) (err error) {
		met, err = expression.Condition(text, sc)
		return err
	})
	return met, err
}

// Lookup finds a name: the roots, the stage's own fields, then the outputs of
// the stages above it, nearest first.
func (sc *scope) Lookup(name string) (any, bool) {
	if v, ok := sc.more[name]; ok {
		return v, true
	}
	switch name {
	case "parameters":
		return nonNil(sc.r.e.Trigger.Parameters), true
	case "trigger":
		return sc.r.triggerMap(), true
	case "execution":
		return sc.r.executionMap(), true
	case "templateVariables":
		return nonNil(sc.r.pipeline.TemplateVariables), true
	case "deployedServerGroups":
		return sc.r.deployed(nil), true
	case "buildInfo":
		return sc.buildInfo()
	case "scmInfo":
		return sc.scmInfo()
	}
	if v, ok := sc.stage.Config[name]; ok && !expression.HasExpression(fmt.Sprint(v)) {
		return v, true
	}
	return sc.above(name)
}

func nonNil(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// plainJSON is a value as the maps, lists and scalars of its JSON.
func plainJSON(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(data, &out) != nil {
		return nil
	}
	return out
}
