package gennaker

import "time"

// ManifestRef names an object of a cloud that is told by manifests what should
// be: Kubernetes.
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
func (r ManifestRef) String() string { return r.Kind + " " + r.Name }

// Manifest is an object as it is.
type Manifest struct {
	ManifestRef
	Object    map[string]any `json:"manifest,omitempty"`
	Created   time.Time      `json:"created,omitzero"`
	Rollout   Rollout        `json:"rollout"`
	Artifacts []Artifact     `json:"artifacts,omitempty"` // that it was made from, and that it is
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
	RolloutStable  RolloutState = "STABLE"
	RolloutRuns    RolloutState = "RUNNING"
	RolloutPaused  RolloutState = "PAUSED"
	RolloutFailed  RolloutState = "FAILED"
	RolloutDeleted RolloutState = "DELETED" // what was waited for is gone
)

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
	// Services get the pods of the ReplicaSet among the manifests as traffic,
	// at once if EnableTraffic is set.
	Services      []string          `json:"services,omitempty"`
	EnableTraffic bool              `json:"enableTraffic,omitempty"`
	Marks         map[string]string `json:"marks,omitempty"`
}

// ManifestQuery narrows a search for objects; empty fields match everything.
type ManifestQuery struct {
	Account   string          `json:"account"`
	Namespace string          `json:"location,omitempty"`
	Kinds     []string        `json:"kinds"`
	App       string          `json:"app,omitempty"`
	Cluster   string          `json:"cluster,omitempty"` // as the annotation says: "deployment shop"
	Labels    []LabelSelector `json:"labels,omitempty"`  // all of them
}

// LabelSelector is one condition on labels, as documents write it.
type LabelSelector struct {
	Kind   string   `json:"kind"` // EQUALS, NOT_EQUALS, CONTAINS, NOT_CONTAINS, EXISTS, NOT_EXISTS, ANY
	Key    string   `json:"key,omitempty"`
	Values []string `json:"values,omitempty"`
}

// PatchManifest asks to change an object by a patch.
type PatchManifest struct {
	ManifestRef
	Strategy string `json:"mergeStrategy"` // strategic, merge or json
	Patch    any    `json:"patchBody"`
	// Record puts the patch down in the object's annotations.
	Record bool `json:"record,omitempty"`
	// Token makes a repeat harmless; the object is marked with it.
	Token string `json:"token"`
}

// DeleteManifest asks to delete an object.
type DeleteManifest struct {
	ManifestRef
	Orphan       bool   `json:"orphan,omitempty"` // leave what it owns
	GraceSeconds *int64 `json:"gracePeriodSeconds,omitempty"`
}

// ScaleManifest asks for a number of replicas.
type ScaleManifest struct {
	ManifestRef
	Replicas int `json:"replicas"`
}

// UndoRollout asks to go back to an older revision.
type UndoRollout struct {
	ManifestRef
	Revision int `json:"revision"` // as FindRevision has found it
}

// RestartRollout asks to replace all pods by new ones. The token makes a
// repeat harmless.
type RestartRollout struct {
	ManifestRef
	Token string `json:"token"`
}
