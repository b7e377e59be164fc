package workflows

import (
	"maps"
	"strings"
)

// evaluatedVariables are the variables of evaluateVariables as Spinnaker keeps
// them: once evaluated each has its value, and as its sourceValue the text it
// was made of, with { for ${.
func evaluatedVariables(variables any, outputs map[string]any) any {
	list, ok := variables.([]any)
	if !ok {
		return variables
	}
	all := make([]any, len(list))
	for i, item := range list {
		all[i] = evaluatedVariable(item, outputs)
	}
	return all
}

func evaluatedVariable(item any, outputs map[string]any) any {
	variable, _ := item.(map[string]any)
	key, _ := variable["key"].(string)
	value, evaluated := outputs[key]
	if !evaluated {
		return item
	}
	kept := maps.Clone(variable)
	if source, ok := variable["value"].(string); ok {
		kept["sourceValue"] = strings.ReplaceAll(source, "${", "{")
	}
	kept["value"] = value
	return kept
}
