package baking

import (
	"context"
	"fmt"
	"path"
	"sync"

	"sigs.k8s.io/kustomize/api/krusty"
)

// kustomizations are the names that a kustomization's file may have.
var kustomizations = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// building guards the schema of the API, of which Kustomize has one for the
// whole program.
var building sync.Mutex

// kustomize does what `kustomize build` does.
func kustomize(_ context.Context, all folder, r Request) (string, error) {
	dir := r.Path
	for _, name := range kustomizations {
		if path.Base(dir) == name {
			dir = path.Dir(dir)
		}
	}
	dir, err := all.find(dir, kustomizations...)
	if err == nil {
		err = all.local(dir)
	}
	if err != nil {
		return "", err
	}
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionUnspecified
	building.Lock()
	defer building.Unlock()
	made, err := krusty.MakeKustomizer(options).Run(newDisk(all), "/"+dir)
	if err != nil {
		return "", err
	}
	text, err := made.AsYaml()
	if err != nil {
		return "", fmt.Errorf("what it makes: %w", err)
	}
	return string(text), nil
}
