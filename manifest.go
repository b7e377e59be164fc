package gennaker

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ManifestRef names an object of a cloud that is told by manifests what should
// be.
type ManifestRef struct {
	Account string `json:"account"`
	// Namespace is empty for objects that are in none.
	Namespace string `json:"location,omitempty"`
	// Kind is as in manifests, in any case; one that is in several groups, or
	// is the user's own, may name its group: Widget.example.com.
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// String is the object as Spinnaker's documents name it: "deployment shop".
func (r ManifestRef) String() string {
	if r.Kind == "" {
		return r.Name
	}
	return strings.ToLower(r.Kind[:1]) + r.Kind[1:] + " " + r.Name
}

// ClusterRef is the cluster of all versions of an object: the one that it has
// as a server group, if it is seen as one.
func (r ManifestRef) ClusterRef() ClusterRef {
	kind, name := strings.ToLower(r.Kind)+" ", ParseMoniker(r.Name).Cluster()
	switch kind {
	case "replicaset ":
		kind = ""
	case "statefulset ":
		kind = "statefulSet "
	}
	return ClusterRef{Location: In(r.Account, r.Namespace), Name: kind + name}
}

// Manifest is an object as it is.
type Manifest struct {
	ManifestRef
	// UID is another one if the object is deleted and made again.
	UID string `json:"uid,omitempty"`
	// Cluster is its kind and its name without a version: "replicaSet shop".
	Cluster string `json:"cluster,omitempty"`
	// Object is its document; what a Secret keeps is not in it. It is empty in
	// lists.
	Object  map[string]any `json:"manifest,omitempty"`
	Created time.Time      `json:"created,omitzero"`
	Rollout Rollout        `json:"rollout"`
	Enabled bool           `json:"enabled,omitempty"` // its pods are to have traffic that can be taken away
	// Artifacts are what it refers to, such as images, and itself if it is
	// versioned.
	Artifacts []Artifact `json:"artifacts,omitempty"`
}

// Rollout is how far an object is on the way to what its manifest says.
type Rollout struct {
	State RolloutState `json:"state"`
	// Ready of Total pods, where it has any.
	Ready  int    `json:"ready,omitempty"`
	Total  int    `json:"total,omitempty"`
	Reason string `json:"reason,omitempty"` // in the cloud's words
}

// RolloutState is where a rollout is.
type RolloutState string

// The states of a rollout. A paused one stays as it is until it is resumed.
const (
	RolloutStable RolloutState = "STABLE"
	RolloutRuns   RolloutState = "RUNNING"
	RolloutPaused RolloutState = "PAUSED"
	RolloutFailed RolloutState = "FAILED"
)

// Idle reports whether it is under way and has come to nothing yet: an old one
// that is so never served.
func (r Rollout) Idle() bool { return r.State == RolloutRuns && r.Ready == 0 }

// RolloutProgress is how far an object is that is waited for. A wait heartbeats
// a list of them, for people who watch.
type RolloutProgress struct {
	Object string `json:"object"` // as a ManifestRef is read
	Rollout
}

func (p RolloutProgress) String() string {
	text := p.Object
	if p.Total > 0 {
		text += fmt.Sprintf(" %d/%d ready", p.Ready, p.Total)
	}
	if p.State == RolloutPaused {
		text += ", paused"
	}
	if p.Reason != "" {
		text += ": " + p.Reason
	}
	return text
}

// ApplyManifests asks for objects to be as manifests say.
type ApplyManifests struct {
	Account string `json:"account"`
	// Namespace is that of the manifests that name none; Override puts all
	// that can be in a namespace into this one.
	Namespace string           `json:"location,omitempty"`
	Override  bool             `json:"override,omitempty"`
	Manifests []map[string]any `json:"manifests"`
	Moniker   Moniker          `json:"moniker"`
	// Artifacts take the place of what the manifests refer to: the image
	// shop/web becomes shop/web:7. Required are those that must find a place.
	Artifacts []Artifact `json:"artifacts,omitempty"`
	Required  []Artifact `json:"requiredArtifacts,omitempty"`
	// Services get the pods of the ReplicaSets among the manifests as traffic,
	// at once if EnableTraffic is set.
	Services      []string          `json:"services,omitempty"`
	EnableTraffic bool              `json:"enableTraffic,omitempty"`
	Marks         map[string]string `json:"marks,omitempty"` // with a token, which names what is made without a name
}

// AppliedManifests is what an ApplyManifests has led to.
type AppliedManifests struct {
	// Manifests are the objects as they are, in the order asked.
	Manifests []Manifest `json:"manifests"`
	// Created are the objects as artifacts, and Bound the artifacts that have
	// found a place in them.
	Created []Artifact `json:"createdArtifacts,omitempty"`
	Bound   []Artifact `json:"boundArtifacts,omitempty"`
	// Outdated are older versions, of which no more are to be kept once the new
	// ones are stable.
	Outdated []ManifestRef `json:"outdated,omitempty"`
}

// Refs name the objects.
func (a AppliedManifests) Refs() []ManifestRef {
	refs := make([]ManifestRef, len(a.Manifests))
	for i, m := range a.Manifests {
		refs[i] = m.ManifestRef
	}
	return refs
}

// ManifestQuery narrows a search for objects; empty fields match everything.
type ManifestQuery struct {
	Account   string          `json:"account"`
	Namespace string          `json:"location,omitempty"`
	Kinds     []string        `json:"kinds"`
	App       string          `json:"app,omitempty"`
	Cluster   string          `json:"cluster,omitempty"` // as its objects are marked: "deployment shop"
	Labels    []LabelSelector `json:"labels,omitempty"`  // all of them
}

// LabelSelector is one condition on labels, as documents write it.
type LabelSelector struct {
	Kind   string   `json:"kind" jsonschema:"enum=EQUALS,enum=NOT_EQUALS,enum=CONTAINS,enum=NOT_CONTAINS,enum=EXISTS,enum=NOT_EXISTS,enum=ANY"`
	Key    string   `json:"key,omitempty"`
	Values []string `json:"values,omitempty"`
}

// Matches reports whether labels fulfil the condition. EQUALS has one value,
// CONTAINS any number.
func (s LabelSelector) Matches(labels map[string]string) bool {
	value, there := labels[s.Key]
	among := there && slices.Contains(s.Values, value)
	switch s.Kind {
	case "EQUALS", "CONTAINS":
		return among
	case "NOT_EQUALS", "NOT_CONTAINS":
		return !among
	case "EXISTS":
		return there
	case "NOT_EXISTS":
		return !there
	}
	return s.Kind == "ANY"
}

// Check says what is wrong with the condition, as ErrInvalid.
func (s LabelSelector) Check() error {
	values := -1
	switch s.Kind {
	case "EQUALS", "NOT_EQUALS":
		values = 1
	case "EXISTS", "NOT_EXISTS":
		values = 0
	case "CONTAINS", "NOT_CONTAINS":
	case "ANY":
		return nil
	default:
		return fmt.Errorf("label selector of kind %q: %w: it can be EQUALS, NOT_EQUALS, CONTAINS, NOT_CONTAINS, EXISTS, NOT_EXISTS or ANY", s.Kind, ErrInvalid)
	}
	if s.Key == "" || values == 1 && len(s.Values) != 1 || values < 0 && len(s.Values) == 0 {
		return fmt.Errorf("label selector %s %s: %w: it needs a key and its values", s.Kind, s.Key, ErrInvalid)
	}
	return nil
}

// PatchManifest asks to change an object by a patch.
type PatchManifest struct {
	ManifestRef
	Strategy string `json:"mergeStrategy"` // strategic, merge or json
	Patch    any    `json:"patchBody"`
	// Artifacts and Required are as those of ApplyManifests.
	Artifacts []Artifact `json:"artifacts,omitempty"`
	Required  []Artifact `json:"requiredArtifacts,omitempty"`
	// Record puts the patch down in the object's annotations.
	Record bool `json:"record,omitempty"`
	// Token makes a repeat harmless; the object is marked with it.
	Token string `json:"token"`
}

// DeleteManifest asks to delete an object.
type DeleteManifest struct {
	ManifestRef
	// UID, if not empty, is the object that is meant: another one of its name
	// stays.
	UID          string `json:"uid,omitempty"`
	Orphan       bool   `json:"orphan,omitempty"` // leave what it owns
	GraceSeconds *int64 `json:"gracePeriodSeconds,omitempty"`
}

// ScaleManifest asks for a number of replicas.
type ScaleManifest struct {
	ManifestRef
	Replicas int `json:"replicas"`
}

// SetManifestTraffic asks for an object's pods to be in traffic or not.
type SetManifestTraffic struct {
	ManifestRef
	Enabled bool `json:"enabled"`
}

// UndoRollout asks to go back to an older revision.
type UndoRollout struct {
	ManifestRef
	Revision int `json:"revision"` // as FindRevision has found it
	// Token makes a repeat harmless; the object is marked with it.
	Token string `json:"token"`
}

// RestartRollout asks to replace all pods by new ones. An object notes when it
// was restarted last, so that a repeat with the same time is harmless.
type RestartRollout struct {
	ManifestRef
	At time.Time `json:"at"`
}

// PauseRollout asks to stop a rollout where it is, or to let it go on.
type PauseRollout struct {
	ManifestRef
	Paused bool `json:"paused"`
}
