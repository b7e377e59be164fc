// Package pipeline reads the pipeline document: Spinnaker's fields under
// Spinnaker's names, as JSON or YAML. It reports every mistake at once, each
// with its line and column and what to do about it, and writes the JSON Schema
// that says the same to an editor. It runs nothing and evaluates no expression:
// a value that contains ${ may stand wherever another kind of value is wanted.
package pipeline

import (
	"encoding/json"
	"fmt"

	"github.com/gennaker/gennaker"
)

// Types gives, for each stage type, the zero value of the struct that its
// fields decode into. The json tags name the fields; the jsonschema tags may
// say required, minimum= and enum=, and jsonschema_description is shown to
// people. A nil value stands for a type without fields.
type Types map[string]any

// Elsewhere is implemented by the value of a type that a stage has as its
// alias alone: the stage's own type is a name that is defined in another place.
type Elsewhere interface {
	// DefinedIn says where, for people.
	DefinedIn() string
}

// Document is a pipeline document that can run.
type Document struct {
	// Pipeline has a refId on every stage, and plain JSON values everywhere:
	// it is the same after a trip through encoding/json.
	Pipeline gennaker.Pipeline
	// Notes are what a person should look at and nothing that must be mended,
	// such as fields that nobody knows.
	Notes []Problem
}

const (
	maxBytes  = 1 << 20
	maxStages = 1000
	maxDepth  = 200
)

// Decode reads a document. Its error is Problems, or says that the document is
// too large; both are gennaker.ErrInvalid. The notes are given also when there
// are problems.
func Decode(data []byte, types Types) (Document, error) {
	if len(data) > maxBytes {
		return Document{}, tooLarge(len(data))
	}
	found := &findings{}
	root := read(data, found)
	if root == nil {
		return Document{Notes: found.notes}, found.err()
	}
	return check(root, types, found)
}

func tooLarge(bytes int) error {
	return fmt.Errorf("pipeline document: %w: it has %d bytes and the limit is %d (1 MiB): split it into several pipelines",
		gennaker.ErrInvalid, bytes, maxBytes)
}

// check holds what was read against the types.
func check(root *node, types Types, found *findings) (Document, error) {
	c := newChecker(types, found)
	checked := c.document(root)
	if err := found.err(); err != nil {
		return Document{Notes: found.notes}, err
	}
	p, err := settle(checked)
	return Document{Pipeline: p, Notes: found.notes}, err
}

// settle turns checked values into the pipeline that an execution receives.
func settle(checked any) (gennaker.Pipeline, error) {
	var p gennaker.Pipeline
	data, err := json.Marshal(checked)
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err != nil {
		return gennaker.Pipeline{}, fmt.Errorf("pipeline document: %w: %w", gennaker.ErrInvalid, err)
	}
	p.AssignRefIDs()
	return p, nil
}
