package workflows_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// documentWorld is the workflow that keeps shop/deploy.
func documentWorld(t *testing.T) *world {
	w := newWorld(t)
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "pipeline/shop/deploy", TaskQueue: gennaker.TaskQueue})
	return w
}

func (w *world) keep(saved gennaker.SavedPipeline) error {
	w.t.Helper()
	w.env.ExecuteWorkflow(gennaker.PipelineDocumentWorkflow, saved)
	if !w.env.IsWorkflowCompleted() {
		w.t.Fatal("the document's workflow did not end")
	}
	return w.env.GetWorkflowError()
}

// kept is the document as it was last.
func (w *world) kept() gennaker.SavedPipeline {
	w.t.Helper()
	var saved gennaker.SavedPipeline
	if err := w.env.GetWorkflowResult(&saved); err != nil {
		w.t.Fatalf("result: %v", err)
	}
	return saved
}

// storedDocument asks a running workflow for its document.
func (w *world) storedDocument() gennaker.SavedPipeline {
	w.t.Helper()
	var saved gennaker.SavedPipeline
	value, err := w.env.QueryWorkflow(gennaker.QueryDocument)
	if err == nil {
		err = value.Get(&saved)
	}
	if err != nil {
		w.t.Errorf("query: %v", err)
	}
	return saved
}

func aPipeline(name string) gennaker.Pipeline {
	return gennaker.Pipeline{Application: "shop", Name: name, Stages: []gennaker.Stage{{Type: "wait", Config: map[string]any{"waitTime": 1.0}}}}
}

// noise is text that cannot be compressed to less than three quarters.
func noise(length int) string {
	text := make([]byte, length)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = byte(' ' + r.IntN(64))
	}
	return string(text)
}

func saving(p gennaker.Pipeline, text string) gennaker.SavePipeline {
	return gennaker.SavePipeline{Pipeline: p, Text: text, User: "ada"}
}

func told(t *testing.T, a *answer) string {
	t.Helper()
	if a.err != nil {
		return a.err.Error()
	}
	saved, ok := a.value.(gennaker.PipelineSaved)
	if !ok {
		t.Fatalf("answered with %T", a.value)
	}
	return fmt.Sprintf("%s %d", saved.Result, saved.Version)
}

func TestADocumentIsSavedUpdatedAndDeleted(t *testing.T) {
	w := documentWorld(t)
	first := w.update(0, gennaker.UpdateSave, saving(aPipeline("deploy"), "one"))
	again := w.update(time.Hour, gennaker.UpdateSave, saving(aPipeline("deploy"), "one"))
	second := w.update(2*time.Hour, gennaker.UpdateSave, saving(aPipeline("Deploy"), "two"))
	w.env.RegisterDelayedCallback(func() {
		got := w.storedDocument()
		if got.Version != 2 || got.Text != "two" || got.Pipeline.Name != "Deploy" || got.Pipeline.Stages[0].RefID != "0" {
			t.Errorf("document = %+v, want version 2 of Deploy", got)
		}
	}, 3*time.Hour)
	deleted := w.update(4*time.Hour, gennaker.UpdateDelete, gennaker.Command{User: "bob"})
	if err := w.keep(gennaker.SavedPipeline{}); err != nil {
		t.Fatalf("ended with %v", err)
	}
	got := told(t, first) + ", " + told(t, again) + ", " + told(t, second)
	if want := "created 1, unchanged 1, updated 2"; got != want {
		t.Errorf("answers = %s, want %s", got, want)
	}
	last := w.kept()
	if deleted.err != nil || last.Deleted == nil || last.Deleted.User != "bob" || last.Version != 2 {
		t.Errorf("delete = %v, then %+v, want version 2 deleted by bob", deleted.err, last)
	}
	if want := (gennaker.Pipeline{Application: "shop", Name: "deploy"}).StoredID(); last.Pipeline.ID != want {
		t.Errorf("id = %s, want %s", last.Pipeline.ID, want)
	}
	if r := last.Revisions; len(r) != 2 || r[0].Version != 1 || r[0].SavedBy != "ada" || !r[0].SavedAt.Equal(w.begun) {
		t.Errorf("revisions = %v, want two, the first by ada at %s", r, w.begun)
	}
}

