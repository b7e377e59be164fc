package stages

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// consumes says what a job's stage puts out besides what the job tells.
type consumes struct {
	ConsumeSource   string             `json:"consumeArtifactSource,omitempty" jsonschema:"enum=propertyFile,enum=artifact" jsonschema_description:"artifact: when the job has succeeded, each field of the artifact's JSON becomes an output."`
	ConsumeID       string             `json:"consumeArtifactId,omitempty" jsonschema_description:"An expected artifact."`
	ConsumeArtifact *gennaker.Artifact `json:"consumeArtifact,omitempty"`
	ConsumeAccount  string             `json:"consumeArtifactAccount,omitempty" jsonschema_description:"One of artifacts in the worker's configuration, instead of the artifact's own. One that it does not have is read without credentials."`
}

// check says what is wrong with the fields together, before the job runs.
func (c consumes) check() error {
	if c.ConsumeSource == "artifact" && c.ConsumeID == "" && c.ConsumeArtifact == nil {
		return fmt.Errorf("consumeArtifactSource: %w: the stage names the artifact neither by consumeArtifactId nor as consumeArtifact", gennaker.ErrInvalid)
	}
	return nil
}

// consume adds what the artifact says to the outputs. It takes the place of
// nothing that is there.
func (c consumes) consume(ctx workflow.Context, in Input, outputs Outputs) (Outputs, error) {
	if c.ConsumeSource != "artifact" {
		return outputs, nil
	}
	a, err := in.Artifact(ctx, c.ConsumeID, c.ConsumeArtifact)
	if err != nil {
		return outputs, fmt.Errorf("consumeArtifact: %w", err)
	}
	text, err := ops.ReadArtifact(ctx, a.WithAccount(c.ConsumeAccount))
	if err != nil {
		return outputs, fmt.Errorf("consumeArtifact: %w", err)
	}
	var more map[string]any
	if err := json.Unmarshal([]byte(text), &more); err != nil {
		return outputs, fmt.Errorf("consumeArtifact: %s: %w: JSON of an object is wanted: %w", a, gennaker.ErrInvalid, err)
	}
	for _, name := range gennaker.SortedKeys(more) {
		if _, taken := outputs[name]; !taken {
			outputs[name] = more[name]
		}
	}
	return outputs, nil
}
