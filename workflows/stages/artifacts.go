package stages

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// Bind finds the artifacts that the stage is expected to put out: among its
// outputs, else in what the stages before it and the trigger brought, else the
// default. What is bound takes the place of the output "artifacts", and
// "resolvedExpectedArtifacts" says what is bound to what, for stages that name
// an expected artifact by its id. A stage type that makes artifacts ends with
// it (Spinnaker's task bindProducedArtifacts). Without expected artifacts the
// outputs stay as they are.
func (in Input) Bind(ctx workflow.Context, outputs Outputs) (Outputs, error) {
	if len(in.Stage.ExpectedArtifacts) == 0 {
		return outputs, nil
	}
	kept, err := plain(outputs)
	if err != nil {
		return outputs, err
	}
	made, err := gennaker.ArtifactsOf(kept["artifacts"])
	if err != nil {
		return outputs, err
	}
	seen, err := in.Evaluator.Artifacts()
	if err != nil {
		return outputs, err
	}
	bound, err := BindExpected(ctx, in.Evaluator, in.Stage.ExpectedArtifacts, kept, gennaker.Artifacts{Received: append(made, seen...)})
	if err != nil {
		return outputs, err
	}
	return withBound(outputs, bound), nil
}

// withBound are the outputs with what was bound.
func withBound(outputs Outputs, bound []gennaker.ExpectedArtifact) Outputs {
	all := Outputs{}
	maps.Copy(all, outputs)
	all["artifacts"] = gennaker.BoundArtifacts(bound)
	all["resolvedExpectedArtifacts"] = bound
	return all
}

// plain are the outputs as JSON has them, and as later stages will see them.
func plain(outputs Outputs) (Outputs, error) {
	data, err := json.Marshal(outputs)
	if err != nil {
		return nil, err
	}
	kept := Outputs{}
	return kept, json.Unmarshal(data, &kept)
}

// BindExpected evaluates a document's expected artifacts and binds them. More
// are names that their expressions see. A default is evaluated only if it is
// needed.
func BindExpected(ctx workflow.Context, ev Evaluator, documents []map[string]any, more map[string]any, all gennaker.Artifacts) ([]gennaker.ExpectedArtifact, error) {
	expected, err := Expected(ctx, ev, documents, more)
	if err != nil {
		return nil, err
	}
	bound, err := all.Bind(expected)
	if err != nil {
		return nil, err
	}
	return bound, EvaluateDefaults(ctx, ev, bound, more)
}

// Expected evaluates a document's expected artifacts, but for their defaults.
func Expected(ctx workflow.Context, ev Evaluator, documents []map[string]any, more map[string]any) ([]gennaker.ExpectedArtifact, error) {
	list := make([]map[string]any, len(documents))
	for i, document := range documents {
		pattern := maps.Clone(document)
		delete(pattern, "defaultArtifact")
		evaluated, err := ev.Evaluate(ctx, pattern, more)
		if err != nil {
			return nil, fmt.Errorf("expectedArtifacts[%d]: %w", i, err)
		}
		list[i], _ = evaluated.(map[string]any)
		if standard, ok := document["defaultArtifact"]; ok {
			list[i]["defaultArtifact"] = standard
		}
	}
	return gennaker.ExpectedArtifacts(list)
}

// EvaluateDefaults evaluates the defaults that were taken.
func EvaluateDefaults(ctx workflow.Context, ev Evaluator, bound []gennaker.ExpectedArtifact, more map[string]any) error {
	for i, x := range bound {
		if x.Bound == nil || x.Bound != x.Default {
			continue
		}
		evaluated, err := evaluateArtifact(ctx, ev, *x.Default, more)
		if err != nil {
			return fmt.Errorf("defaultArtifact of expected artifact %s: %w", x, err)
		}
		bound[i].Bound = &evaluated
	}
	return nil
}

func evaluateArtifact(ctx workflow.Context, ev Evaluator, a gennaker.Artifact, more map[string]any) (gennaker.Artifact, error) {
	data, err := json.Marshal(a)
	if err != nil || !strings.Contains(string(data), "${") {
		return a, err
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return a, err
	}
	evaluated, err := ev.Evaluate(ctx, fields, more)
	if err != nil {
		return a, err
	}
	if data, err = json.Marshal(evaluated); err != nil {
		return a, err
	}
	var result gennaker.Artifact
	return result, json.Unmarshal(data, &result)
}

// Artifact is what a stage uses: what is bound to the expected artifact with
// an id, or without an id the artifact that stands in the stage's own fields.
// The nearest stage that has bound the id counts, and the trigger last.
func (in Input) Artifact(ctx workflow.Context, id string, inline *gennaker.Artifact) (gennaker.Artifact, error) {
	if id == "" {
		if inline == nil {
			return gennaker.Artifact{}, fmt.Errorf("artifact: %w: the stage names neither an expected artifact nor one of its own", gennaker.ErrInvalid)
		}
		return *inline, nil
	}
	bound, err := in.Evaluator.BoundArtifacts()
	if err != nil {
		return gennaker.Artifact{}, err
	}
	a, ok := gennaker.BoundArtifact(bound, id)
	if !ok {
		return a, fmt.Errorf("expected artifact %s: %w: neither the trigger nor a stage before this one has bound it", id, gennaker.ErrNotFound)
	}
	return a, nil
}

// expectedIDs are the expected artifacts that a pipeline's triggers name which
// the pipeline with the id parent sets off.
func expectedIDs(p gennaker.Pipeline, parent any) []string {
	var ids []string
	for _, trigger := range p.Triggers {
		named, _ := trigger["expectedArtifactIds"].([]any)
		if trigger["type"] != "pipeline" || trigger["pipeline"] != parent || parent == "" {
			continue
		}
		for _, id := range named {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	return ids
}
