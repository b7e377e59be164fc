package memory

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
)

// The fields of a manifest's spec, besides replicas and paused, which are as in
// Kubernetes.
const (
	SpecLooks = "looks" // how often it is seen under way before it is stable
	SpecFails = "fails" // why it fails then, instead; any text
)

// The kinds that are versioned: another content gets another name. Those with
// pods have rollouts, and only ReplicaSets traffic that can be taken away.
var (
	versioned = []string{"configmap", "secret", "replicaset"}
	withPods  = []string{"deployment", "statefulset", "daemonset", "replicaset"}
)

// object is what a manifest has made.
type object struct {
	gennaker.Manifest
	app       string
	labels    map[string]string
	token     string // of its last patch or return
	services  []string
	looks     int // that are left until it is stable
	revision  int
	revisions map[int]map[string]any // the spec of each
	restarted time.Time
}

func (o *object) spec() map[string]any { spec, _ := o.Object["spec"].(map[string]any); return spec }

// ApplyManifests knows images and, as what is versioned, the names of the kinds
// above; what manifests refer to otherwise stays.
func (c *Cloud) ApplyManifests(ctx context.Context, a gennaker.ApplyManifests) (gennaker.AppliedManifests, error) {
	var applied gennaker.AppliedManifests
	err := c.call(Call{Method: "ApplyManifests"}, func() error {
		documents, bound, err := bind(a)
		if err != nil {
			return fmt.Errorf("memory: apply manifests: %w", err)
		}
		applied.Bound = bound
		for _, document := range documents {
			o, err := c.apply(a, document)
			if err != nil {
				return fmt.Errorf("memory: apply manifests: %w", err)
			}
			applied.Manifests = append(applied.Manifests, o.seen())
			applied.Created = append(applied.Created, gennaker.Artifact{Type: "kubernetes/" + o.Kind, Name: baseName(o.Name),
				Location: o.Namespace, Reference: o.Name, Account: a.Account})
		}
		return nil
	})
	return applied, err
}

// bind puts artifacts in the place of images of their names.
func bind(a gennaker.ApplyManifests) (documents []map[string]any, bound []gennaker.Artifact, err error) {
	for _, manifest := range a.Manifests {
		document := maps.Clone(manifest)
		if spec, ok := document["spec"].(map[string]any); ok {
			document["spec"] = maps.Clone(spec)
		}
		documents = append(documents, document)
	}
	for i, artifact := range append(slices.Clone(a.Required), a.Artifacts...) {
		found := false
		for _, document := range documents {
			spec, _ := document["spec"].(map[string]any)
			if spec["image"] == artifact.Name && artifact.Name != "" {
				spec["image"], found = artifact.Reference, true
			}
		}
		switch {
		case found:
			bound = append(bound, artifact)
		case i < len(a.Required) && !slices.ContainsFunc(bound, artifact.Equal):
			return nil, nil, fmt.Errorf("%w: no manifest has a place for the artifact %s", gennaker.ErrInvalid, artifact)
		}
	}
	return documents, bound, nil
}

// apply has one object be as its manifest says.
func (c *Cloud) apply(a gennaker.ApplyManifests, document map[string]any) (*object, error) {
	kind, _ := document["kind"].(string)
	metadata, _ := document["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if kind == "" || name == "" {
		return nil, fmt.Errorf("%w: a manifest has no kind or no metadata.name", gennaker.ErrInvalid)
	}
	ref := gennaker.ManifestRef{Account: a.Account, Namespace: namespaceOf(a, metadata), Kind: kind, Name: name}
	if slices.Contains(versioned, strings.ToLower(kind)) {
		ref.Name = c.version(ref, document)
	}
	o := c.findObject(ref)
	if o == nil {
		c.made++
		o = &object{revisions: map[int]map[string]any{}, Manifest: gennaker.Manifest{ManifestRef: ref, Created: c.now(),
			UID: fmt.Sprint("uid-", c.made), Cluster: gennaker.ManifestRef{Kind: kind, Name: name}.String()}}
		c.objects = append(c.objects, o)
	}
	o.app, o.labels = a.Moniker.App, labelsOf(metadata)
	if len(a.Services) > 0 && strings.EqualFold(kind, "replicaset") {
		o.services = a.Services
		o.Enabled = o.Enabled || a.EnableTraffic
	}
	o.become(document)
	return o, nil
}

func namespaceOf(a gennaker.ApplyManifests, metadata map[string]any) string {
	if own, _ := metadata["namespace"].(string); own != "" && !a.Override {
		return own
	}
	return a.Namespace
}

