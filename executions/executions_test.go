package executions

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gennaker/gennaker"
)

func TestNewID(t *testing.T) {
	p := gennaker.Pipeline{Application: "shop", Name: " Deploy to prod/eu ü\n"}
	if got, want := NewID(p, "build 7"), "shop/Deploy-to-prod-eu-ü/build-7"; got != want {
		t.Errorf("NewID = %q, want %q", got, want)
	}
	first, second := NewID(p, ""), NewID(p, "")
	if first == second || !strings.HasPrefix(first, "shop/Deploy-to-prod-eu-ü/0") {
		t.Errorf("NewID = %s, then %s; want two different ids", first, second)
	}
}

func TestADerivedIDIsTheSameForTheSameKey(t *testing.T) {
	p := gennaker.Pipeline{Application: "shop", Name: "deploy"}
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	one, again, other := DerivedID(p, at, "a"), DerivedID(p, at, "a"), DerivedID(p, at, "b")
	if one != again || one == other {
		t.Errorf("DerivedID = %s, %s and, for another key, %s", one, again, other)
	}
	id, err := ulid.ParseStrict(strings.TrimPrefix(one, "shop/deploy/"))
	if err != nil || !ulid.Time(id.Time()).Equal(at) {
		t.Errorf("DerivedID = %s, %v; want a ULID of %s", one, err, at)
	}
}

func TestDetails(t *testing.T) {
	start := gennaker.Start{
		Pipeline: gennaker.Pipeline{Description: "ships the shop"},
		Trigger: gennaker.Trigger{Parameters: map[string]any{"version": 2.0, "env": "prod"},
			Artifacts: []gennaker.Artifact{{Type: "docker/image", Reference: "shop:7"}}},
	}
	if got, want := details(start), "ships the shop\n- **env**: prod\n- **version**: 2\n- artifact docker/image shop:7"; got != want {
		t.Errorf("details = %q, want %q", got, want)
	}
	start.Pipeline.Description = strings.Repeat("é", maxDetails)
	if got := cut(details(start), maxDetails); len(got) > maxDetails {
		t.Errorf("details have %d bytes, want at most %d", len(got), maxDetails)
	}
}

func TestARewoundStartCarriesTheStagesThatStay(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	e := gennaker.Execution{ID: "shop/deploy/1", Trigger: gennaker.Trigger{User: "ada"}, Stages: []gennaker.StageExecution{
		{RefID: "1", Name: "bake", Status: gennaker.Succeeded, Outputs: map[string]any{"image": "x"}},
		{RefID: "2", Name: "deploy", Requisites: []string{"1"}, Status: gennaker.Terminal},
		{RefID: "3", Name: "check", Requisites: []string{"2"}, Status: gennaker.NotStarted},
	}}
	before := gennaker.Start{Pipeline: gennaker.Pipeline{Name: "deploy"}, Continued: &gennaker.Execution{}}
	start, err := rewound(before, e, gennaker.Restart{Stage: "deploy", User: "ada"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if r := start.Restarted; r == nil || r.Stage != "2" || r.User != "ada" || !r.At.Equal(now) {
		t.Errorf("Restarted = %+v, want stage 2, by ada, now", start.Restarted)
	}
	if start.Pipeline.Name != "deploy" || start.Trigger.User != "ada" || start.Continued != nil {
		t.Errorf("Start = %+v, want the document, the execution's trigger, and nothing to continue", start)
	}
	kept, again := start.Carried[0], start.Carried[1]
	if kept.Outputs["image"] != "x" || again.Status != gennaker.NotStarted || again.Attempt != 1 {
		t.Errorf("Carried = %+v, want stage 1 as it was and stage 2 to run again", start.Carried)
	}
	for stage, want := range map[string]error{"nine": gennaker.ErrNotFound, "check": gennaker.ErrInvalid} {
		if _, err := rewound(before, e, gennaker.Restart{Stage: stage}, now); !errors.Is(err, want) {
			t.Errorf("restart of stage %s = %v, want %v", stage, err, want)
		}
	}
}
