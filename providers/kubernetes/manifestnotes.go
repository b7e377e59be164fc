package kubernetes

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gennaker/gennaker"
)

// What manifests ask for by annotations, which are Spinnaker's.
const (
	askVersioned   = "strategy.spinnaker.io/versioned"           // true or false, whatever the kind
	askRecreate    = "strategy.spinnaker.io/recreate"            // true: deletes what is there before
	askReplace     = "strategy.spinnaker.io/replace"             // true: puts all of it in the place of what is there
	askHistory     = "strategy.spinnaker.io/max-version-history" // how many versions to keep
	askCapacity    = "strategy.spinnaker.io/use-source-capacity" // true: the replicas of what is there
	askServerSide  = "strategy.spinnaker.io/server-side-apply"   // see forceConflicts
	forceConflicts = "force-conflicts"
)

// What is written on an object besides marks.
const (
	noteSequence         = "moniker.spinnaker.io/sequence"
	noteStack            = "moniker.spinnaker.io/stack"
	noteDetail           = "moniker.spinnaker.io/detail"
	noteArtifactType     = "artifact.spinnaker.io/type"
	noteArtifactName     = "artifact.spinnaker.io/name"
	noteArtifactLocation = "artifact.spinnaker.io/location"
	noteArtifactVersion  = "artifact.spinnaker.io/version"

	noteContent = "artifact.gennaker.io/content" // a hash of what a version is made of
	notePatched = "gennaker.io/patched"          // the token of the last patch
	noteUndone  = "gennaker.io/undone"           // the token of the last return to a revision

	labelName      = "app.kubernetes.io/name"
	labelManagedBy = "app.kubernetes.io/managed-by"
)

// asks reports whether a manifest asks for something by an annotation.
func asks(o *unstructured.Unstructured, what string) bool { return o.GetAnnotations()[what] == "true" }

// annotate writes on an object whose it is, as what, and who made it. What a
// manifest says of its moniker itself stays.
func annotate(o *unstructured.Unstructured, a gennaker.ApplyManifests, artifact gennaker.Artifact) {
	own := o.GetAnnotations()
	cluster := gennaker.ManifestRef{Kind: kindName(o.GroupVersionKind()), Name: artifact.Name}.String()
	moniker := filled(map[string]string{noteApplication: a.Moniker.App, noteCluster: cluster, noteStack: a.Moniker.Stack, noteDetail: a.Moniker.Detail})
	if m := gennaker.ParseMoniker(o.GetName()); artifact.Version != "" {
		moniker[noteSequence] = strconv.Itoa(m.Sequence)
	}
	identity := filled(map[string]string{noteArtifactType: artifact.Type, noteArtifactName: artifact.Name,
		noteArtifactLocation: artifact.Location, noteArtifactVersion: artifact.Version})
	o.SetAnnotations(merged(merged(moniker, own), identity, annotations(a.Marks)))
	labels := filled(map[string]string{labelName: a.Moniker.App, labelManagedBy: "gennaker"})
	o.SetLabels(merged(labels, o.GetLabels()))
	annotatePods(o, merged(moniker), labels)
}

// annotatePods writes it on the pods to be, too.
func annotatePods(o *unstructured.Unstructured, notes, labels map[string]string) {
	if _, has, _ := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers"); !has {
		return
	}
	for field, mine := range map[string]map[string]string{"annotations": notes, "labels": labels} {
		own, _, _ := unstructured.NestedStringMap(o.Object, "spec", "template", "metadata", field)
		_ = unstructured.SetNestedStringMap(o.Object, merged(mine, own), "spec", "template", "metadata", field)
	}
}

// merged are all of them; the last counts.
func merged(all ...map[string]string) map[string]string {
	sum := map[string]string{}
	for _, one := range all {
		maps.Copy(sum, one)
	}
	return sum
}

// filled are those that have a value.
func filled(all map[string]string) map[string]string {
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// cluster is the cluster that an object is in, as it is noted or as its name
// says.
func cluster(o *unstructured.Unstructured) string {
	if noted := o.GetAnnotations()[noteCluster]; noted != "" {
		return noted
	}
	base, _ := splitVersion(o.GetName())
	return gennaker.ManifestRef{Kind: kindName(o.GroupVersionKind()), Name: base}.String()
}

// content is a hash of what a manifest says, but for the name.
func content(o *unstructured.Unstructured) string {
	data, err := json.Marshal(o.Object)
	if err != nil {
		return ""
	}
	return gennaker.Token(string(data))
}

// sameCluster compares the names of clusters: the kind's case does not count.
func sameCluster(a, b string) bool {
	kindA, nameA, _ := strings.Cut(a, " ")
	kindB, nameB, _ := strings.Cut(b, " ")
	return strings.EqualFold(kindA, kindB) && nameA == nameB
}
