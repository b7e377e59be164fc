package korifitest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// What Korifi is installed with. Nothing here stages bits: there is no kpack.
const values = `
rootNamespace: cf
adminUserName: admin
defaultAppDomainName: apps.example.com
containerRepositoryPrefix: none/
containerRegistrySecrets: [images]
api: {apiServer: {url: localhost, port: 9000, internalPort: 9000}}
controllers: {taskTTL: 1h}
kpackImageBuilder: {include: false}
migration: {include: false}
networking: {gatewayClass: none}
experimental: {api: {k8sclient: {qps: 500, burst: 1000}}}
`

// object is one of Kubernetes.
type object = unstructured.Unstructured

// chart is what the chart in a folder installs.
func chart(ctx context.Context, folder string) ([]object, error) {
	c, err := loader.LoadDir(folder)
	if err != nil {
		return nil, err
	}
	given, err := loader.LoadValues(strings.NewReader(values))
	if err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: "korifi", Namespace: "korifi", Revision: 1, IsInstall: true}
	render, err := util.ToRenderValues(c, given, options, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Engine{}.RenderWithContext(ctx, c, render)
	if err != nil {
		return nil, err
	}
	var all []object
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if filepath.Ext(name) != ".yaml" {
			continue
		}
		some, err := objects(files[name])
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// objects are those that a text of YAML has.
func objects(text string) ([]object, error) {
	var all []object
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		var o object
		if err := yaml.Unmarshal(bytes.TrimSpace(document), &o.Object); err != nil {
			return nil, err
		}
		if o.Object != nil {
			all = append(all, o)
		}
	}
}
