package stages

import (
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type findArtifactsFromResourceConfig struct{ manifestCoordinates }

// FindArtifactsFromResource puts out the artifacts that an object is made of:
// its images, and the ConfigMaps and Secrets that it refers to.
func FindArtifactsFromResource(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[findArtifactsFromResourceConfig](in.Config)
	if err != nil {
		return nil, err
	}
	ref, err := in.manifest(ctx, c.manifestCoordinates)
	if err != nil {
		return nil, err
	}
	m, err := ops.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	outputs := manifestOutputs(ref)
	outputs["artifacts"] = listed(m.Artifacts)
	if data, err := json.Marshal(m.Object); err != nil || len(data) > maxDocumentOutputs {
		in.State.Warnings = append(in.State.Warnings, "the manifest is too long for the outputs: it is not among them")
	} else {
		outputs["manifest"] = m.Object
	}
	return in.Bind(ctx, outputs)
}
