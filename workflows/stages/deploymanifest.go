package stages

import (
	"encoding/json"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type deployManifestConfig struct {
	manifestAt
	manifestSource
	Manifests any               `json:"manifests,omitempty" jsonschema_description:"A list of objects, or their text."`
	Namespace string            `json:"namespaceOverride,omitempty" jsonschema_description:"Puts all that can be in a namespace into this one."`
	Moniker   moniker           `json:"moniker,omitzero" jsonschema_description:"Only app counts; default: the pipeline's application."`
	Traffic   trafficManagement `json:"trafficManagement,omitzero"`
	NoOutput  gennaker.Flag     `json:"noOutput,omitempty" jsonschema_description:"Leaves the documents out of the outputs."`
}

// manifestLimit is how long objects may take to become stable (Spinnaker's
// waitForManifestToStabilize), when the document gives none.
const manifestLimit = 30 * time.Minute

// DeployManifest has objects be as manifests say, and waits until they are
// stable.
func DeployManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[deployManifestConfig](in.Config)
	if err != nil {
		return nil, err
	}
	m, err := in.applying(ctx, c)
	if err != nil {
		return nil, err
	}
	var outputs Outputs
	err = in.inTurn(ctx, running(m), func() (err error) {
		outputs, err = in.apply(ctx, c, m)
		return err
	})
	if err != nil {
		return outputs, err
	}
	return in.Bind(ctx, outputs)
}

// apply deploys the manifests, and deletes the versions that are too many then.
func (in Input) apply(ctx workflow.Context, c deployManifestConfig, m gennaker.ApplyManifests) (Outputs, error) {
	applied, err := ops.ApplyManifests(ctx, m)
	if err != nil {
		return nil, err
	}
	outputs := in.appliedOutputs(applied, bool(c.NoOutput))
	if err := in.awaitManifests(ctx, m.Account, applied.Refs()); err != nil {
		return outputs, err
	}
	for _, old := range applied.Outdated {
		if err := ops.DeleteManifest(ctx, gennaker.DeleteManifest{ManifestRef: old}); err != nil {
			return outputs, err
		}
	}
	outputs["replacedManifests"], err = c.Traffic.replaced(ctx, m, applied)
	return outputs, err
}

// applying is what the stage asks of the cloud.
func (in Input) applying(ctx workflow.Context, c deployManifestConfig) (gennaker.ApplyManifests, error) {
	m := gennaker.ApplyManifests{Namespace: first(c.Namespace, c.Location), Override: c.Namespace != "",
		Moniker: gennaker.Moniker{App: first(c.Moniker.App, in.Execution.Application), Sequence: -1},
		Marks: map[string]string{gennaker.MarkExecution: in.Execution.ID, gennaker.MarkStage: in.State.RefID,
			gennaker.MarkToken: in.token(ctx, "manifests")}}
	var err error
	if m.Account, err = oneAccount(c.Account, c.Credentials); err != nil {
		return m, err
	}
	if m.Services, m.EnableTraffic, err = c.Traffic.asked(); err != nil {
		return m, err
	}
	if m.Manifests, err = in.documents(ctx, c.manifestSource, "manifests", c.Manifests); err != nil {
		return m, err
	}
	m.Artifacts, m.Required, err = in.bindable(ctx, c.manifestSource)
	return m, err
}

// awaitManifests waits until objects are stable. If the stage is ended before,
// it says how far they were.
func (in Input) awaitManifests(ctx workflow.Context, account string, refs []gennaker.ManifestRef) error {
	in.Waiting(ops.ManifestsWait{Objects: refs}.String() + " to be stable")
	err := ops.AwaitManifests(ctx, account, refs)
	if temporal.IsCanceledError(err) {
		outlive, _ := workflow.NewDisconnectedContext(ctx)
		left, lookErr := ops.UnstableManifests(outlive, account, refs)
		for _, p := range left {
			in.State.Warnings = append(in.State.Warnings, "it was left as it is: "+p.String())
		}
		if lookErr != nil {
			in.State.Warnings = append(in.State.Warnings, "how it was left is not known: "+lookErr.Error())
		}
	}
	return err
}

// maxDocumentOutputs bounds the documents in a stage's outputs, in bytes; they
// stand there under both of their names.
const maxDocumentOutputs = 20 << 10

// appliedOutputs are Spinnaker's outputs of what was applied.
func (in Input) appliedOutputs(a gennaker.AppliedManifests, short bool) Outputs {
	names := map[string][]string{}
	var documents []map[string]any
	for _, m := range a.Manifests {
		names[m.Namespace] = append(names[m.Namespace], m.String())
		if m.Object != nil {
			documents = append(documents, m.Object)
		}
	}
	outputs := Outputs{"outputs.manifestNamesByNamespace": names, "outputs.createdArtifacts": listed(a.Created),
		"outputs.boundArtifacts": listed(a.Bound), "artifacts": listed(a.Created)}
	data, _ := json.Marshal(documents)
	switch {
	case short:
	case len(documents) < len(a.Manifests) || len(data) > maxDocumentOutputs:
		in.State.Warnings = append(in.State.Warnings, "the manifests are too long for the outputs: they are not among them")
	default:
		outputs["manifests"], outputs["outputs.manifests"] = documents, documents
	}
	return outputs
}

func listed(artifacts []gennaker.Artifact) []gennaker.Artifact {
	return append([]gennaker.Artifact{}, artifacts...)
}
