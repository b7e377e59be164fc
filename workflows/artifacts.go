package workflows

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/stages"
)

// maxArtifacts bounds, in bytes, what an execution keeps of the artifacts that
// it was started with.
const maxArtifacts = 256 << 10

// bindTrigger binds the pipeline's expected artifacts to what started it. An
// execution that is restarted keeps what it had.
func (r *run) bindTrigger(ctx workflow.Context, in gennaker.Start) error {
	t := &r.e.Trigger
	if in.Restarted != nil && len(t.ResolvedExpectedArtifacts) > 0 {
		return nil
	}
	if len(r.pipeline.ExpectedArtifacts) > 0 {
		bound, err := r.bound(ctx, *t)
		if err != nil {
			return err
		}
		t.ResolvedExpectedArtifacts = bound
	}
	t.Artifacts = gennaker.AddArtifacts(nil, append(t.Artifacts, gennaker.BoundArtifacts(t.ResolvedExpectedArtifacts)...)...)
	return checkSize(*t)
}

func (r *run) bound(ctx workflow.Context, t gennaker.Trigger) ([]gennaker.ExpectedArtifact, error) {
	sc := &scope{r: r, state: &gennaker.StageExecution{}}
	expected, err := stages.Expected(ctx, sc, r.pipeline.ExpectedArtifacts, nil)
	if err != nil {
		return nil, err
	}
	expected = gennaker.Wanted(expected, t.ExpectedArtifactIDs, t.Artifacts)
	all := gennaker.Artifacts{Received: t.Artifacts, Unique: true}
	if gennaker.WantsPrior(expected, t.Artifacts) {
		found, err := ops.FindArtifacts(ctx, ops.PastArtifacts{Application: r.e.Application, Pipeline: r.e.Name, Except: r.e.ID, Expected: expected})
		if err != nil {
			return nil, fmt.Errorf("artifacts of the execution before: %w", err)
		}
		all.Prior, all.Before = found.Artifacts, found.Execution
	}
	bound, err := all.Bind(expected)
	if err != nil {
		return nil, err
	}
	return bound, stages.EvaluateDefaults(ctx, sc, bound, nil)
}

// checkSize refuses artifacts that are too big to be kept.
func checkSize(t gennaker.Trigger) error {
	data, err := json.Marshal([]any{t.Artifacts, t.ResolvedExpectedArtifacts})
	if err == nil && len(data) > maxArtifacts {
		err = fmt.Errorf("artifacts: %w: those of the trigger are %d bytes with what is bound to them, and at most %d are kept", gennaker.ErrInvalid, len(data), maxArtifacts)
	}
	return err
}

// triggerMap is the trigger as expressions see it. Spinnaker has the bound
// artifacts in it under two names.
func (r *run) triggerMap() any {
	all, _ := plainJSON(r.e.Trigger).(map[string]any)
	if bound, ok := all["resolvedExpectedArtifacts"]; ok {
		all["expectedArtifacts"] = bound
	}
	return all
}

// Artifacts are those that the stage sees, the nearest first.
func (sc *scope) Artifacts() ([]gennaker.Artifact, error) {
	var all []gennaker.Artifact
	for _, s := range sc.ancestors() {
		made, err := gennaker.ArtifactsOf(s.Outputs["artifacts"])
		if err != nil {
			return nil, fmt.Errorf("stage %s: %w", s.RefID, err)
		}
		all = append(all, made...)
	}
	return append(all, sc.r.e.Trigger.Artifacts...), nil
}

// BoundArtifacts are the bindings that the stage sees, the nearest first.
func (sc *scope) BoundArtifacts() ([]gennaker.ExpectedArtifact, error) {
	var all []gennaker.ExpectedArtifact
	for _, s := range sc.ancestors() {
		var bound []gennaker.ExpectedArtifact
		data, err := json.Marshal(s.Outputs["resolvedExpectedArtifacts"])
		if err == nil {
			err = json.Unmarshal(data, &bound)
		}
		if err != nil {
			return nil, fmt.Errorf("stage %s: resolvedExpectedArtifacts: %w", s.RefID, err)
		}
		all = append(all, bound...)
	}
	return append(all, sc.r.e.Trigger.ResolvedExpectedArtifacts...), nil
}
