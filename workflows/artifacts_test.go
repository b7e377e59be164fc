package workflows_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

// startedWith runs a document on artifacts that its trigger brought.
func startedWith(t *testing.T, document string, ids []string, artifacts ...gennaker.Artifact) gennaker.Execution {
	t.Helper()
	return newWorld(t).start(gennaker.Start{Pipeline: decode(t, document), Trigger: gennaker.Trigger{Type: "manual", User: "ada",
		Parameters: map[string]any{"tag": "9"}, Artifacts: artifacts, ExpectedArtifactIDs: ids}})
}

var image = gennaker.Artifact{Type: "docker/image", Name: "gcr.io/shop", Version: "7", Reference: "gcr.io/shop:7"}

func TestAPipelinesExpectedArtifactsAreBoundWhenItStarts(t *testing.T) {
	const matching = `"matchArtifact": {"type": "docker/image", "name": "gcr.io/.*", "artifactAccount": "registry"}`
	for _, c := range []struct {
		name, top, expected string
		ids                 []string
		received            []gennaker.Artifact
		want                string // references of what is bound, or the execution's error
	}{
		{"to what was received", ``, matching, nil, []gennaker.Artifact{image}, "gcr.io/shop:7"},
		{"to the default", ``, matching + `, "useDefaultArtifact": true, "defaultArtifact": {"reference": "gcr.io/shop:1"}`, nil, nil, "gcr.io/shop:1"},
		{"to a default with expressions", ``, matching + `, "useDefaultArtifact": true, "defaultArtifact": {"reference": "gcr.io/shop:${parameters.tag}"}`, nil, nil, "gcr.io/shop:9"},
		{"to what a pattern with expressions matches", ``, `"matchArtifact": {"reference": "${'gcr.io/shop:' + (#toInt(parameters.tag) - 2)}"}`, nil, []gennaker.Artifact{image}, "gcr.io/shop:7"},
		{"what came from outside is not evaluated", ``, matching, nil, []gennaker.Artifact{{Type: "docker/image", Name: "gcr.io/a", Reference: "${parameters.tag}"}}, "${parameters.tag}"},
		{"what other triggers bring is not needed", ``, matching, nil, nil, ""},
		{"what this trigger must bring is", ``, matching, []string{"img"}, nil,
			"failed on startup: expected artifact img (docker/image gcr.io/.*): invalid: no artifact was received"},
		{"only one may match", ``, matching, nil, []gennaker.Artifact{image, {Type: "docker/image", Name: "gcr.io/b"}},
			"failed on startup: expected artifact img (docker/image gcr.io/.*): invalid: several artifacts match it: docker/image gcr.io/shop:7, docker/image gcr.io/b: make matchArtifact say which one"},
		{"a default that cannot be evaluated fails the start", ``, `"matchArtifact": {"type": "x"}, "useDefaultArtifact": true, "defaultArtifact": {"name": "${paramters.tag}"}`, nil, nil,
			"failed on startup: defaultArtifact of expected artifact img (x): name: ${paramters.tag}: "},
		{"unless it is not needed", ``, matching + `, "useDefaultArtifact": true, "defaultArtifact": {"name": "${paramters.tag}"}`, nil, []gennaker.Artifact{image}, "gcr.io/shop:7"},
		{"in Spinnaker's reading its text stays", `"compatibility": "spinnaker",`, matching + `, "useDefaultArtifact": true, "defaultArtifact": {"reference": "${parameters.tga.x}"}`, nil, nil, "${parameters.tga.x}"},
		{"a pattern that cannot be evaluated fails the start", ``, `"matchArtifact": {"name": "${nothing}"}`, nil, nil, "failed on startup: expectedArtifacts[0]: matchArtifact.name: "},
		{"an artifact is an object", ``, `"matchArtifact": "${'docker/image'}"`, nil, nil, "failed on startup: expectedArtifacts[0]: "},
		{"artifacts have their bounds", ``, matching, nil, []gennaker.Artifact{{Type: "x", Reference: strings.Repeat("x", 256<<10)}},
			"failed on startup: artifacts: invalid: those of the trigger are "},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := startedWith(t, fmt.Sprintf(`{"application": "shop", "name": "deploy", %s
				"expectedArtifacts": [{"id": "img", %s}], "stages": [{"type": "group"}]}`, c.top, c.expected), c.ids, c.received...)
			if strings.HasPrefix(c.want, "failed") {
				if e.Status != gennaker.Terminal || !strings.HasPrefix(e.Error, c.want) {
					t.Errorf("ended %s: %s, want TERMINAL: %s", e.Status, e.Error, c.want)
				}
				return
			}
			var bound []string
			for _, x := range e.Trigger.ResolvedExpectedArtifacts {
				bound = append(bound, x.Bound.Reference)
			}
			if got := strings.Join(bound, " "); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("ended %s bound to %q, want %q: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestWhatIsBoundIsAmongTheTriggersArtifacts(t *testing.T) {
	e := startedWith(t, `{"application": "shop", "name": "deploy", "expectedArtifacts": [
		{"id": "a", "matchArtifact": {"type": "docker/image"}},
		{"id": "b", "matchArtifact": {"type": "gcs/object"}, "useDefaultArtifact": true, "defaultArtifact": {"type": "gcs/object", "name": "gs://b"}}],
		"stages": [{"type": "evaluateVariables", "variables": [
			{"key": "names", "value": "${trigger.artifacts.![name]}"},
			{"key": "bound", "value": "${trigger.resolvedExpectedArtifacts.?[id == 'b'][0].boundArtifact.name}"},
			{"key": "same", "value": "${trigger.expectedArtifacts == trigger.resolvedExpectedArtifacts}"},
			{"key": "image", "value": "${#triggerResolvedArtifactByType('docker/image').reference}"}]}]}`, nil, image, image)
	out := e.Stages[0].Outputs
	if got := fmt.Sprintf("%v %v %v %v", out["names"], out["bound"], out["same"], out["image"]); got != "[gcr.io/shop gs://b] gs://b true gcr.io/shop:7" {
		t.Errorf("%s: %s", got, e.Error)
	}
}

// reference is what a stage put out as its nth artifact.
func reference(e gennaker.Execution, stage string, n int) string {
	list, err := gennaker.ArtifactsOf(e.Stage(stage).Outputs["artifacts"])
	if err != nil || n >= len(list) {
		return fmt.Sprintf("none of %d, %v", len(list), err)
	}
	text, err := base64.StdEncoding.DecodeString(list[n].Reference)
	if err != nil || list[n].Type != gennaker.EmbeddedBase64 {
		return list[n].String()
	}
	return list[n].Name + "=" + string(text)
}

func TestArtifactsAreMadeOfTexts(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateArtifacts", "artifactContents": [
			{"name": "a", "contents": "tag: ${parameters.tag}"},
			{"name": "b", "contents": "${a + '!'}"},
			{"name": "empty", "contents": ""}, {"name": "nothing"},
			{"name": "object", "contents": "${ {x: {1, 2}} }"},
			{"name": "${c}", "contents": 7}]}]}`, map[string]any{"tag": "7"})
	var got []string
	for i := range 5 {
		got = append(got, reference(e, "1", i))
	}
	want := `a=tag: 7; b=tag: 7!; object={"x":[1,2]}; ${c}=7; none of 4, <nil>`
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("made %s, want %s: %s", text, want, e.Error)
	}
	made, _ := gennaker.ArtifactsOf(e.Stages[0].Outputs["artifacts"])
	if made[0].Account != "embedded-artifact" {
		t.Errorf("account = %q", made[0].Account)
	}
}

func TestTextsThatCannotBeArtifacts(t *testing.T) {
	for _, c := range []struct{ name, top, contents, want string }{
		{"an expression that fails", ``, `"${nope}"`, "artifactContents[0] a: "},
		{"more than a stage may put out", ``, `"` + strings.Repeat("x", 50<<10) + `"`, "outputs: invalid: they are "},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
				{"type": "evaluateArtifacts", "artifactContents": [{"name": "a", "contents": `+c.contents+`}]}]}`, nil)
			if e.Status != gennaker.Terminal || !strings.HasPrefix(e.Stages[0].Error, c.want) {
				t.Errorf("ended %s: %s, want %s", e.Status, e.Stages[0].Error, c.want)
			}
		})
	}
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "compatibility": "spinnaker", "stages": [
		{"refId": "1", "type": "evaluateArtifacts", "artifactContents": [{"name": "a", "contents": "${nope}"}]}]}`, nil)
	if got := reference(e, "1", 0); got != "a=${nope}" {
		t.Errorf("in Spinnaker's reading the artifact is %s", got)
	}
}

// The stages before the last one put out a and b; the trigger brought an image.
func TestAStagesExpectedArtifactsAreBoundToWhatItSees(t *testing.T) {
	for _, c := range []struct{ name, expected, want string }{
		{"to its own artifact", `{"id": "x", "matchArtifact": {"name": "a"}}`, "a=own"},
		{"to the nearest of those before it", `{"id": "x", "matchArtifact": {"name": "b"}}`, "b=near"},
		{"to one far up", `{"id": "x", "matchArtifact": {"name": "c"}}`, "c=far"},
		{"to the trigger's", `{"id": "x", "matchArtifact": {"type": "docker/image"}}`, "docker/image gcr.io/shop:7"},
		{"to its default", `{"id": "x", "matchArtifact": {"name": "z"}, "useDefaultArtifact": "${true}", "defaultArtifact": {"name": "d${artifacts.size()}", "type": "t"}}`, "t d2"},
		{"what nothing matches fails it", `{"id": "x", "matchArtifact": {"name": "z"}}`,
			"expected artifact x (z): invalid: none of the artifacts received matches: embedded/base64 a, embedded/base64 e, embedded/base64 b, embedded/base64 b, embedded/base64 c, and 1 more"},
		{"the execution before does not count", `{"id": "x", "usePriorArtifact": true, "matchArtifact": {"name": "z"}}`, "expected artifact x (z): invalid: "},
		{"a pattern that cannot be evaluated fails it", `{"id": "x", "matchArtifact": {"name": "${nope}"}}`, "expectedArtifacts[0]: matchArtifact.name: "},
		{"a default that cannot be evaluated fails it", `{"id": "x", "matchArtifact": {"name": "z"}, "useDefaultArtifact": true, "defaultArtifact": {"name": "${nope}"}}`,
			"defaultArtifact of expected artifact x (z): name: "},
		{"what is none fails it", `{"id": "x", "useDefaultArtifact": "${'maybe'}"}`, "expectedArtifacts[0]: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := startedWith(t, `{"application": "shop", "name": "deploy", "stages": [
				{"refId": "1", "type": "evaluateArtifacts", "artifactContents": [{"name": "b", "contents": "far"}, {"name": "c", "contents": "far"}]},
				{"refId": "2", "type": "evaluateArtifacts", "requisiteStageRefIds": ["1"], "artifactContents": [{"name": "b", "contents": "near"}]},
				{"refId": "3", "type": "evaluateArtifacts", "requisiteStageRefIds": ["2"], "expectedArtifacts": [`+c.expected+`],
				 "artifactContents": [{"name": "a", "contents": "own"}, {"name": "e", "contents": "own"}]}]}`, nil, image)
			s := e.Stage("3")
			if s.Status == gennaker.Terminal {
				if !strings.HasPrefix(s.Error, c.want) {
					t.Errorf("failed with %s, want %s", s.Error, c.want)
				}
				return
			}
			if got := reference(e, "3", 0); got != c.want || reference(e, "3", 1) != "none of 1, <nil>" {
				t.Errorf("bound to %s, want %s alone: %s", got, c.want, s.Error)
			}
			bound, _ := s.Outputs["resolvedExpectedArtifacts"].([]any)
			if x, _ := bound[0].(map[string]any); len(bound) != 1 || x["id"] != "x" || x["boundArtifact"] == nil {
				t.Errorf("resolvedExpectedArtifacts = %v", bound)
			}
		})
	}
}

func TestARestartedExecutionKeepsWhatWasBound(t *testing.T) {
	document := decode(t, `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "group"}],
		"expectedArtifacts": [{"id": "img", "matchArtifact": {"type": "docker/image"}, "usePriorArtifact": true}]}`)
	bound := []gennaker.ExpectedArtifact{{ID: "img", Bound: &image}}
	w := newWorld(t)
	withPast(w)
	e := w.start(gennaker.Start{Pipeline: document, Restarted: &gennaker.Restart{Stage: "1"},
		Trigger: gennaker.Trigger{ResolvedExpectedArtifacts: bound}})
	if got := e.Trigger.ResolvedExpectedArtifacts; len(got) != 1 || got[0].Bound.Reference != image.Reference {
		t.Errorf("ended %s bound to %+v: %s", e.Status, got, e.Error)
	}
}

func TestAChildPipelineMustBeGivenWhatItsTriggerNames(t *testing.T) {
	w := newWorld(t)
	named := func(parent string, ids ...any) map[string]any {
		return map[string]any{"type": "pipeline", "pipeline": parent, "expectedArtifactIds": ids}
	}
	w.stored = append(w.stored, gennaker.Pipeline{Application: "shop", Name: "child", Stages: []gennaker.Stage{{Type: "group"}},
		Triggers: []map[string]any{named("parent-id", "img", "chart"), named("another", "x"), {"type": "cron", "expectedArtifactIds": []any{"y"}}}})
	w.run(`{"id": "parent-id", "application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateArtifacts", "artifactContents": [{"name": "a", "contents": "x"}]},
		{"refId": "2", "type": "pipeline", "pipeline": "child", "requisiteStageRefIds": ["1"]}]}`, nil)
	started := w.others.Started()
	if len(started) != 1 {
		t.Fatalf("%d executions were started, want 1", len(started))
	}
	trigger := started[0].Trigger
	if got := strings.Join(trigger.ExpectedArtifactIDs, " "); got != "img chart" || len(trigger.Artifacts) != 1 || trigger.Artifacts[0].Name != "a" {
		t.Errorf("the child must have %s and is given %v, want img and chart, and a", got, trigger.Artifacts)
	}
}
