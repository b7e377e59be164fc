package starter

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestParseParameters(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       map[string]any
	}{
		{"JSON", `{"version": 2, "deep": {"a": [1, "x"]}}`, map[string]any{"version": 2.0, "deep": map[string]any{"a": []any{1.0, "x"}}}},
		{"YAML", "version: 2\nfast: true\n", map[string]any{"version": 2.0, "fast": true}},
		{"an empty file", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseParameters([]byte(c.text))
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("parseParameters(%q) = %#v, %v; want %#v", c.text, got, err, c.want)
			}
		})
	}
	for _, bad := range []string{"- a\n- b\n", "just text", "a: [", "1: x\n2: y\n? [a]\n: b\n"} {
		if got, err := parseParameters([]byte(bad)); err == nil {
			t.Errorf("parseParameters(%q) = %v, want an error", bad, got)
		}
	}
}

func TestDetailsOf(t *testing.T) {
	start := gennaker.Start{
		Pipeline: gennaker.Pipeline{Description: "ships the shop"},
		Trigger:  gennaker.Trigger{Parameters: map[string]any{"version": 2.0, "env": "prod"}},
	}
	if got, want := detailsOf(start), "ships the shop\n- **env**: prod\n- **version**: 2"; got != want {
		t.Errorf("detailsOf = %q, want %q", got, want)
	}
	start.Pipeline.Description = strings.Repeat("é", maxDetails)
	if got := cut(detailsOf(start), maxDetails); len(got) > maxDetails {
		t.Errorf("details have %d bytes, want at most %d", len(got), maxDetails)
	}
}

func TestRewind(t *testing.T) {
	e := gennaker.Execution{ID: "shop/deploy/1", Stages: []gennaker.StageExecution{
		{RefID: "1", Name: "bake", Status: gennaker.Succeeded, Outputs: map[string]any{"image": "x"}},
		{RefID: "2", Name: "deploy", Requisites: []string{"1"}, Status: gennaker.Terminal},
		{RefID: "3", Name: "check", Requisites: []string{"2"}, Status: gennaker.NotStarted},
	}}
	var start gennaker.Start
	if err := rewind(&start, e, gennaker.Restart{Stage: "deploy", User: "ada"}, at(0)); err != nil {
		t.Fatal(err)
	}
	if r := start.Restarted; r == nil || r.Stage != "2" || r.User != "ada" || !r.At.Equal(at(0)) {
		t.Errorf("Restarted = %+v, want stage 2, by ada, now", start.Restarted)
	}
	kept, again := start.Carried[0], start.Carried[1]
	if kept.Outputs["image"] != "x" || again.Status != gennaker.NotStarted || again.Attempt != 1 {
		t.Errorf("Carried = %+v, want stage 1 as it was and stage 2 to run again", start.Carried)
	}
	for stage, want := range map[string]int{"nine": exitNotFound, "check": exitRefused} {
		err := rewind(&start, e, gennaker.Restart{Stage: stage}, at(0))
		if got := explain(err, ""); got.code != want {
			t.Errorf("restart of stage %s = %v with exit code %d, want %d", stage, err, got.code, want)
		}
	}
}

func TestParseCapacity(t *testing.T) {
	for text, want := range map[string]gennaker.Capacity{
		"3":     {Min: 3, Desired: 3, Max: 3},
		"1/3/9": {Min: 1, Desired: 3, Max: 9},
		"0":     {},
	} {
		if got, err := parseCapacity(text); got != want || err != nil {
			t.Errorf("parseCapacity(%s) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "1/2", "3/2/1", "-1", "1/2/3/4", "1//3"} {
		if got, err := parseCapacity(bad); explain(err, "").code != exitUsage {
			t.Errorf("parseCapacity(%q) = %v, %v; want a usage error", bad, got, err)
		}
	}
}
