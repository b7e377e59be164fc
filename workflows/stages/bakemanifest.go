package stages

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type bakeManifestConfig struct {
	Provider            string          `json:"cloudProvider,omitempty"`
	Renderer            string          `json:"templateRenderer" jsonschema:"required" jsonschema_description:"HELM2, HELM3 or HELM4, which Helm 4 renders; KUSTOMIZE, KUSTOMIZE4 or KUSTOMIZE5, which Kustomize 5 builds."`
	Inputs              []inputArtifact `json:"inputArtifacts,omitempty" jsonschema_description:"The chart or the folder, packed as .tgz or in a git repository; for a chart files of values may follow, each of which counts more than those before it."`
	Input               *inputArtifact  `json:"inputArtifact,omitempty" jsonschema_description:"Says the same as inputArtifacts with one of them."`
	OutputName          string          `json:"outputName" jsonschema:"required" jsonschema_description:"Names the artifact, as matchArtifact.name of the one expected artifact does, and the chart's release."`
	Namespace           string          `json:"namespace,omitempty" jsonschema_description:"What a chart sees as its release's namespace. Default: default."`
	Overrides           map[string]any  `json:"overrides,omitempty" jsonschema_description:"Values that count more than those of the files, by their paths: image.tag."`
	RawOverrides        bool            `json:"rawOverrides,omitempty" jsonschema_description:"True: as for helm --set, 7 is a number and true a boolean. False: as for --set-string, all are text."`
	EvaluateExpressions bool            `json:"evaluateOverrideExpressions,omitempty" jsonschema_description:"Expressions of a stage's fields are evaluated before it starts, with or without this."`
	IncludeCRDs         bool            `json:"includeCRDs,omitempty"`
	APIVersions         string          `json:"apiVersions,omitempty" jsonschema_description:"What a chart may ask for besides the API of Kubernetes, separated by commas: monitoring.coreos.com/v1."`
	KubeVersion         string          `json:"kubeVersion,omitempty" jsonschema_description:"The version of Kubernetes that a chart sees."`
	HelmChartFilePath   string          `json:"helmChartFilePath,omitempty" jsonschema_description:"The chart's folder in the archive or the repository. Default: its top."`
	KustomizeFilePath   string          `json:"kustomizeFilePath,omitempty" jsonschema_description:"The kustomization's file in the archive or the repository: overlays/prod/kustomization.yaml. Default: that at its top."`
	Environment         string          `json:"environment,omitempty" jsonschema_description:"Of Helmfile, which there is not."`
	HelmfileFilePath    string          `json:"helmfileFilePath,omitempty" jsonschema_description:"Of Helmfile, which there is not."`
}

type inputArtifact struct {
	ID       string             `json:"id,omitempty" jsonschema_description:"Of an expected artifact."`
	Artifact *gennaker.Artifact `json:"artifact,omitempty" jsonschema_description:"Or an artifact of its own: embedded/base64, http/file, git/repo with the URL to clone from, helm/chart with a repository's URL or oci://, or helm/image with REGISTRY/REPOSITORY:TAG as its reference."`
	Account  string             `json:"account,omitempty" jsonschema_description:"One of artifacts in the worker's configuration, instead of the artifact's own. One that it does not have is read without credentials."`
}

// BakeManifest makes manifests of a chart or a kustomization, as an artifact.
func BakeManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[bakeManifestConfig](in.Config)
	if err == nil {
		err = c.check(ctx, in)
	}
	if err != nil {
		return nil, err
	}
	inputs, err := c.inputs(ctx, in)
	if err != nil {
		return nil, err
	}
	made, err := ops.Bake(ctx, ops.BakeManifest{Renderer: c.Renderer, Inputs: inputs, Path: c.path(), Name: c.OutputName, Namespace: c.Namespace,
		Overrides: c.Overrides, Raw: c.RawOverrides, IncludeCRDs: c.IncludeCRDs, APIVersions: c.APIVersions, KubeVersion: c.KubeVersion})
	if err != nil {
		return nil, err
	}
	return in.Bind(ctx, Outputs{"artifacts": []gennaker.Artifact{made}, "cloudProvider": "kubernetes"})
}

func (c bakeManifestConfig) kustomizes() bool {
	return strings.HasPrefix(strings.ToUpper(c.Renderer), "KUSTOMIZE")
}

func (c bakeManifestConfig) path() string {
	if c.kustomizes() {
		return c.KustomizeFilePath
	}
	return c.HelmChartFilePath
}

// check says what is wrong with the fields together. The one artifact that is
// made must be the one that is expected.
func (c bakeManifestConfig) check(ctx workflow.Context, in Input) error {
	if c.OutputName == "" {
		return fmt.Errorf("outputName: %w: it is missing", gennaker.ErrInvalid)
	}
	expected, err := Expected(ctx, in.Evaluator, in.Stage.ExpectedArtifacts, nil)
	if err != nil {
		return err
	}
	if len(expected) != 1 || expected[0].Match.Name != c.OutputName {
		return fmt.Errorf("expectedArtifacts: %w: one is wanted, whose matchArtifact.name is the outputName, %s: that is what the stage makes", gennaker.ErrInvalid, c.OutputName)
	}
	return nil
}

// inputs are the artifacts that the stage names.
func (c bakeManifestConfig) inputs(ctx workflow.Context, in Input) ([]gennaker.Artifact, error) {
	named := c.Inputs
	if len(named) == 0 && c.Input != nil {
		named = []inputArtifact{*c.Input}
	}
	switch {
	case len(named) == 0:
		return nil, fmt.Errorf("inputArtifacts: %w: the stage names none", gennaker.ErrInvalid)
	case len(named) > 1 && c.kustomizes():
		return nil, fmt.Errorf("inputArtifacts: %w: a kustomization is one artifact", gennaker.ErrInvalid)
	}
	var inputs []gennaker.Artifact
	for i, n := range named {
		a, err := in.Artifact(ctx, n.ID, n.Artifact)
		if err != nil {
			return nil, fmt.Errorf("inputArtifacts[%d]: %w", i, err)
		}
		inputs = append(inputs, a.WithAccount(n.Account))
	}
	return inputs, nil
}
