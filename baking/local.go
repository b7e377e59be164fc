package baking

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/gennaker/gennaker"
)

// local refuses what Kustomize would fetch from elsewhere: it has no option
// against that. Every file and folder that the kustomization in dir names, or
// that one of those names which it is built of, must be in the archive.
func (all folder) local(dir string) error { return all.localIn(dir, map[string]bool{}) }

func (all folder) localIn(dir string, seen map[string]bool) error {
	if seen[dir] {
		return nil
	}
	seen[dir] = true
	for _, base := range kustomizations {
		name := path.Join(dir, base)
		data, ok := all[name]
		if !ok {
			continue
		}
		var k types.Kustomization
		if err := k.Unmarshal(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, ref := range plugins(k) {
			if err := all.plugin(dir, ref); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		for _, ref := range references(k) {
			if err := all.has(dir, ref); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := all.localIn(path.Join(dir, ref), seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// references are the files and folders that a kustomization names.
func references(k types.Kustomization) []string {
	//lint:ignore SA1019 old documents have bases and the older kinds of patches
	bases, json, merged := k.Bases, k.PatchesJson6902, k.PatchesStrategicMerge
	refs := slices.Concat(k.Resources, k.Components, bases, k.Crds, k.Configurations)
	for _, p := range slices.Concat(k.Patches, json) {
		refs = append(refs, p.Path)
	}
	for _, p := range merged {
		if !strings.Contains(string(p), "\n") {
			refs = append(refs, string(p))
		}
	}
	for _, r := range k.Replacements {
		refs = append(refs, r.Path)
	}
	for _, m := range k.ConfigMapGenerator {
		refs = append(refs, sources(m.KvPairSources)...)
	}
	for _, s := range k.SecretGenerator {
		refs = append(refs, sources(s.KvPairSources)...)
	}
	refs = append(refs, k.OpenAPI["path"])
	return slices.DeleteFunc(refs, func(ref string) bool { return ref == "" })
}

// sources are the files that a map is made of. KEY=FILE names a file too.
func sources(s types.KvPairSources) []string {
	refs := append(slices.Clone(s.EnvSources), s.EnvSource)
	for _, f := range s.FileSources {
		_, file, named := strings.Cut(f, "=")
		if !named {
			file = f
		}
		refs = append(refs, file)
	}
	return refs
}

// plugins are the documents that configure what Kustomize brings with it, or
// the files that have them.
func plugins(k types.Kustomization) []string {
	return slices.Concat(k.Generators, k.Transformers, k.Validators)
}

// has reports why a name does not lead to something in the archive.
func (all folder) has(dir, ref string) error {
	first, _, _ := strings.Cut(ref, "/")
	target := path.Join(dir, ref)
	elsewhere := path.IsAbs(ref) || strings.ContainsAny(first, ":@") || strings.HasPrefix(strings.ToLower(first), "github.com") || strings.Contains(ref, "?")
	if _, ok := all[target]; !elsewhere && (ok || len(all.below(target)) > 0) {
		return nil
	}
	return fmt.Errorf("it names %s, which the archive does not have, and nothing is fetched from elsewhere", ref)
}

// plugin reports why a document must not configure a plugin, or a file of it.
func (all folder) plugin(dir, ref string) error {
	if strings.Contains(ref, "\n") {
		return withoutURLs([]byte(ref))
	}
	if err := all.has(dir, ref); err != nil {
		return err
	}
	data, ok := all[path.Join(dir, ref)]
	if !ok {
		return fmt.Errorf("it names the folder %s where a file is wanted: generators, transformers and validators are read from files", ref)
	}
	if err := withoutURLs(data); err != nil {
		return fmt.Errorf("%s: %w", ref, err)
	}
	return nil
}

func withoutURLs(data []byte) error {
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var document any
		err := d.Decode(&document)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if found := remote(document); found != "" {
			return fmt.Errorf("it names %s, and nothing is fetched from elsewhere", found)
		}
	}
}

// remote is a text among the values that Kustomize would take for a URL.
func remote(value any) string {
	switch v := value.(type) {
	case string:
		_, file, named := strings.Cut(v, "=")
		if !named {
			file = v
		}
		if u, err := url.Parse(file); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			return file
		}
	case []any:
		for _, element := range v {
			if found := remote(element); found != "" {
				return found
			}
		}
	case map[string]any:
		for _, name := range gennaker.SortedKeys(v) {
			if found := remote(v[name]); found != "" {
				return found
			}
		}
	}
	return ""
}
