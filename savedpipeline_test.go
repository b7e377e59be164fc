package gennaker

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStoredID(t *testing.T) {
	for _, c := range []struct {
		name string
		p, q Pipeline
		same bool
	}{
		{"the document's own wins", Pipeline{ID: "x", Application: "shop", Name: "a"}, Pipeline{ID: "x", Application: "shop", Name: "b"}, true},
		{"it follows from application and name", Pipeline{Application: "shop", Name: "deploy"}, Pipeline{Application: "shop", Name: "deploy", Description: "new"}, true},
		{"case does not count", Pipeline{Application: "shop", Name: "deploy"}, Pipeline{Application: "Shop", Name: "Deploy"}, true},
		{"another name is another pipeline", Pipeline{Application: "shop", Name: "deploy"}, Pipeline{Application: "shop", Name: "destroy"}, false},
		{"so is another application", Pipeline{Application: "shop", Name: "deploy"}, Pipeline{Application: "shops", Name: "deploy"}, false},
	} {
		if got := c.p.StoredID() == c.q.StoredID(); got != c.same {
			t.Errorf("%s: %s and %s", c.name, c.p.StoredID(), c.q.StoredID())
		}
	}
	// Documents refer to it, so it may never change.
	const want = "6808c6da-cbb2-5134-9697-28b34f47867a"
	if got := (Pipeline{Application: "shop", Name: "deploy"}).StoredID(); got != want {
		t.Errorf("StoredID = %s, want %s", got, want)
	}
}

func TestPipelineRefWorkflowID(t *testing.T) {
	for ref, want := range map[PipelineRef]string{
		{"shop", "deploy"}:              "pipeline/shop/deploy",
		{"Shop", "Deploy to prod (EU)"}: "pipeline/shop/deploy-to-prod--eu-",
		{"shop", "a/b"}:                 "pipeline/shop/a-b",
		{"shop", " Übung_1.2 "}:         "pipeline/shop/übung_1.2",
	} {
		if got := ref.WorkflowID(); got != want {
			t.Errorf("%v.WorkflowID() = %q, want %q", ref, got, want)
		}
	}
}

func TestChoosePipeline(t *testing.T) {
	list := []ListedPipeline{
		{ID: "1", Application: "shop", Name: "Deploy"},
		{ID: "2", Application: "shop", Name: "1"},
		{ID: "3", Application: "bank", Name: "Bake"},
	}
	for _, c := range []struct {
		name string
		ref  PipelineRef
		id   string
		err  string
	}{
		{name: "by name", ref: PipelineRef{"shop", "Deploy"}, id: "1"},
		{name: "by name in any case", ref: PipelineRef{"SHOP", "deploy"}, id: "1"},
		{name: "a name wins over an id", ref: PipelineRef{"shop", "1"}, id: "2"},
		{name: "by id", ref: PipelineRef{"bank", "1"}, id: "1"},
		{name: "by id without an application", ref: PipelineRef{"", "3"}, id: "3"},
		{name: "a near miss", ref: PipelineRef{"shop", "deplyo"}, err: "pipeline shop/deplyo: not found: did you mean shop/Deploy?"},
		{name: "a near miss of the application", ref: PipelineRef{"shpo", "deploy"}, err: "pipeline shpo/deploy: not found: did you mean application shop?"},
		{name: "nothing near", ref: PipelineRef{"shop", "canary"}, err: "pipeline shop/canary: not found: `gennaker pipelines list` shows those there are"},
	} {
		got, err := ChoosePipeline(list, c.ref)
		if c.err == "" && (err != nil || got.ID != c.id) {
			t.Errorf("%s: ChoosePipeline(%v) = %v, %v, want id %s", c.name, c.ref, got, err, c.id)
		}
		if c.err != "" && (!errors.Is(err, ErrNotFound) || err.Error() != c.err) {
			t.Errorf("%s: ChoosePipeline(%v) = %v, want %s", c.name, c.ref, err, c.err)
		}
	}
}

// What is stored is one flat object, so that people can read it in Temporal.
func TestSavedPipelineAsJSON(t *testing.T) {
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	s := SavedPipeline{Pipeline: Pipeline{ID: "1", Application: "shop", Name: "deploy"}, Revision: Revision{2, "ada", at}}
	for _, v := range []any{s, s.Listing(), PipelineSaved{Result: PipelineUpdated, ListedPipeline: s.Listing()}} {
		data, err := json.Marshal(v)
		if want := `"version":2,"savedBy":"ada","savedAt":"2026-11-25T10:00:00Z"`; err != nil || !strings.Contains(string(data), want) {
			t.Errorf("Marshal(%T) = %s, %v, want %s in it", v, data, err, want)
		}
	}
}

// A long document travels compressed, so that it fits into Temporal's limits.
func TestALongDocumentTravelsCompressed(t *testing.T) {
	s := SavePipeline{Pipeline: Pipeline{Application: "shop", Name: "deploy"}, User: "ada"}
	for i := range 1000 {
		s.Text += fmt.Sprintf("  {\"refId\": \"%d\", \"type\": \"wait\", \"name\": \"stage %d\",\n   \"comments\": %q}\n", i, i*i, strings.Repeat("about it ", 110))
	}
	if len(s.Text) < 1<<20 {
		t.Fatalf("the text has %d bytes, want 1 MiB", len(s.Text))
	}
	data, err := json.Marshal(s)
	if err != nil || len(data) > maxStored {
		t.Fatalf("Marshal = %d bytes, %v, want at most %d", len(data), err, maxStored)
	}
	if err := s.Check(); err != nil {
		t.Errorf("Check = %v", err)
	}
	var back SavePipeline
	if err := json.Unmarshal(data, &back); err != nil || back.Text != s.Text || back.User != "ada" {
		t.Errorf("Unmarshal = user %q, %d bytes of text, %v", back.User, len(back.Text), err)
	}
	if err := json.Unmarshal([]byte(`{"packed": "bm8="}`), &back); !errors.Is(err, ErrInvalid) {
		t.Errorf("Unmarshal of no gzip = %v, want %v", err, ErrInvalid)
	}
}
