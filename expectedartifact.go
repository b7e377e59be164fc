package gennaker

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// ExpectedArtifact says which artifact a pipeline or a stage needs, and which
// one it takes if there is none.
type ExpectedArtifact struct {
	ID          string    `json:"id,omitempty"` // by which stages refer to it
	DisplayName string    `json:"displayName,omitempty"`
	Match       Artifact  `json:"matchArtifact"`
	UsePrior    Flag      `json:"usePriorArtifact,omitempty"` // that of the execution before
	UseDefault  Flag      `json:"useDefaultArtifact,omitempty"`
	Default     *Artifact `json:"defaultArtifact,omitempty"`
	Bound       *Artifact `json:"boundArtifact,omitempty"` // what was found

	Extra map[string]any `json:"-"`
}

type plainExpected ExpectedArtifact

var expectedFields = jsonFields(ExpectedArtifact{})

func (x ExpectedArtifact) MarshalJSON() ([]byte, error) { return flatten(plainExpected(x), x.Extra) }

func (x *ExpectedArtifact) UnmarshalJSON(data []byte) error {
	return unflatten(data, (*plainExpected)(x), expectedFields, &x.Extra)
}

// ExpectedArtifacts reads a document's list of them.
func ExpectedArtifacts(list []map[string]any) ([]ExpectedArtifact, error) {
	var all []ExpectedArtifact
	for i, item := range list {
		var x ExpectedArtifact
		data, err := json.Marshal(item)
		if err == nil {
			err = json.Unmarshal(data, &x)
		}
		if err != nil {
			return nil, fmt.Errorf("expectedArtifacts[%d]: %w", i, err)
		}
		all = append(all, x)
	}
	return all, nil
}

// String is how people see it.
func (x ExpectedArtifact) String() string {
	name := cmp.Or(x.DisplayName, x.ID, "without a name")
	if match := x.Match.String(); match != "" {
		return name + " (" + match + ")"
	}
	return name
}

// Matches reports whether the artifact is what is expected: every field that
// the pattern has must be the same text, or match as a regular expression as a
// whole. An artifact without the field does not match.
func (x ExpectedArtifact) Matches(a Artifact) bool {
	return matchesType(x.Match.Type, a.Type) &&
		matches(x.Match.Name, a.Name) &&
		matches(x.Match.Version, a.Version) &&
		matches(x.Match.Location, a.Location) &&
		matches(x.Match.Reference, a.Reference)
}

// matchesType takes embedded and remote content for one type.
func matchesType(pattern, text string) bool {
	return matches(pattern, text) ||
		pattern == EmbeddedBase64 && text == RemoteBase64 ||
		pattern == RemoteBase64 && text == EmbeddedBase64
}

// matches compares as text first: Base64 has characters that mean something
// else in a pattern, and not all text is one.
func matches(pattern, text string) bool {
	if pattern == "" || pattern == text {
		return true
	}
	if text == "" {
		return false
	}
	whole, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	return err == nil && whole.MatchString(text)
}

// default has something to be found by.
func (x ExpectedArtifact) usableDefault() bool {
	d := x.Default
	return bool(x.UseDefault) && d != nil && d.Name+d.Version+d.Location+d.Reference != ""
}

// Artifacts are what expected artifacts are bound to: those at hand, and for
// those that want it the ones of an earlier execution.
type Artifacts struct {
	Received []Artifact
	Prior    []Artifact
	Before   string // the id of the execution that Prior is of
	// Unique refuses an expected artifact that several match; else the first
	// is taken.
	Unique bool
}

// Bind finds an artifact for each expected one: one received, else of the
// execution before, else its default. The error is ErrInvalid and names every
// one that none or, if they must be unique, that several match.
func (all Artifacts) Bind(expected []ExpectedArtifact) ([]ExpectedArtifact, error) {
	bound := make([]ExpectedArtifact, len(expected))
	var problems []error
	for i, x := range expected {
		found, err := all.find(x)
		if err != nil {
			problems = append(problems, fmt.Errorf("expected artifact %s: %w: %w", x, ErrInvalid, err))
		}
		bound[i] = x
		bound[i].Bound = found
	}
	return bound, errors.Join(problems...)
}

func (all Artifacts) find(x ExpectedArtifact) (*Artifact, error) {
	found, err := all.one(x, all.Received)
	if found == nil && err == nil && bool(x.UsePrior) {
		found, err = all.one(x, all.Prior)
	}
	switch {
	case found != nil || err != nil:
		return found, err
	case x.usableDefault():
		return x.Default, nil
	}
	return nil, all.none(x)
}

func (all Artifacts) one(x ExpectedArtifact, list []Artifact) (*Artifact, error) {
	var matching []Artifact
	for _, a := range AddArtifacts(nil, list...) {
		if x.Matches(a) {
			matching = append(matching, a)
		}
	}
	switch {
	case len(matching) == 0:
		return nil, nil
	case len(matching) > 1 && all.Unique:
		return nil, fmt.Errorf("several artifacts match it: %s: make matchArtifact say which one", names(matching))
	}
	return &matching[0], nil
}

func (all Artifacts) none(x ExpectedArtifact) error {
	text := "no artifact was received"
	if len(all.Received) > 0 {
		text = "none of the artifacts received matches: " + names(all.Received)
	}
	if bool(x.UsePrior) && all.Before != "" {
		text += ", nor does one of execution " + all.Before
	}
	if x.UseDefault {
		text += ", and its defaultArtifact is empty"
	}
	return errors.New(text)
}

// names lists artifacts for people, up to five.
func names(list []Artifact) string {
	const most = 5
	var texts []string
	for i, a := range list {
		if i == most {
			texts = append(texts, fmt.Sprintf("and %d more", len(list)-most))
			break
		}
		texts = append(texts, a.String())
	}
	return strings.Join(texts, ", ")
}

// WantsPrior reports whether one of them is to be found in an earlier
// execution, because nothing that was received matches it.
func WantsPrior(expected []ExpectedArtifact, received []Artifact) bool {
	for _, x := range expected {
		if found, err := (Artifacts{}).one(x, received); bool(x.UsePrior) && found == nil && err == nil {
			return true
		}
	}
	return false
}

// Wanted are those that an execution must have: the ones whose ids its trigger
// names, those with a default or an earlier one to fall back on, and those that
// something received matches. What only other triggers bring is not.
func Wanted(expected []ExpectedArtifact, ids []string, received []Artifact) []ExpectedArtifact {
	named := map[string]bool{}
	for _, id := range ids {
		named[id] = true
	}
	var wanted []ExpectedArtifact
	for _, x := range expected {
		found, err := (Artifacts{}).one(x, received)
		if named[x.ID] || bool(x.UsePrior) || bool(x.UseDefault) || found != nil || err != nil {
			wanted = append(wanted, x)
		}
	}
	return wanted
}

// BoundArtifacts are the artifacts that were found, each once.
func BoundArtifacts(bound []ExpectedArtifact) []Artifact {
	var list []Artifact
	for _, x := range bound {
		if x.Bound != nil {
			list = AddArtifacts(list, *x.Bound)
		}
	}
	return list
}

// BoundArtifact finds what is bound to the expected artifact with an id. An
// artifact that names no account has that of its pattern.
func BoundArtifact(bound []ExpectedArtifact, id string) (Artifact, bool) {
	for _, x := range bound {
		if x.ID != id || x.Bound == nil {
			continue
		}
		a := *x.Bound
		a.Account = cmp.Or(a.Account, x.Match.Account)
		return a, true
	}
	return Artifact{}, false
}
