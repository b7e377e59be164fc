package gennaker

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// PipelineRef names a stored pipeline.
type PipelineRef struct {
	Application string `json:"application"`
	Pipeline    string `json:"pipeline"` // its id, or its name in the application
}

// String is how people write it: application/pipeline.
func (r PipelineRef) String() string { return r.Application + "/" + r.Pipeline }

// WorkflowID is that of the workflow that keeps the pipeline with that name.
// Case does not count, and names that differ in punctuation alone are one.
func (r PipelineRef) WorkflowID() string {
	return strings.ToLower("pipeline/" + IDPart(r.Application) + "/" + IDPart(r.Pipeline))
}

// Ref names the pipeline as it would be stored.
func (p Pipeline) Ref() PipelineRef { return PipelineRef{p.Application, p.Name} }

// StoredID is the id under which the pipeline would be stored: its own, or
// else one that follows from application and name.
func (p Pipeline) StoredID() string {
	if p.ID != "" {
		return p.ID
	}
	return derivedID(p.Ref().WorkflowID())
}

// Revision is one version of a stored pipeline: who saved it, and when.
type Revision struct {
	Version int       `json:"version"` // from 1
	SavedBy string    `json:"savedBy"`
	SavedAt time.Time `json:"savedAt,omitzero"`
}

// SavedPipeline is a pipeline as it is stored, with its id.
type SavedPipeline struct {
	Pipeline Pipeline `json:"pipeline"`
	Text     string   `json:"text,omitempty"` // the document as it was given, JSON or YAML
	Revision
	// Revisions are the newest ones, the last being the one that is stored.
	Revisions []Revision `json:"revisions,omitempty"`
	Deleted   *Command   `json:"deleted,omitempty"` // who deleted it, in the end
}

// Listing is what is known of the pipeline without its document.
func (s SavedPipeline) Listing() ListedPipeline {
	p := s.Pipeline
	return ListedPipeline{ID: p.ID, Application: p.Application, Name: p.Name, Revision: s.Revision}
}

// ListedPipeline is a stored pipeline without its document.
type ListedPipeline struct {
	ID          string `json:"id"`
	Application string `json:"application"`
	Name        string `json:"name"`
	Revision
}

// Ref names the pipeline.
func (l ListedPipeline) Ref() PipelineRef { return PipelineRef{l.Application, l.Name} }

// SavePipeline asks for a document to be stored.
type SavePipeline struct {
	Pipeline Pipeline `json:"pipeline"`
	Text     string   `json:"text,omitempty"` // as it was given
	User     string   `json:"user"`
	// IfVersion, if not nil, is the version that the stored one must still
	// have; 0 is that of a pipeline that is not stored yet.
	IfVersion *int `json:"ifVersion,omitempty"`
}

// maxStored bounds what is stored, in bytes: the document as it is read and as
// it was given, compressed if it is long. A worker's answer to Temporal repeats
// what it was sent, up to ten saves at once, and must have less than 4 MiB:
// a workflow that exceeds it is ended by force.
const maxStored = 350_000

// Check says why a document cannot be stored, whatever is stored already.
func (s SavePipeline) Check() error {
	p := s.Pipeline
	if IDPart(p.Application) == "" || IDPart(p.Name) == "" {
		return fmt.Errorf("pipeline %s: %w: it needs an application and a name", p.Ref(), ErrInvalid)
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("pipeline %s: %w: %w", p.Ref(), ErrInvalid, err)
	}
	if len(data) > maxStored {
		return fmt.Errorf("pipeline %s: %w: to store it takes %d bytes, compressed, and the limit is %d: split it into several pipelines",
			p.Ref(), ErrInvalid, len(data), maxStored)
	}
	return nil
}

// What became of a SavePipeline.
const (
	PipelineCreated   = "created"
	PipelineUpdated   = "updated"
	PipelineUnchanged = "unchanged" // it was stored like that already
)

// PipelineSaved answers a SavePipeline.
type PipelineSaved struct {
	Result string `json:"result"`
	ListedPipeline
}

// ChoosePipeline finds the pipeline that a reference means: the one with that
// name in the application, or else the one with that id, in whichever
// application. The error is ErrNotFound and names what may have been meant.
func ChoosePipeline(list []ListedPipeline, ref PipelineRef) (ListedPipeline, error) {
	named, err := NamedPipeline(list, ref)
	if err == nil {
		return named, nil
	}
	for _, l := range list {
		if l.ID == ref.Pipeline {
			return l, nil
		}
	}
	return ListedPipeline{}, err
}

// NamedPipeline finds a pipeline by its name alone, as ChoosePipeline does.
func NamedPipeline(list []ListedPipeline, ref PipelineRef) (ListedPipeline, error) {
	for _, l := range list {
		if l.Ref().WorkflowID() == ref.WorkflowID() {
			return l, nil
		}
	}
	return ListedPipeline{}, noPipeline(list, ref)
}

func noPipeline(list []ListedPipeline, ref PipelineRef) error {
	err := fmt.Errorf("pipeline %s: %w", ref, ErrNotFound)
	var applications, names []string
	for _, l := range list {
		applications = append(applications, l.Application)
		if strings.EqualFold(l.Application, ref.Application) {
			names = append(names, l.Name)
		}
	}
	if near := Nearest(ref.Pipeline, names); near != "" {
		return fmt.Errorf("%w: did you mean %s?", err, PipelineRef{ref.Application, near})
	}
	if near := Nearest(ref.Application, applications); near != "" && len(names) == 0 {
		return fmt.Errorf("%w: did you mean application %s?", err, near)
	}
	return fmt.Errorf("%w: `gennaker pipelines list` shows those there are", err)
}
