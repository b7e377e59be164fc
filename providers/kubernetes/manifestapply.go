package kubernetes

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// manager is the name under which Kubernetes knows whose fields are ours.
const manager = "gennaker"

// ApplyManifests binds artifacts, has the cluster look at everything, and then
// applies it, what others need first: a
// versioned object is given its name, and those after it refer to that.
func (c *Cloud) ApplyManifests(ctx context.Context, a gennaker.ApplyManifests) (gennaker.AppliedManifests, error) {
	d := delivery{cloud: c, asked: a}
	if err := d.read(); err != nil {
		return gennaker.AppliedManifests{}, fmt.Errorf("kubernetes: %w", err)
	}
	if err := d.bindGiven(); err != nil {
		return gennaker.AppliedManifests{}, fmt.Errorf("kubernetes: %w", err)
	}
	if err := d.rehearse(ctx); err != nil {
		return gennaker.AppliedManifests{}, fmt.Errorf("kubernetes: %w", err)
	}
	for _, o := range d.inOrder() {
		if err := d.apply(ctx, o); err != nil {
			return gennaker.AppliedManifests{}, fmt.Errorf("kubernetes: apply %s: %w", o.title(), err)
		}
	}
	for _, o := range d.objects {
		d.done.Manifests = append(d.done.Manifests, c.seen(ctx, o.live))
	}
	return d.done, nil
}

// delivery is one ApplyManifests under way.
type delivery struct {
	cloud   *Cloud
	asked   gennaker.ApplyManifests
	objects []*manifest
	done    gennaker.AppliedManifests
}

// manifest is one of its objects.
type manifest struct {
	*unstructured.Unstructured
	base     string // its name without a version
	resource resource
	live     *unstructured.Unstructured // as it is, once applied
	dry      []string                   // metav1.DryRunAll if nothing is to be changed
}

func (m *manifest) title() string {
	return gennaker.ManifestRef{Kind: kindName(m.GroupVersionKind()), Name: cmp.Or(m.GetName(), m.base, m.GetGenerateName())}.String()
}

func (m *manifest) versioned() bool {
	asked, ok := m.GetAnnotations()[askVersioned]
	if ok {
		return asked == "true"
	}
	return versionedKinds[m.GetKind()]
}

// read takes the documents. One without a name gets one that is the same each
// time.
func (d *delivery) read() error {
	for i, document := range d.asked.Manifests {
		m := &manifest{Unstructured: &unstructured.Unstructured{Object: runtime.DeepCopyJSON(integers(document).(map[string]any))}}
		if m.GetKind() == "" || m.GetAPIVersion() == "" {
			return fmt.Errorf("manifests[%d]: %w: it has no kind or no apiVersion", i, gennaker.ErrInvalid)
		}
		if m.GetName() == "" && m.GetGenerateName() != "" {
			m.SetName(m.GetGenerateName() + gennaker.Token(d.asked.Marks[gennaker.MarkToken], fmt.Sprint(i))[:8])
			m.SetGenerateName("")
		}
		if m.GetName() == "" {
			return fmt.Errorf("manifests[%d]: %w: the %s has no metadata.name", i, gennaker.ErrInvalid, m.GetKind())
		}
		m.base = m.GetName()
		delete(m.Object, "status")
		d.objects = append(d.objects, m)
	}
	return d.checkTraffic()
}

// integers makes whole numbers integers, as Kubernetes has them.
func integers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, field := range v {
			out[name] = integers(field)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = integers(element)
		}
		return out
	case int:
		return int64(v)
	case float64:
		if whole := int64(v); float64(whole) == v {
			return whole
		}
	}
	return value
}

// bindGiven binds the artifacts that were given, before anything is applied.
// Those that are versions of what is among the manifests give way to the new
// versions.
func (d *delivery) bindGiven() error {
	given := slices.DeleteFunc(slices.Concat(d.asked.Required, d.asked.Artifacts), func(a gennaker.Artifact) bool {
		return slices.ContainsFunc(d.objects, func(m *manifest) bool {
			return m.versioned() && m.base == a.Name && a.Type == "kubernetes/"+kindName(m.GroupVersionKind())
		})
	})
	for _, m := range d.objects {
		d.done.Bound = gennaker.AddArtifacts(d.done.Bound, bind(m.Object, cmp.Or(m.GetNamespace(), d.asked.Namespace), given)...)
	}
	return unbound(d.asked.Required, d.done.Bound, "the manifests")
}

// inOrder are the objects, what others need first.
func (d *delivery) inOrder() []*manifest {
	ordered := slices.Clone(d.objects)
	slices.SortStableFunc(ordered, func(a, b *manifest) int { return cmp.Compare(priority(a.GetKind()), priority(b.GetKind())) })
	return ordered
}

// apply has one object be as its manifest says.
func (d *delivery) apply(ctx context.Context, m *manifest) error {
	if err := d.locate(m); err != nil {
		return err
	}
	bind(m.Object, m.GetNamespace(), d.done.Created)
	t, err := d.trafficOf(ctx, m)
	if err != nil {
		return err
	}
	if m.versioned() {
		err = d.applyVersion(ctx, m, t)
	} else {
		err = d.applyInPlace(ctx, m, t)
	}
	if err != nil {
		return err
	}
	d.done.Created = append(d.done.Created, d.cloud.artifactOf(m.live, m.base))
	return d.cloud.established(ctx, m)
}

// locate finds the kind, and the namespace.
func (d *delivery) locate(m *manifest) (err error) {
	if m.resource, err = d.cloud.ofManifest(m.GroupVersionKind()); err != nil {
		return err
	}
	named := cmp.Or(m.GetNamespace(), d.asked.Namespace)
	if d.asked.Override {
		named = d.asked.Namespace
	}
	namespace, err := d.cloud.namespace(m.resource, named)
	m.SetNamespace(namespace)
	return err
}

// applyInPlace applies an object that keeps its name.
func (d *delivery) applyInPlace(ctx context.Context, m *manifest, t traffic) error {
	live, err := d.cloud.getLive(ctx, m)
	if err != nil {
		return err
	}
	if asks(m.Unstructured, askCapacity) {
		sameReplicas(m, live)
	}
	d.finish(m)
	t.note(m, live == nil)
	switch {
	case asks(m.Unstructured, askRecreate):
		err = d.recreate(ctx, m, live)
	case asks(m.Unstructured, askReplace):
		err = d.replace(ctx, m, live)
	default:
		err = d.cloud.serverSide(ctx, m)
	}
	if err != nil {
		return err
	}
	return t.direct(ctx, m, live != nil)
}

// finish writes on the object what we note.
func (d *delivery) finish(m *manifest) {
	annotate(m.Unstructured, d.asked, d.cloud.artifactOf(m.Unstructured, m.base))
}

// sameReplicas gives a manifest as many replicas as there are.
func sameReplicas(m *manifest, live *unstructured.Unstructured) {
	if live == nil {
		return
	}
	if n, ok, _ := unstructured.NestedInt64(live.Object, "spec", "replicas"); ok {
		_ = unstructured.SetNestedField(m.Object, n, "spec", "replicas")
	}
}

var (
	_ providers.Manifests = (*Cloud)(nil)
	_ providers.Rollouts  = (*Cloud)(nil)
)
