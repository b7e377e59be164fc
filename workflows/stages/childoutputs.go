package stages

import (
	"maps"
	"reflect"
	"slices"

	"github.com/gennaker/gennaker"
)

// outputsOf are the outputs of all stages of an execution as one: of those
// with the same name the last counts, and lists are joined (Spinnaker's
// execution context).
func outputsOf(e gennaker.Execution) Outputs {
	all := Outputs{}
	for _, s := range inOrder(e.Stages) {
		for _, name := range gennaker.SortedKeys(s.Outputs) {
			all[name] = joined(all[name], s.Outputs[name])
		}
	}
	return all
}

func joined(before, now any) any {
	list, ok := before.([]any)
	more, both := now.([]any)
	if !ok || !both {
		return now
	}
	list = slices.Clone(list)
	for _, v := range more {
		if !slices.ContainsFunc(list, func(w any) bool { return reflect.DeepEqual(v, w) }) {
			list = append(list, v)
		}
	}
	return list
}

// inOrder sorts stages so that each comes after its requisites.
func inOrder(list []gennaker.StageExecution) []gennaker.StageExecution {
	var sorted []gennaker.StageExecution
	there := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for _, s := range list {
			if !there[s.RefID] && !slices.ContainsFunc(s.Requisites, func(ref string) bool { return !there[ref] }) {
				sorted = append(sorted, s)
				there[s.RefID], grown = true, true
			}
		}
	}
	return sorted
}

// maxErrors bounds how many failures of stages are told.
const maxErrors = 5

// exception says why an execution failed, under Spinnaker's names.
func exception(e gennaker.Execution) map[string]any {
	errors := []any{}
	source := map[string]any{"executionId": e.ID}
	for i, s := range e.Stages {
		if s.Status != gennaker.Terminal || len(errors) == maxErrors {
			continue
		}
		if len(errors) == 0 {
			maps.Copy(source, map[string]any{"stageId": s.RefID, "stageName": s.Name, "stageIndex": i})
		}
		errors = append(errors, "Exception in child pipeline stage ("+e.Name+": "+s.Name+"): "+s.Error)
	}
	if len(errors) == 0 && e.Error != "" {
		errors = append(errors, e.Error)
	}
	return map[string]any{"source": source, "details": map[string]any{"errors": errors}}
}
