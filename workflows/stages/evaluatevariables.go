package stages

import (
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/config"
)

type variablesConfig struct {
	Variables []variable `json:"variables" jsonschema:"required" jsonschema_description:"Evaluated one after another; each sees those before it."`
}

type variable struct {
	Key         string `json:"key" jsonschema:"required"`
	Value       any    `json:"value"`
	Description string `json:"description,omitempty"`
}

// EvaluateVariables makes each variable an output, in order.
func EvaluateVariables(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[variablesConfig](in.Config)
	if err != nil {
		return nil, err
	}
	outputs := Outputs{}
	for _, v := range c.Variables {
		value, err := in.Evaluator.Evaluate(ctx, v.Value, maps.Clone(outputs))
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", v.Key, err)
		}
		outputs[v.Key] = value
	}
	return outputs, nil
}
