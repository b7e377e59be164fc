package cloudfoundry

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// The prefixes of our annotations. A mark gennaker:token is the annotation
// gennaker.io/token.
const (
	marksPrefix = "gennaker.io/"
	notesPrefix = "state.gennaker.io/"
)

// notes are what we remember about an app, in its annotations.
type notes struct {
	made     bool               // its creation is over
	disabled bool               // it is out of traffic
	routes   []destination      // that it had before that
	capacity *gennaker.Capacity // as it was asked for
	image    string
	shrunk   *shrunk
}

// shrunk is the last time that instances were ended for good, with how many
// there should be then.
type shrunk struct {
	IDs []string `json:"ids"`
	To  int      `json:"to"`
}

// The names of the notes.
const (
	noteMade     = notesPrefix + "made"
	noteDisabled = notesPrefix + "disabled"
	noteRoutes   = notesPrefix + "routes"
	noteCapacity = notesPrefix + "capacity"
	noteImage    = notesPrefix + "image"
	noteShrunk   = notesPrefix + "shrunk"
)

func notesOf(m *resource.Metadata) notes {
	n := notes{made: annotation(m, noteMade) != "", disabled: annotation(m, noteDisabled) != "", image: annotation(m, noteImage)}
	read := func(name string, into any) bool {
		text := annotation(m, name)
		return text != "" && json.Unmarshal([]byte(text), into) == nil
	}
	read(noteRoutes, &n.routes)
	var c gennaker.Capacity
	if _, err := fmt.Sscanf(annotation(m, noteCapacity), "%d/%d/%d", &c.Min, &c.Desired, &c.Max); err == nil {
		n.capacity = &c
	}
	var s shrunk
	if read(noteShrunk, &s) {
		n.shrunk = &s
	}
	return n
}

func annotation(m *resource.Metadata, name string) string {
	if m == nil || m.Annotations[name] == nil {
		return ""
	}
	return *m.Annotations[name]
}

// marksOf are our marks on a thing.
func marksOf(m *resource.Metadata) map[string]string {
	marks := map[string]string{}
	if m == nil {
		return marks
	}
	for name, value := range m.Annotations {
		if mark, ok := strings.CutPrefix(name, marksPrefix); ok && value != nil {
			marks["gennaker:"+mark] = *value
		}
	}
	return marks
}

func tokenOf(m *resource.Metadata) string { return marksOf(m)[gennaker.MarkToken] }

// marked are metadata with these marks.
func marked(marks map[string]string) *resource.Metadata {
	m := &resource.Metadata{Labels: map[string]*string{}, Annotations: map[string]*string{}}
	for mark, value := range marks {
		m.Annotations[marksPrefix+strings.TrimPrefix(mark, "gennaker:")] = &value
	}
	return m
}

// changes are metadata that set some annotations; an empty text removes one.
func changes(texts map[string]string) *resource.Metadata {
	m := &resource.Metadata{Labels: map[string]*string{}, Annotations: map[string]*string{}}
	for name, text := range texts {
		m.Annotations[name] = nil
		if text != "" {
			m.Annotations[name] = &text
		}
	}
	return m
}

// encoded is a note's text.
func encoded(note any) string {
	text, _ := json.Marshal(note) // of plain structs: never fails
	return string(text)
}
