package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gennaker/gennaker"
)

const dockerImage = "docker/image"

// places are where manifests refer to something, of whatever kind they are: in
// a field of what stands under a name, or of the members of a list of that
// name.
var places = []struct{ artifact, under, field string }{
	{dockerImage, "containers", "image"},
	{dockerImage, "initContainers", "image"},
	{dockerImage, "ephemeralContainers", "image"},
	{"kubernetes/configMap", "configMap", "name"},
	{"kubernetes/configMap", "configMapRef", "name"},
	{"kubernetes/configMap", "configMapKeyRef", "name"},
	{"kubernetes/secret", "secret", "secretName"},
	{"kubernetes/secret", "secret", "name"},
	{"kubernetes/secret", "secretRef", "name"},
	{"kubernetes/secret", "secretKeyRef", "name"},
	{"kubernetes/secret", "imagePullSecrets", "name"},
	{"kubernetes/secret", "tls", "secretName"},
	{"kubernetes/replicaSet", "scaleTargetRef", "name"},
	{"kubernetes/deployment", "scaleTargetRef", "name"},
	{"kubernetes/statefulSet", "scaleTargetRef", "name"},
}

// eachPlace calls f with every place of a document: the type of artifact that
// belongs there, and what is there.
func eachPlace(document any, f func(kind, name string, set func(string))) {
	visit(document, "", func(under string, fields map[string]any) {
		for _, p := range places {
			name, ok := fields[p.field].(string)
			if !ok || p.under != under || !targets(p.artifact, under, fields) {
				continue
			}
			f(p.artifact, name, func(to string) { fields[p.field] = to })
		}
	})
}

// targets reports whether what is to be scaled is of that kind; other places
// are of one kind only.
func targets(kind, under string, fields map[string]any) bool {
	named, _ := fields["kind"].(string)
	return under != "scaleTargetRef" || strings.EqualFold("kubernetes/"+named, kind)
}

// visit calls f with each object within a value, and the name that it, or its
// list, stands under.
func visit(value any, under string, f func(under string, fields map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		f(under, v)
		for _, name := range gennaker.SortedKeys(v) {
			visit(v[name], name, f)
		}
	case []any:
		for _, element := range v {
			visit(element, under, f)
		}
	}
}

// bind puts artifacts in the places that have their names, the first of those
// that fit, and returns which have found one.
func bind(document map[string]any, namespace string, artifacts []gennaker.Artifact) []gennaker.Artifact {
	var bound []gennaker.Artifact
	eachPlace(document, func(kind, name string, set func(string)) {
		at := slices.IndexFunc(artifacts, func(a gennaker.Artifact) bool {
			return strings.EqualFold(a.Type, kind) && a.Name == name && name != "" && a.Reference != "" &&
				(kind == dockerImage || a.Location == "" || a.Location == namespace)
		})
		if at >= 0 {
			set(artifacts[at].Reference)
			bound = gennaker.AddArtifacts(bound, artifacts[at])
		}
	})
	return bound
}

// unbound is an error if some artifacts that must find a place have not.
func unbound(required, bound []gennaker.Artifact, what string) error {
	for _, a := range required {
		if !slices.ContainsFunc(bound, a.Equal) {
			return fmt.Errorf("%w: the required artifact %s finds no place in %s: nothing there has just its name, %s, without a version", gennaker.ErrInvalid, a, what, a.Name)
		}
	}
	return nil
}

// refersTo are the artifacts that an object refers to.
func refersTo(o *unstructured.Unstructured) []gennaker.Artifact {
	var all []gennaker.Artifact
	eachPlace(o.Object, func(kind, name string, _ func(string)) {
		a := gennaker.Artifact{Type: kind, Name: name, Reference: name}
		switch {
		case kind == dockerImage:
			a.Name, a.Version = splitImage(name)
		default:
			a.Name, a.Version = splitVersion(name)
			a.Location = o.GetNamespace()
		}
		all = gennaker.AddArtifacts(all, a)
	})
	return all
}

// splitImage is an image's name and its tag or digest.
func splitImage(image string) (name, version string) {
	if name, digest, ok := strings.Cut(image, "@"); ok {
		return name, digest
	}
	at := strings.LastIndexByte(image, ':')
	if at < 0 || strings.Contains(image[at:], "/") { // the port of a registry
		return image, ""
	}
	return image[:at], image[at+1:]
}

// splitVersion is a name, and the version in it: shop-v003 is version v003.
func splitVersion(name string) (base, version string) {
	m := gennaker.ParseMoniker(name)
	if m.Sequence < 0 {
		return name, ""
	}
	base = m.Cluster()
	return base, strings.TrimPrefix(name, base+"-")
}

// artifactOf is an object as an artifact.
func (c *Cloud) artifactOf(o *unstructured.Unstructured, base string) gennaker.Artifact {
	a := gennaker.Artifact{Type: "kubernetes/" + kindName(o.GroupVersionKind()), Name: base, Location: o.GetNamespace(),
		Reference: o.GetName(), Account: c.account, Metadata: map[string]any{"account": c.account}}
	if o.GetName() != base {
		_, a.Version = splitVersion(o.GetName())
	}
	return a
}