func labelsOf(metadata map[string]any) map[string]string {
	labels := map[string]string{}
	own, _ := metadata["labels"].(map[string]any)
	for name, value := range own {
		labels[name] = fmt.Sprint(value)
	}
	return labels
}

// version is the name of the version with that content, or that of the next.
func (c *Cloud) version(ref gennaker.ManifestRef, document map[string]any) string {
	next := 0
	for _, o := range c.objects {
		if o.Namespace == ref.Namespace && strings.EqualFold(o.Kind, ref.Kind) && baseName(o.Name) == ref.Name {
			if reflect.DeepEqual(o.Object, document) {
				return o.Name
			}
			next = max(next, gennaker.ParseMoniker(o.Name).Sequence+1)
		}
	}
	return fmt.Sprintf("%s-v%03d", ref.Name, next)
}

func baseName(name string) string { return gennaker.ParseMoniker(name).Cluster() }

// become gives the object a document; another spec is another revision, and
// rolled out.
func (o *object) become(document map[string]any) {
	changed := o.revision == 0 || !reflect.DeepEqual(o.Object["spec"], document["spec"])
	o.Object = document
	if !changed {
		return
	}
	o.revision = len(o.revisions) + 1
	o.revisions[o.revision] = o.spec()
	o.roll()
}

// roll begins to replace its pods.
func (o *object) roll() {
	looks, _ := o.spec()[SpecLooks].(float64)
	o.looks = int(looks)
}

// seen is the object as it is when it is looked at.
func (o *object) seen() gennaker.Manifest {
	m := o.Manifest
	m.Object = maps.Clone(o.Object)
	m.Rollout = gennaker.Rollout{State: gennaker.RolloutStable}
	if !slices.Contains(withPods, strings.ToLower(o.Kind)) {
		return m
	}
	replicas, ok := o.spec()["replicas"].(float64)
	if !ok {
		replicas = 1
	}
	m.Rollout.Total = int(replicas)
	fails, _ := o.spec()[SpecFails].(string)
	switch {
	case o.spec()["paused"] == true:
		m.Rollout.State = gennaker.RolloutPaused
	case o.looks > 0:
		m.Rollout.State, m.Rollout.Reason = gennaker.RolloutRuns, "waits for its pods"
	case fails != "":
		m.Rollout.State, m.Rollout.Reason = gennaker.RolloutFailed, fails
	default:
		m.Rollout.Ready = m.Rollout.Total
	}
	return m
}

func (c *Cloud) GetManifest(ctx context.Context, ref gennaker.ManifestRef) (gennaker.Manifest, error) {
	var m gennaker.Manifest
	err := c.object("GetManifest", ref, func(o *object) error {
		m = o.seen()
		o.looks = max(o.looks-1, 0)
		return nil
	})
	return m, err
}

func (c *Cloud) ListManifests(ctx context.Context, q gennaker.ManifestQuery) ([]gennaker.Manifest, error) {
	var list []gennaker.Manifest
	err := c.call(Call{Method: "ListManifests"}, func() error {
		for _, o := range c.objects {
			if o.fits(q) {
				m := o.seen()
				m.Object = nil
				list = append(list, m)
			}
		}
		return nil
	})
	return list, err
}

func (o *object) fits(q gennaker.ManifestQuery) bool {
	named := func(kind string) bool { return strings.EqualFold(kind, o.Kind) }
	lacks := func(s gennaker.LabelSelector) bool { return !s.Matches(o.labels) }
	return matches(q.Namespace, o.Namespace) && matches(q.App, o.app) && matches(q.Cluster, o.Cluster) &&
		slices.ContainsFunc(q.Kinds, named) && !slices.ContainsFunc(q.Labels, lacks)
}

// PatchManifest knows merge patches of the spec alone.
func (c *Cloud) PatchManifest(ctx context.Context, p gennaker.PatchManifest) error {
	return c.object("PatchManifest", p.ManifestRef, func(o *object) error {
		patch, ok := p.Patch.(map[string]any)
		if !ok || p.Strategy != "merge" && p.Strategy != "strategic" {
			return fmt.Errorf("%w: it takes no %s patch", gennaker.ErrInvalid, p.Strategy)
		}
		if o.token == p.Token {
			return nil
		}
		spec, _ := patch["spec"].(map[string]any)
		o.respec(spec)
		o.token = p.Token
		return nil
	})
}

// respec changes fields of the spec.
func (o *object) respec(fields map[string]any) {
	spec := maps.Clone(o.spec())
	if spec == nil {
		spec = map[string]any{}
	}
	maps.Copy(spec, fields)
	document := maps.Clone(o.Object)
	document["spec"] = spec
	o.become(document)
}

