package stages

import (
	"fmt"
	"maps"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// preconfiguredConfig has what the definition of the webhook leaves open.
type preconfiguredConfig struct {
	ParameterValues map[string]any `json:"parameterValues,omitempty" jsonschema_description:"Values for the definition's parameters; what is not given has the definition's default. The fields below are for what the definition leaves open."`
	webhookConfig
}

// DefinedIn says that the type of such a stage is an operator's.
func (preconfiguredConfig) DefinedIn() string {
	return "webhooks.preconfigured of the worker's configuration"
}

// PreconfiguredWebhook is a webhook whose fields the worker's configuration
// has. They are looked up when the stage runs, and evaluated as if they stood
// in the stage, with parameterValues beside the other names.
func PreconfiguredWebhook(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[preconfiguredConfig](in.Config)
	if err != nil {
		return nil, err
	}
	user := first(in.User, in.Execution.Trigger.User)
	p, err := ops.FindPreconfiguredWebhook(ctx, ops.PreconfiguredRequest{Type: in.Stage.Type, User: user})
	if err != nil {
		return nil, err
	}
	values, err := parameterValues(ctx, in, p.Parameters, c.ParameterValues)
	if err != nil {
		return nil, err
	}
	fields, err := in.Evaluator.Evaluate(ctx, p.Fields, map[string]any{"parameterValues": values})
	if err != nil {
		return nil, fmt.Errorf("%s of the worker's configuration: %w", p.Type, err)
	}
	in.Config = maps.Clone(in.Config)
	defined, _ := fields.(map[string]any)
	maps.Copy(in.Config, defined)
	return Webhook(ctx, in)
}

// parameterValues are those that the stage gives, and the defaults of others.
func parameterValues(ctx workflow.Context, in Input, parameters []ops.WebhookParameter, given map[string]any) (map[string]any, error) {
	values := map[string]any{}
	var names []string
	for _, p := range parameters {
		names = append(names, p.Name)
		value, ok := given[p.Name]
		if !ok || value == nil {
			standard, err := in.Evaluator.Evaluate(ctx, p.DefaultValue, nil)
			if err != nil {
				return nil, fmt.Errorf("parameterValues.%s: its default: %w", p.Name, err)
			}
			values[p.Name] = standard
			continue
		}
		if len(p.Options) > 0 && !slices.Contains(p.Options, ops.WebhookOption{Value: gennaker.Text(value)}) {
			return nil, fmt.Errorf("parameterValues.%s: %w: %s is not one of its options", p.Name, gennaker.ErrInvalid, gennaker.Text(value))
		}
		values[p.Name] = value
	}
	for _, name := range gennaker.SortedKeys(given) {
		if !slices.Contains(names, name) {
			in.State.Warnings = append(in.State.Warnings, "parameterValues."+name+" is not a parameter of "+in.Stage.Type+nearestOf(name, names))
			values[name] = given[name]
		}
	}
	return values, nil
}

func nearestOf(word string, words []string) string {
	if near := gennaker.Nearest(word, words); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
