package gennaker

import (
	"slices"
	"strconv"
)

// FunctionRef names a function: code that its cloud runs when it is called.
type FunctionRef struct {
	Location
	Name string `json:"functionName"`
}

func (r FunctionRef) String() string { return r.Name + " in " + r.Account }

// Latest is the version of a function that changes: the code as it is now.
const Latest = "$LATEST"

// Function is a function as its cloud reports it.
type Function struct {
	Location
	Name     string `json:"functionName"`
	ID       string `json:"functionArn,omitempty"` // in the cloud's words
	Revision string `json:"revisionId,omitempty"`  // another one after each change
	CodeHash string `json:"codeSha256,omitempty"`
	// Ready says that it can be called and changed; Reason why not, and Failed
	// that it never will be as it is.
	Ready  bool   `json:"ready"`
	Failed bool   `json:"failed,omitempty"`
	Reason string `json:"reason,omitempty"`

	Versions []string          `json:"versions,omitempty"` // the numbers of those that are published, newest first
	Aliases  []Alias           `json:"aliases,omitempty"`
	Reserved *int              `json:"reservedConcurrentExecutions,omitempty"` // of its executions at once; nil is no limit
	Marks    map[string]string `json:"marks,omitempty"`
}

// Ref names the function.
func (f Function) Ref() FunctionRef { return FunctionRef{Location: f.Location, Name: f.Name} }

// Alias returns the alias of that name, or nil.
func (f Function) Alias(name string) *Alias {
	at := slices.IndexFunc(f.Aliases, func(a Alias) bool { return a.Name == name })
	if at < 0 {
		return nil
	}
	return &f.Aliases[at]
}

// SortVersions puts the numbers of versions in order, newest first.
func SortVersions(versions []string) {
	slices.SortFunc(versions, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return y - x
	})
}

// Alias is a name by which a function is called. Its calls go to a version,
// but for the part that goes to another one.
type Alias struct {
	Name        string  `json:"aliasName"`
	Description string  `json:"description,omitempty"`
	Version     string  `json:"version"`
	Second      string  `json:"secondVersion,omitempty"` // the other version, if there is one
	Weight      float64 `json:"secondWeight,omitempty"`  // the part that goes there: 0.1 is every tenth call
}

// Routes reports whether both send the same calls to the same versions.
func (a Alias) Routes(b Alias) bool {
	return a.Version == b.Version && a.Second == b.Second && a.Weight == b.Weight
}

// PutFunction asks for a function, or for a change of one. Spec is what only
// the provider understands: the fields of the stage.
type PutFunction struct {
	FunctionRef
	Spec  map[string]any    `json:"spec,omitempty"`
	Marks map[string]string `json:"marks,omitempty"`
}

// PublishVersion asks to keep the code and the configuration as they are as a
// version that does not change.
type PublishVersion struct {
	FunctionRef
	Description string `json:"description,omitempty"`
	// CodeHash, if not empty, is the code that is meant: if it is another by
	// now, nothing is published.
	CodeHash string `json:"codeSha256,omitempty"`
}

// Invoke asks to call a function and to wait for its answer.
type Invoke struct {
	FunctionRef
	Qualifier string `json:"qualifier,omitempty"` // an alias or a version; empty is Latest
	Payload   string `json:"payload,omitempty"`   // JSON
	Seconds   int    `json:"seconds,omitempty"`   // that it may take; 0 is the cloud's own limit
}

// Invocation is what came of a call of a function.
type Invocation struct {
	Version  string `json:"version,omitempty"` // that answered
	Response string `json:"response"`
	Error    string `json:"error,omitempty"` // if the function failed: how
	Log      string `json:"log,omitempty"`   // the end of it
}

// PutAlias asks for an alias. Was, if not nil, is the alias as it was when this
// was decided: if it routes otherwise by now, somebody else has changed it. A
// Was without a name means that there was none.
type PutAlias struct {
	FunctionRef
	Alias Alias  `json:"alias"`
	Was   *Alias `json:"was,omitempty"`
}

// SetConcurrency asks how many executions of a function are kept ready, or may
// run at once. Without an alias it is the limit of the whole function, nil for
// none; with one, that many are kept ready for it, nil or 0 for none.
type SetConcurrency struct {
	FunctionRef
	Alias  string `json:"aliasName,omitempty"`
	Number *int   `json:"number,omitempty"`
}

// SetEventSources asks that these sources, and no others, call a function or,
// with a qualifier, one of its aliases. Spec is what only the provider
// understands: the fields of the stage.
type SetEventSources struct {
	FunctionRef
	Qualifier string         `json:"qualifier,omitempty"`
	Sources   []string       `json:"sources"`
	Spec      map[string]any `json:"spec,omitempty"`
}

// DeleteFunction asks to delete a version of a function or, without one, all
// of it.
type DeleteFunction struct {
	FunctionRef
	Version string `json:"version,omitempty"`
}
