package stages

import (
	"encoding/base64"
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/config"
)

type artifactContentsConfig struct {
	Contents []artifactContent `json:"artifactContents,omitempty" jsonschema_description:"Evaluated one after another; each sees the contents before it by their names."`
}

type artifactContent struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty" jsonschema_description:"Of the artifact; not evaluated."`
	Contents any    `json:"contents,omitempty" jsonschema_description:"Text with expressions. Without any there is no artifact."`
}

// embeddedAccount is the account of artifacts that carry their content.
const embeddedAccount = "embedded-artifact"

// EvaluateArtifacts makes artifacts of texts whose expressions it evaluates.
func EvaluateArtifacts(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[artifactContentsConfig](in.Config)
	if err != nil {
		return nil, err
	}
	made, known := []gennaker.Artifact{}, map[string]any{}
	for i, content := range c.Contents {
		value, err := in.Evaluator.Evaluate(ctx, content.Contents, maps.Clone(known))
		if err != nil {
			return nil, fmt.Errorf("artifactContents[%d] %s: %w", i, content.Name, err)
		}
		known[content.Name] = value
		if value == nil || value == "" {
			continue
		}
		text, err := expression.Text(value)
		if err != nil {
			return nil, fmt.Errorf("artifactContents[%d] %s: %w", i, content.Name, err)
		}
		made = append(made, gennaker.Artifact{Type: gennaker.EmbeddedBase64, Account: embeddedAccount,
			Name: content.Name, Reference: base64.StdEncoding.EncodeToString([]byte(text))})
	}
	return in.Bind(ctx, Outputs{"artifacts": made})
}
