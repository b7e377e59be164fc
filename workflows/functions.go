package workflows

import (
	"fmt"
	"slices"

	"github.com/gennaker/gennaker"
)

// functions are what expressions call with #name(arguments).
var functions = map[string]func(*scope, []any) (any, error){
	"stage":                stageByName,
	"stageByRefId":         stageByName,
	"stageExists":          stageExists,
	"currentStage":         currentStage,
	"currentUser":          currentUser,
	"judgment":             judgmentInput,
	"judgement":            judgmentInput,
	"deployedServerGroups": deployedServerGroups,
}

// Call invokes a function.
func (sc *scope) Call(name string, args []any) (any, error) {
	f, ok := functions[name]
	if !ok {
		return nil, fmt.Errorf("#%s: %w: there is no such function", name, gennaker.ErrNotFound)
	}
	return f(sc, args)
}

// place finds the stage that the first argument names.
func (sc *scope) place(function string, args []any) (int, error) {
	if len(args) != 1 {
		return 0, fmt.Errorf("#%s: %w: it takes the name of a stage", function, gennaker.ErrInvalid)
	}
	name := fmt.Sprint(args[0])
	s := sc.r.e.Stage(name)
	if s == nil {
		return 0, fmt.Errorf("#%s('%s'): %w: there is no such stage", function, name, gennaker.ErrNotFound)
	}
	return slices.IndexFunc(sc.r.e.Stages, func(other gennaker.StageExecution) bool { return other.RefID == s.RefID }), nil
}

func stageByName(sc *scope, args []any) (any, error) {
	at, err := sc.place("stage", args)
	if err != nil {
		return nil, err
	}
	return sc.r.stageMap(at), nil
}

func stageExists(sc *scope, args []any) (any, error) {
	_, err := sc.place("stageExists", args)
	return err == nil, nil
}

func currentStage(sc *scope, _ []any) (any, error) {
	return stageByName(sc, []any{sc.state.RefID})
}

func currentUser(sc *scope, _ []any) (any, error) {
	if user := sc.r.e.Trigger.User; user != "" {
		return user, nil
	}
	return "anonymous", nil
}

func judgmentInput(sc *scope, args []any) (any, error) {
	at, err := sc.place("judgment", args)
	if err != nil {
		return nil, err
	}
	input, ok := sc.r.e.Stages[at].Outputs["judgmentInput"]
	if !ok {
		return nil, fmt.Errorf("#judgment('%v'): %w: nobody chose an input there", args[0], gennaker.ErrNotFound)
	}
	return input, nil
}

func deployedServerGroups(sc *scope, args []any) (any, error) {
	var names []string
	for _, a := range args {
		names = append(names, fmt.Sprint(a))
	}
	return sc.r.deployed(names), nil
}

// deployed are the server groups that deploy stages made, of those stages
// alone if any are named.
func (r *run) deployed(names []string) []any {
	list := []any{}
	for _, s := range r.e.Stages {
		if s.Type != "deploy" || s.Status != gennaker.Succeeded {
			continue
		}
		if len(names) > 0 && !slices.Contains(names, s.Name) {
			continue
		}
		made, _ := plainJSON(s.Outputs["deployments"]).([]any)
		list = append(list, made...)
	}
	return list
}
