package stages

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
)

type runJobManifestConfig struct {
	Provider    string `json:"cloudProvider,omitempty"`
	Account     string `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials string `json:"credentials,omitempty"`
	Application string `json:"application,omitempty"`
	Namespace   string `json:"namespace,omitempty" jsonschema_description:"Default: that of the manifest, else default."`
	Manifest    any    `json:"manifest,omitempty" jsonschema_description:"A Job, or the text of one. The name of what runs is its metadata.generateName or metadata.name, with a few letters more."`
	manifestSource
	jobConfig
	consumes
}

// RunJobManifest runs a job that a manifest describes.
func RunJobManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[runJobManifestConfig](in.Config)
	if err == nil {
		err = c.consumes.check()
	}
	if err != nil {
		return nil, err
	}
	account, err := oneAccount(c.Account, c.Credentials)
	if err != nil {
		return nil, err
	}
	documents, err := in.documents(ctx, c.manifestSource, "manifest", c.Manifest)
	if err != nil {
		return nil, err
	}
	if len(documents) != 1 {
		return nil, fmt.Errorf("manifest: %w: one Job is wanted, and there are %d documents", gennaker.ErrInvalid, len(documents))
	}
	may, must, err := in.bindable(ctx, c.manifestSource)
	if err != nil {
		return nil, err
	}
	r := in.jobOf(ctx, account, c, documents[0])
	r.Spec = map[string]any{"manifest": documents[0], "propertyFile": c.PropertyFile, "artifacts": may, "requiredArtifacts": must}
	outputs, err := in.runJob(ctx, r, c.jobConfig)
	if err != nil || !c.waits() {
		return outputs, err
	}
	return c.consume(ctx, in, outputs)
}

// maxJobName is how long the part of a job's name is that its manifest gives:
// Kubernetes takes 63 letters, and names the pods after the job.
const maxJobName = 45

// jobOf names the job after its manifest. The rest of the name is other for
// each attempt of the stage, so that each runs the job once.
func (in Input) jobOf(ctx workflow.Context, account string, c runJobManifestConfig, manifest map[string]any) gennaker.RunJob {
	metadata, _ := manifest["metadata"].(map[string]any)
	text := func(field string) string { s, _ := metadata[field].(string); return s }
	namespace := first(c.Namespace, first(text("namespace"), "default"))
	r := in.job(ctx, gennaker.In(account, namespace), first(c.Application, in.Execution.Application))
	if base := first(text("generateName"), text("name")); base != "" {
		r.Name = strings.Trim(base[:min(len(base), maxJobName)], "-.") + "-" + r.Marks[gennaker.MarkToken][:8]
	}
	return r
}
