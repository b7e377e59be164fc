package kubernetes

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/gennaker/gennaker"
)

// GetManifest returns an object and how far its rollout is.
func (c *Cloud) GetManifest(ctx context.Context, ref gennaker.ManifestRef) (gennaker.Manifest, error) {
	var m gennaker.Manifest
	err := c.onObject(ctx, "read", ref, func(_ resource, live *unstructured.Unstructured) error {
		m = c.seen(ctx, live)
		return nil
	})
	return m, err
}

// onObject reads an object and does something with it; the error says what.
func (c *Cloud) onObject(ctx context.Context, what string, ref gennaker.ManifestRef, do func(resource, *unstructured.Unstructured) error) error {
	r, client, err := c.at(ref)
	var live *unstructured.Unstructured
	if err == nil {
		live, err = client.Get(ctx, ref.Name, metav1.GetOptions{})
	}
	if err == nil {
		err = do(r, live)
	}
	if err != nil {
		return fmt.Errorf("kubernetes: %s %s: %w", what, ref, kinded(err))
	}
	return nil
}

// ListManifests returns the objects that fit, oldest first.
func (c *Cloud) ListManifests(ctx context.Context, q gennaker.ManifestQuery) ([]gennaker.Manifest, error) {
	var found []unstructured.Unstructured
	for _, kind := range q.Kinds {
		list, err := c.objects(ctx, kind, q)
		if err != nil {
			return nil, fmt.Errorf("kubernetes: list %s: %w", kind, err)
		}
		found = append(found, list...)
	}
	oldestFirst(found)
	manifests := make([]gennaker.Manifest, len(found))
	for i := range found {
		manifests[i] = c.seen(ctx, &found[i])
		manifests[i].Object = nil
	}
	return manifests, nil
}

// objects are those of a kind that fit.
func (c *Cloud) objects(ctx context.Context, kind string, q gennaker.ManifestQuery) ([]unstructured.Unstructured, error) {
	r, err := c.ofKind(kind)
	if err != nil {
		return nil, err
	}
	var found []unstructured.Unstructured
	for _, client := range c.clients(r, q.Namespace) {
		list, err := all(ctx, "", client.List, func(l *unstructured.UnstructuredList) []unstructured.Unstructured { return l.Items })
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	return slices.DeleteFunc(found, func(o unstructured.Unstructured) bool { return !c.fits(o, q) }), nil
}

// clients are those to list a kind with: in each of the namespaces, or once.
func (c *Cloud) clients(r resource, namespace string) []dynamic.ResourceInterface {
	if !r.namespaced {
		return []dynamic.ResourceInterface{r.client}
	}
	var list []dynamic.ResourceInterface
	for _, name := range c.lists(namespace) {
		list = append(list, r.client.Namespace(name))
	}
	return list
}

func (c *Cloud) fits(o unstructured.Unstructured, q gennaker.ManifestQuery) bool {
	base, _ := splitVersion(o.GetName())
	app := first(o.GetAnnotations()[noteApplication], gennaker.ParseMoniker(base).App)
	lacks := func(s gennaker.LabelSelector) bool { return !s.Matches(o.GetLabels()) }
	return (o.GetNamespace() == "" || c.has(o.GetNamespace())) && (q.App == "" || q.App == app) &&
		(q.Cluster == "" || sameCluster(q.Cluster, cluster(&o))) && !slices.ContainsFunc(q.Labels, lacks)
}

// seen is an object as we show it.
func (c *Cloud) seen(ctx context.Context, live *unstructured.Unstructured) gennaker.Manifest {
	m := gennaker.Manifest{ManifestRef: c.refTo(live), UID: string(live.GetUID()), Cluster: cluster(live), Created: created(live),
		Object: shown(live), Rollout: rolloutOf(live), Artifacts: refersTo(live)}
	if base, version := splitVersion(live.GetName()); version != "" && versionedKinds[live.GetKind()] {
		m.Artifacts = gennaker.AddArtifacts(m.Artifacts, c.artifactOf(live, base))
	}
	notes := live.GetAnnotations()
	m.Enabled = live.GetKind() == "ReplicaSet" && notes[noteBalancers] != "" && notes[noteDisabled] != "true"
	if m.Rollout.State == gennaker.RolloutRuns && m.Rollout.Total > m.Rollout.Ready {
		m.Rollout.Reason = c.trouble(ctx, live, m.Rollout.Reason)
	}
	return m
}

// hidden stands for what a Secret keeps.
const hidden = "***"

// shown is an object's document, without secrets and without what is only of
// the cluster's own bookkeeping.
func shown(live *unstructured.Unstructured) map[string]any {
	o := live.DeepCopy()
	o.SetManagedFields(nil)
	notes := o.GetAnnotations()
	delete(notes, "kubectl.kubernetes.io/last-applied-configuration")
	o.SetAnnotations(notes)
	if o.GetKind() == "Secret" {
		for _, field := range []string{"data", "stringData"} {
			kept, _ := o.Object[field].(map[string]any)
			for name := range kept {
				kept[name] = hidden
			}
		}
	}
	return o.Object
}

// trouble is what keeps an object's pods from being ready, if one of them says;
// otherwise what is known already.
func (c *Cloud) trouble(ctx context.Context, live *unstructured.Unstructured, known string) string {
	selector := podSelector(live)
	if selector == "" {
		return known
	}
	pods, err := c.pods(ctx, live.GetNamespace(), selector)
	if err != nil {
		return known // it is only a help
	}
	for _, p := range pods {
		if check, is := troubled(p); is && p.DeletionTimestamp == nil {
			return says(known, check.Reason)
		}
	}
	return known
}

// podSelector chooses the pods of an object; it is empty if that has none.
func podSelector(live *unstructured.Unstructured) string {
	selector, ok, _ := unstructured.NestedMap(live.Object, "spec", "selector", "matchLabels")
	if !ok || len(selector) == 0 {
		return ""
	}
	wanted := metav1.LabelSelector{MatchLabels: map[string]string{}}
	for name, value := range selector {
		wanted.MatchLabels[name] = fmt.Sprint(value)
	}
	return metav1.FormatLabelSelector(&wanted)
}