func TestADocumentKeepsItsID(t *testing.T) {
	named := aPipeline("deploy")
	named.ID = "from-spinnaker"
	other := aPipeline("deploy")
	other.ID = "another"
	w := documentWorld(t)
	w.update(0, gennaker.UpdateSave, saving(named, "one"))
	without := w.update(time.Second, gennaker.UpdateSave, saving(aPipeline("deploy"), "two"))
	with := w.update(2*time.Second, gennaker.UpdateSave, saving(other, "three"))
	w.update(time.Minute, gennaker.UpdateDelete, gennaker.Command{User: "ada"})
	if err := w.keep(gennaker.SavedPipeline{}); err != nil {
		t.Fatal(err)
	}
	if got := told(t, without); got != "updated 2" {
		t.Errorf("save without id = %s, want updated 2", got)
	}
	if got, want := told(t, with), "already exists with id from-spinnaker and not another"; !strings.Contains(got, want) {
		t.Errorf("save with another id = %s, want %s", got, want)
	}
	if got := w.kept().Pipeline.ID; got != "from-spinnaker" {
		t.Errorf("id = %s, want from-spinnaker", got)
	}
}

func TestADocumentWithMistakesIsRefused(t *testing.T) {
	change := func(f func(*gennaker.SavePipeline)) gennaker.SavePipeline {
		s := saving(aPipeline("deploy"), "text")
		f(&s)
		return s
	}
	for _, c := range []struct {
		name string
		save gennaker.SavePipeline
		want string
	}{
		{"a type that nobody knows", change(func(s *gennaker.SavePipeline) { s.Pipeline.Stages[0].Type = "wiat" }),
			`pipeline shop/deploy: stage 0: type "wiat": invalid: there is no such type`},
		{"stages in a ring", change(func(s *gennaker.SavePipeline) {
			s.Pipeline.Stages[0].RefID, s.Pipeline.Stages[0].Requisites = "1", []string{"1"}
		}), "they wait for each other: 1"},
		{"the name of another pipeline", saving(aPipeline("destroy"), ""), "it is kept in workflow pipeline/shop/destroy and not in pipeline/shop/deploy"},
		{"no name", saving(aPipeline(" "), ""), "it needs an application and a name"},
		{"too large", saving(aPipeline("deploy"), noise(400_000)), "and the limit is 350000: split it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := documentWorld(t)
			refused := w.update(0, gennaker.UpdateSave, c.save)
			w.env.RegisterDelayedCallback(func() {
				if got := w.storedDocument(); got.Version != 0 {
					t.Errorf("document = %+v, want none", got)
				}
			}, time.Second)
			if err := w.keep(gennaker.SavedPipeline{}); err != nil {
				t.Fatalf("ended with %v", err)
			}
			if refused.accepted || refused.err == nil || !strings.Contains(refused.err.Error(), c.want) {
				t.Errorf("save = accepted %v, %v, want %s", refused.accepted, refused.err, c.want)
			}
			if took := w.env.Now().Sub(w.begun); took > 2*time.Minute {
				t.Errorf("the empty workflow stayed for %s", took)
			}
		})
	}
}

func TestADocumentIsNotTakenForAnother(t *testing.T) {
	w := newWorld(t)
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "pipeline/shop/a-b", TaskQueue: gennaker.TaskQueue})
	w.update(0, gennaker.UpdateSave, saving(aPipeline("a b"), ""))
	other := w.update(time.Second, gennaker.UpdateSave, saving(aPipeline("a&b"), ""))
	w.update(time.Minute, gennaker.UpdateDelete, gennaker.Command{User: "ada"})
	if err := w.keep(gennaker.SavedPipeline{}); err != nil {
		t.Fatal(err)
	}
	if got, want := told(t, other), "pipeline shop/a&b: already exists as shop/a b: "; !strings.Contains(got, want) {
		t.Errorf("save = %s, want %s", got, want)
	}
}

