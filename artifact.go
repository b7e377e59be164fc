package gennaker

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Artifact names something outside of a pipeline that it uses or makes: an
// image, a file, a chart. Fields that Gennaker does not know are kept in
// Metadata, as Spinnaker does.
type Artifact struct {
	Type       string         `json:"type,omitempty"` // docker/image, embedded/base64 …
	CustomKind Flag           `json:"customKind,omitempty"`
	Name       string         `json:"name,omitempty"`
	Version    string         `json:"version,omitempty"`
	Location   string         `json:"location,omitempty"`
	Reference  string         `json:"reference,omitempty"` // what the type's account can fetch
	Metadata   map[string]any `json:"metadata,omitempty"`
	Account    string         `json:"artifactAccount,omitempty"`
	Provenance string         `json:"provenance,omitempty"`
	UUID       string         `json:"uuid,omitempty"`
}

// The types of artifacts whose reference is their content, here or in a store.
const (
	EmbeddedBase64 = "embedded/base64"
	RemoteBase64   = "remote/base64"
)

// Flag is a boolean that may be written as text, as expressions leave it.
type Flag bool

func (f *Flag) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(data), `"`)) {
	case "true":
		*f = true
	case "false", "null", "":
		*f = false
	default:
		return fmt.Errorf("%w: %s is neither true nor false", ErrInvalid, data)
	}
	return nil
}

var artifactFields = jsonFields(Artifact{})

// UnmarshalJSON takes numbers for text: a version may be 2.
func (a *Artifact) UnmarshalJSON(data []byte) error {
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		return fmt.Errorf("artifact: %w: an object is wanted", ErrInvalid)
	}
	known := map[string]any{}
	metadata, _ := fields["metadata"].(map[string]any)
	metadata = nonNil(metadata)
	for _, name := range SortedKeys(fields) {
		value := fields[name]
		i := slices.IndexFunc(artifactFields, func(f jsonField) bool { return f.name == name })
		_, there := metadata[name]
		switch {
		case name == "metadata" || name == "kind" || value == nil: // the kind is of Deck's dialogue
		case i < 0 && !there:
			metadata[name] = value
		case i < 0:
		case artifactFields[i].text:
			known[name] = Text(value)
		default:
			known[name] = value
		}
	}
	if len(metadata) > 0 {
		known["metadata"] = metadata
	}
	type plain Artifact
	*a = Artifact{}
	plainData, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return json.Unmarshal(plainData, (*plain)(a))
}

func nonNil(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// WithAccount is the artifact as an account reads it: a stage's field may say
// another than the artifact does. An empty one changes nothing.
func (a Artifact) WithAccount(account string) Artifact {
	a.Account = cmp.Or(account, a.Account)
	return a
}

// Equal reports whether two artifacts are the same in every field.
func (a Artifact) Equal(b Artifact) bool { return reflect.DeepEqual(a, b) }

// String is how people see it: its type and what tells it from others. What an
// artifact contains is not in it.
func (a Artifact) String() string {
	parts := []string{a.Type}
	switch {
	case a.Reference != "" && !a.embedded():
		parts = append(parts, a.Reference)
	case a.Version != "":
		parts = append(parts, a.Name, "version", a.Version)
	default:
		parts = append(parts, a.Name)
	}
	if a.Location != "" {
		parts = append(parts, "in", a.Location)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// embedded reports whether the reference is the content.
func (a Artifact) embedded() bool { return strings.HasSuffix(a.Type, "/base64") }

// AddArtifacts adds those that are not in the list yet.
func AddArtifacts(list []Artifact, more ...Artifact) []Artifact {
	for _, a := range more {
		if !slices.ContainsFunc(list, a.Equal) {
			list = append(list[:len(list):len(list)], a)
		}
	}
	return list
}

// ArtifactsOf reads the artifacts of a list as JSON has it, such as a stage's
// output "artifacts". Anything but a list holds none.
func ArtifactsOf(value any) ([]Artifact, error) {
	items, _ := value.([]any)
	var list []Artifact
	for i, item := range items {
		var a Artifact
		data, err := json.Marshal(item)
		if err == nil {
			err = json.Unmarshal(data, &a)
		}
		if err != nil {
			return nil, fmt.Errorf("artifacts[%d]: %w", i, err)
		}
		list = append(list, a)
	}
	return list, nil
}
