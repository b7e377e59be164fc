package baking

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	release "helm.sh/helm/v4/pkg/release/v1/util"

	"github.com/gennaker/gennaker"
)

// renderChart does what `helm template` does.
func renderChart(ctx context.Context, all folder, r Request) (string, error) {
	if err := chartutil.ValidateReleaseName(r.Release); err != nil {
		return "", fmt.Errorf("outputName %q, which names the release: %w", r.Release, err)
	}
	c, err := loadChart(all, r.Path)
	if err != nil {
		return "", err
	}
	values, err := r.values()
	if err != nil {
		return "", err
	}
	if err := chartutil.ProcessDependencies(c, values); err != nil {
		return "", err
	}
	caps, err := r.capabilities(c)
	if err != nil {
		return "", err
	}
	options := common.ReleaseOptions{Name: r.Release, Namespace: namespace(r.Namespace), Revision: 1, IsInstall: true}
	render, err := util.ToRenderValuesWithSchemaValidation(c, values, options, caps, true)
	if err != nil {
		return "", err
	}
	if err := checkSchemas(c, render["Values"]); err != nil {
		return "", err
	}
	files, err := engine.Engine{}.RenderWithContext(ctx, c, render)
	if err != nil {
		return "", err
	}
	return r.manifests(c, files)
}

func namespace(name string) string {
	if name == "" {
		return "default"
	}
	return name
}

// loadChart reads the chart at a path and those within it. Every chart that it
// depends on must be there.
func loadChart(all folder, dir string) (*chart.Chart, error) {
	dir, err := all.find(dir, "Chart.yaml")
	if err != nil {
		return nil, err
	}
	left := budget{bytes: maxUnpacked, files: maxFiles}
	files, err := all.below(dir).buffered(&left)
	if err != nil {
		return nil, err
	}
	c, err := loader.LoadFiles(files)
	if err != nil {
		return nil, err
	}
	if c.Metadata.Type == "library" {
		return nil, errors.New("library charts cannot be rendered by themselves")
	}
	var missing []string
	for _, wanted := range c.Metadata.Dependencies {
		if !has(c, wanted.Name) {
			missing = append(missing, wanted.Name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("its Chart.yaml depends on %s, which charts/ does not have: pack the chart after `helm dependency build`", strings.Join(missing, ", "))
	}
	return c, nil
}

func has(c *chart.Chart, name string) bool {
	for _, d := range c.Dependencies() {
		if d.Name() == name {
			return true
		}
	}
	return false
}

// buffered are the files as Helm takes them, in the order of their paths. What
// is packed in charts/ is unpacked within the same bounds.
func (all folder) buffered(left *budget) ([]*archive.BufferedFile, error) {
	var files []*archive.BufferedFile
	for _, name := range gennaker.SortedKeys(all) {
		if dir, file := path.Split(name); !strings.HasSuffix(dir, "charts/") || !strings.HasSuffix(file, ".tgz") {
			files = append(files, &archive.BufferedFile{Name: name, Data: bytes.TrimPrefix(all[name], []byte("\ufeff"))})
			continue
		}
		packed, err := unpack(all[name], left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		within, err := packed.below(packed.top()).buffered(left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, f := range within {
			f.Name = path.Join(strings.TrimSuffix(name, ".tgz"), f.Name)
			files = append(files, f)
		}
	}
	return files, nil
}

// capabilities are what the chart sees of a cluster, of which there is none.
func (r Request) capabilities(c *chart.Chart) (*common.Capabilities, error) {
	caps := common.DefaultCapabilities.Copy()
	if r.KubeVersion != "" {
		v, err := common.ParseKubeVersion(r.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("kubeVersion %q: %w", r.KubeVersion, err)
		}
		caps.KubeVersion = *v
	}
	for name := range strings.SplitSeq(r.APIVersions, ",") {
		if name = strings.TrimSpace(name); name != "" {
			caps.APIVersions = append(caps.APIVersions[:len(caps.APIVersions):len(caps.APIVersions)], name)
		}
	}
	if want := c.Metadata.KubeVersion; want != "" && !chartutil.IsCompatibleRange(want, caps.KubeVersion.String()) {
		return nil, fmt.Errorf("the chart is for Kubernetes %s, and this is for %s: kubeVersion says for which", want, caps.KubeVersion.Version)
	}
	return caps, nil
}

// manifests are what was rendered, in the order in which Helm installs it, and
// then the hooks. Tests are left out, as Spinnaker does.
func (r Request) manifests(c *chart.Chart, files map[string]string) (string, error) {
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") || strings.Contains(name, "/templates/tests/") {
			delete(files, name)
		}
	}
	hooks, sorted, err := release.SortManifests(files, nil, release.InstallOrder)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if r.IncludeCRDs {
		for _, crd := range c.CRDObjects() {
			fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", crd.Filename, crd.File.Data)
		}
	}
	for _, m := range sorted {
		fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", m.Name, m.Content)
	}
	for _, h := range hooks {
		fmt.Fprintf(&b, "---\n# Source: %s\n%s\n", h.Path, h.Manifest)
	}
	return b.String(), nil
}