func TestAStaleSaveIsRefusedWhenAsked(t *testing.T) {
	w := documentWorld(t)
	number := 0
	save := func(text string, version int) *answer {
		s := saving(aPipeline("deploy"), text)
		s.IfVersion = &version
		number++
		return w.update(time.Duration(number)*time.Second, gennaker.UpdateSave, s)
	}
	answers := []*answer{save("one", 1), save("one", 0), save("two", 0), save("two", 1), save("three", 1)}
	w.update(time.Minute, gennaker.UpdateDelete, gennaker.Command{User: "ada"})
	if err := w.keep(gennaker.SavedPipeline{}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"not found: there is no version 1 to replace",
		"created 1",
		"already exists as version 1, saved by ada",
		"updated 2",
		"already exists as version 2, saved by ada",
	} {
		if got := told(t, answers[i]); !strings.Contains(got, want) {
			t.Errorf("save %d = %s, want %s", i+1, got, want)
		}
	}
}

func TestADeletedDocumentTakesNoMore(t *testing.T) {
	w := documentWorld(t)
	early := w.update(0, gennaker.UpdateDelete, gennaker.Command{User: "ada"})
	w.update(time.Second, gennaker.UpdateSave, saving(aPipeline("deploy"), ""))
	w.env.RegisterDelayedCallback(func() { // all in one workflow task
		w.env.UpdateWorkflow(gennaker.UpdateDelete, "", &answer{}, gennaker.Command{User: "bob"})
	}, time.Minute)
	if err := w.keep(gennaker.SavedPipeline{}); err != nil {
		t.Fatal(err)
	}
	if early.err == nil || !strings.Contains(early.err.Error(), "not found") {
		t.Errorf("delete before the first save = %v, want not found", early.err)
	}
	if w.kept().Deleted.User != "bob" {
		t.Errorf("kept = %+v, want deleted by bob", w.kept())
	}
}

func TestTheNewestTwentyRevisionsAreKept(t *testing.T) {
	w := documentWorld(t)
	for i := range 25 {
		w.update(time.Duration(i)*time.Second, gennaker.UpdateSave, saving(aPipeline("deploy"), fmt.Sprint(i)))
	}
	w.update(time.Minute, gennaker.UpdateDelete, gennaker.Command{User: "ada"})
	if err := w.keep(gennaker.SavedPipeline{}); err != nil {
		t.Fatal(err)
	}
	r := w.kept().Revisions
	if len(r) != 20 || r[0].Version != 6 || r[19].Version != 25 {
		t.Errorf("revisions = %v, want 6 to 25", r)
	}
}

// A long history is continued in a new one, with everything that was kept.
func TestADocumentContinuesAsNew(t *testing.T) {
	w := documentWorld(t)
	w.update(0, gennaker.UpdateSave, saving(aPipeline("deploy"), "one"))
	last := w.update(time.Hour, gennaker.UpdateSave, saving(aPipeline("deploy"), "two"))
	w.env.RegisterDelayedCallback(func() {
		w.env.SetContinueAsNewSuggested(true)
		w.env.SignalWorkflow("anything", nil) // begins a workflow task
	}, 2*time.Hour)
	err := w.keep(gennaker.SavedPipeline{})
	var continued *workflow.ContinueAsNewError
	if !errors.As(err, &continued) {
		t.Fatalf("ended with %v, want continued as new", err)
	}
	if got := told(t, last); got != "updated 2" {
		t.Errorf("the last save of the long history = %s, want updated 2", got)
	}
	var carried gennaker.SavedPipeline
	if err := converter.GetDefaultDataConverter().FromPayloads(continued.Input, &carried); err != nil {
		t.Fatal(err)
	}

	next := documentWorld(t)
	next.env.RegisterDelayedCallback(func() {
		if got := next.storedDocument(); got.Version != 2 || got.Text != "two" || len(got.Revisions) != 2 {
			t.Errorf("document after continuing = %+v, want version 2", got)
		}
	}, 24*time.Hour)
	third := next.update(25*time.Hour, gennaker.UpdateSave, saving(aPipeline("deploy"), "three"))
	next.update(26*time.Hour, gennaker.UpdateDelete, gennaker.Command{User: "ada"})
	if err := next.keep(carried); err != nil {
		t.Fatal(err)
	}
	if got := told(t, third); got != "updated 3" {
		t.Errorf("save after continuing = %s, want updated 3", got)
	}
}