func (c *Cloud) ScaleManifest(ctx context.Context, s gennaker.ScaleManifest) error {
	return c.pods("ScaleManifest", s.ManifestRef, func(o *object) error {
		o.respec(map[string]any{"replicas": float64(s.Replicas)})
		return nil
	})
}

func (c *Cloud) DeleteManifest(ctx context.Context, d gennaker.DeleteManifest) error {
	return c.call(Call{Method: "DeleteManifest", Object: d.String()}, func() error {
		if o := c.findObject(d.ManifestRef); o != nil && matches(d.UID, o.UID) {
			c.objects = slices.DeleteFunc(c.objects, func(other *object) bool { return other == o })
		}
		return nil
	})
}

func (c *Cloud) SetManifestTraffic(ctx context.Context, t gennaker.SetManifestTraffic) error {
	return c.object("SetManifestTraffic", t.ManifestRef, func(o *object) error {
		if len(o.services) == 0 {
			return fmt.Errorf("%w: no service sends it traffic", gennaker.ErrInvalid)
		}
		o.Enabled = t.Enabled
		return nil
	})
}

func (c *Cloud) FindRevision(ctx context.Context, ref gennaker.ManifestRef, back int) (int, error) {
	revision := 0
	err := c.pods("FindRevision", ref, func(o *object) error {
		if revision = o.revision - back; revision < 1 {
			return fmt.Errorf("%w: it has had %d revisions", gennaker.ErrNotFound, o.revision)
		}
		return nil
	})
	return revision, err
}

func (c *Cloud) UndoRollout(ctx context.Context, u gennaker.UndoRollout) error {
	return c.pods("UndoRollout", u.ManifestRef, func(o *object) error {
		spec, ok := o.revisions[u.Revision]
		switch {
		case o.token == u.Token:
			return nil
		case !ok:
			return fmt.Errorf("revision %d: %w", u.Revision, gennaker.ErrNotFound)
		}
		document := maps.Clone(o.Object)
		document["spec"] = spec
		o.become(document)
		o.token = u.Token
		return nil
	})
}

func (c *Cloud) RestartRollout(ctx context.Context, r gennaker.RestartRollout) error {
	return c.pods("RestartRollout", r.ManifestRef, func(o *object) error {
		if !o.restarted.Equal(r.At) {
			o.restarted = r.At
			o.roll()
		}
		return nil
	})
}

func (c *Cloud) PauseRollout(ctx context.Context, p gennaker.PauseRollout) error {
	return c.pods("PauseRollout", p.ManifestRef, func(o *object) error {
		document, spec := maps.Clone(o.Object), maps.Clone(o.spec())
		if spec == nil {
			spec = map[string]any{}
		}
		spec["paused"] = p.Paused
		document["spec"] = spec
		o.Object = document // no revision
		return nil
	})
}

// pods applies do to an object of a kind that has pods.
func (c *Cloud) pods(method string, ref gennaker.ManifestRef, do func(*object) error) error {
	return c.object(method, ref, func(o *object) error {
		if !slices.Contains(withPods, strings.ToLower(o.Kind)) {
			return fmt.Errorf("%w: a %s has no pods", gennaker.ErrInvalid, o.Kind)
		}
		return do(o)
	})
}

// object applies do to an object.
func (c *Cloud) object(method string, ref gennaker.ManifestRef, do func(*object) error) error {
	return c.call(Call{Method: method, Object: ref.String()}, func() error {
		err := error(gennaker.ErrNotFound)
		if o := c.findObject(ref); o != nil {
			err = do(o)
		}
		if err != nil {
			return fmt.Errorf("memory: %s: %w", ref, err)
		}
		return nil
	})
}

func (c *Cloud) findObject(ref gennaker.ManifestRef) *object {
	at := slices.IndexFunc(c.objects, func(o *object) bool {
		return o.Namespace == ref.Namespace && strings.EqualFold(o.Kind, ref.Kind) && o.Name == ref.Name
	})
	if at < 0 {
		return nil
	}
	return c.objects[at]
}

// Objects are what manifests have made, in some words: "deployment shop". It is
// no call: no Fault sees it.
func (c *Cloud) Objects() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, o := range c.objects {
		text := fmt.Sprintf("%s revision %d at %v", o.ManifestRef, o.revision, o.spec())
		if o.Enabled {
			text += " +"
		}
		if !o.restarted.IsZero() {
			text += " restarted " + o.restarted.Format(time.RFC3339)
		}
		all = append(all, text)
	}
	return all
}
