package gennaker

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"
)

// diamond is 1 → 2, 3 → 4, with 5 by itself.
func diamond(statuses ...Status) Execution {
	e := Execution{Stages: []StageExecution{
		{RefID: "1", Name: "build"},
		{RefID: "2", Name: "left", Requisites: []string{"1"}},
		{RefID: "3", Name: "right", Requisites: []string{"1"}},
		{RefID: "4", Name: "join", Requisites: []string{"2", "3"}},
		{RefID: "5", Name: "alone"},
	}}
	for i, s := range statuses {
		e.Stages[i].Status = s
		e.Stages[i].Outputs = map[string]any{"by": e.Stages[i].RefID}
	}
	return e
}

func TestRewindClearsAStageAndAllBelowIt(t *testing.T) {
	e := diamond(Succeeded, Terminal, Succeeded, NotStarted, Succeeded)
	s, err := e.Rewind(Restart{Stage: "left", User: "ada"})
	if err != nil || s.RefID != "2" || s.Restarted.User != "ada" {
		t.Fatalf("Rewind = %+v, %v", s, err)
	}
	for i, want := range []Status{Succeeded, NotStarted, Succeeded, NotStarted, Succeeded} {
		if got := e.Stages[i]; got.Status != want || (got.Outputs == nil) != (want == NotStarted) {
			t.Errorf("stage %s is %s with outputs %v, want %s", got.RefID, got.Status, got.Outputs, want)
		}
	}
	if e.Stages[1].Attempt != 1 || e.Stages[3].Attempt != 1 || e.Stages[0].Attempt != 0 {
		t.Errorf("attempts = %d %d %d, want 1 for what was cleared", e.Stages[1].Attempt, e.Stages[3].Attempt, e.Stages[0].Attempt)
	}
}

func TestRewindAlsoClearsWhatWasCancelled(t *testing.T) {
	e := diamond(Succeeded, Terminal, Canceled, NotStarted, Canceled)
	if _, err := e.Rewind(Restart{Stage: "2"}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []Status{Succeeded, NotStarted, NotStarted, NotStarted, NotStarted} {
		if got := e.Stages[i].Status; got != want {
			t.Errorf("stage %d is %s, want %s", i+1, got, want)
		}
	}
}

func TestRewindRefusesAndChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name, stage string
		e           Execution
		kind        error
	}{
		{"a stage that is not there", "9", diamond(Succeeded, Succeeded, Succeeded, Succeeded, Succeeded), ErrNotFound},
		{"a stage that runs", "2", diamond(Succeeded, Running, Succeeded, NotStarted, Succeeded), ErrInvalid},
		{"a stage that has not started", "4", diamond(Succeeded, Running, Succeeded, NotStarted, Succeeded), ErrInvalid},
		{"a stage with one that runs below it", "1", diamond(Succeeded, Succeeded, Running, NotStarted, Succeeded), ErrInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := diamond()
			before.Stages = append(before.Stages[:0], c.e.Stages...)
			if _, err := c.e.Rewind(Restart{Stage: c.stage}); !errors.Is(err, c.kind) {
				t.Errorf("Rewind = %v, want %v", err, c.kind)
			}
			if !reflect.DeepEqual(before.Stages, c.e.Stages) {
				t.Errorf("stages = %+v, want them untouched", c.e.Stages)
			}
		})
	}
}

func TestJudgmentsMustSayContinueInSoManyWords(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{`{"stage": "1", "continue": true, "by": "ada"}`, true},
		{`{"stage": "1", "continue": false, "by": "ada", "comment": "no"}`, true},
		{`{"stage": "1", "by": "ada"}`, false},
		{`{"stage": "1", "contine": true, "by": "ada"}`, false},
		{`{"stage": "1", "continue": "yes", "by": "ada"}`, false},
		{`"yes"`, false},
		{`null`, false},
	} {
		var j Judgment
		err := json.Unmarshal([]byte(c.text), &j)
		if c.text == "null" {
			err = j.UnmarshalJSON([]byte(c.text))
		}
		if (err == nil) != c.ok || (err != nil && !errors.Is(err, ErrInvalid)) {
			t.Errorf("%s: %v, want ok %t", c.text, err, c.ok)
		}
	}
	given := Judgment{Stage: "1", Continue: true, By: "ada", At: time.Unix(1, 0).UTC(), Signature: []byte("x")}
	text, _ := json.Marshal(given)
	var read Judgment
	if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, given) {
		t.Errorf("%s is read as %+v, %v", text, read, err)
	}
}
