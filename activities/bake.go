package activities

import (
	"context"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/baking"
)

const (
	// maxFolder bounds a packed chart or folder, in bytes.
	maxFolder = 10 << 20
	// maxBaked bounds the text of the artifact that manifests become: a stage
	// has it twice among its outputs, as its artifact and as what is bound.
	maxBaked = 30 << 10
)

// BakeManifest asks for the manifests of a chart or a kustomization.
type BakeManifest struct {
	Renderer string `json:"templateRenderer"` // see package baking
	// Inputs are the folder, packed, and the files of values.
	Inputs      []gennaker.Artifact `json:"inputArtifacts"`
	Path        string              `json:"path,omitempty"` // in the folder
	Name        string              `json:"outputName"`     // of the artifact, and of the chart's release
	Namespace   string              `json:"namespace,omitempty"`
	Overrides   map[string]any      `json:"overrides,omitempty"`
	Raw         bool                `json:"rawOverrides,omitempty"`
	IncludeCRDs bool                `json:"includeCRDs,omitempty"`
	APIVersions string              `json:"apiVersions,omitempty"`
	KubeVersion string              `json:"kubeVersion,omitempty"`
}

// BakeManifest reads the artifacts and returns the manifests that they make,
// as an artifact that carries them.
func (a *Artifacts) BakeManifest(ctx context.Context, b BakeManifest) (made gennaker.Artifact, err error) {
	err = alive(ctx, func(ctx context.Context, _ *pulse) error {
		made, err = a.bake(ctx, b)
		return err
	})
	return made, err
}

func (a *Artifacts) bake(ctx context.Context, b BakeManifest) (gennaker.Artifact, error) {
	files, err := a.files(ctx, b.Inputs)
	if err != nil {
		return gennaker.Artifact{}, err
	}
	text, err := baking.Bake(ctx, baking.Request{Renderer: b.Renderer, Folder: files[0], Path: b.Path, Chart: baking.Chart{
		Release: b.Name, Namespace: b.Namespace, Values: files[1:], Overrides: b.Overrides, Raw: b.Raw,
		IncludeCRDs: b.IncludeCRDs, APIVersions: b.APIVersions, KubeVersion: b.KubeVersion}})
	if err != nil {
		return gennaker.Artifact{}, err
	}
	if text == "" {
		return gennaker.Artifact{}, fmt.Errorf("%s: %w: it makes no manifests", files[0].Name, gennaker.ErrInvalid)
	}
	made, err := gennaker.EmbeddedArtifact(b.Name, []byte(text))
	if err == nil && (len(text) > gennaker.MaxEmbedded || len(made.Reference) > maxBaked) {
		err = fmt.Errorf("%s: %w: it makes %d bytes of manifests, which are %d when packed, and an execution keeps at most %d and %d: bake it in parts",
			files[0].Name, gennaker.ErrInvalid, len(text), len(made.Reference), gennaker.MaxEmbedded, maxBaked)
	}
	return made, err
}

// files reads the artifacts: the folder, and then its values.
func (a *Artifacts) files(ctx context.Context, inputs []gennaker.Artifact) ([]baking.File, error) {
	if len(inputs) == 0 {
		return nil, fmt.Errorf("inputArtifacts: %w: there are none", gennaker.ErrInvalid)
	}
	most := maxFolder
	var files []baking.File
	for _, x := range inputs {
		data, err := a.read(ctx, x, most)
		if err != nil {
			return nil, err
		}
		files, most = append(files, baking.File{Name: x.String(), Data: data}), maxFetched
	}
	return files, nil
}
