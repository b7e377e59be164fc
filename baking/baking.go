// Package baking makes manifests of charts and kustomizations, as `helm
// template` and `kustomize build` do. It reads nothing but what it is given:
// no cluster, no network, no plugins, no files of this machine.
package baking

import (
	"context"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// Request asks for manifests.
type Request struct {
	// Renderer is Spinnaker's word: HELM3, KUSTOMIZE5 …
	Renderer string
	// Folder is a chart or has a kustomization, as a tar archive; it may be
	// compressed by gzip. Path says where in it, if not at its top: the folder
	// of the chart, or the kustomization's file.
	Folder File
	Path   string
	Chart
}

// Chart is what a chart is rendered with.
type Chart struct {
	Release   string
	Namespace string // default when empty
	// Values are files of values; each counts more than those before it, and
	// the overrides count most. Overrides are text, unless they are Raw: then
	// 7 is a number, as for `helm template --set`.
	Values      []File
	Overrides   map[string]any
	Raw         bool
	IncludeCRDs bool
	// APIVersions are those of the cluster that charts ask for, besides the
	// ones that Kubernetes has, separated by commas.
	APIVersions string
	KubeVersion string // that of the Kubernetes client when empty
}

// File is a file, and what people know it by.
type File struct {
	Name string
	Data []byte
}

// renderers make the manifests of a folder. Helm 4 renders charts of all
// versions, and each kustomization is built as Kustomize 5 does.
var renderers = map[string]func(context.Context, folder, Request) (string, error){
	"HELM2": renderChart, "HELM3": renderChart, "HELM4": renderChart,
	"KUSTOMIZE": kustomize, "KUSTOMIZE4": kustomize, "KUSTOMIZE5": kustomize,
}

// Check reports what is wrong with a renderer's name.
func Check(renderer string) error {
	if _, ok := renderers[strings.ToUpper(renderer)]; !ok {
		return fmt.Errorf("templateRenderer %q: %w: there are %s", renderer, gennaker.ErrInvalid, strings.Join(gennaker.SortedKeys(renderers), ", "))
	}
	return nil
}

// Bake returns the manifests as one text of YAML. Whatever is wrong with what
// it is given is ErrInvalid and says in which file, and if it can in which
// line.
func Bake(ctx context.Context, r Request) (string, error) {
	if err := Check(r.Renderer); err != nil {
		return "", err
	}
	all, err := open(r.Folder)
	text := ""
	if err == nil {
		text, err = renderers[strings.ToUpper(r.Renderer)](ctx, all, r)
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w: %w", r.Folder.Name, gennaker.ErrInvalid, err)
	}
	return text, nil
}
