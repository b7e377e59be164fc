package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// past is an execution that put out an image, in one stage of several.
func (w *world) past(id, application, name string, status gennaker.Status, age time.Duration, reference string) {
	w.others.Put(gennaker.Execution{ID: id, Application: application, Name: name, Status: status, StartTime: w.begun.Add(-age),
		Trigger: gennaker.Trigger{Artifacts: []gennaker.Artifact{{Type: "gcs/object", Reference: "gs://" + id}}},
		Stages: []gennaker.StageExecution{
			{RefID: "bake", Outputs: map[string]any{"artifacts": []any{map[string]any{"type": "docker/image", "reference": reference}}}},
			{RefID: "none"}}})
}

// withPast makes executions of the pipelines shop/bake and shop/deploy.
func withPast(w *world) {
	w.past("shop/bake/1", "shop", "bake", gennaker.Succeeded, 5*time.Hour, "bake:1")
	w.past("shop/bake/2", "shop", "bake", gennaker.Succeeded, 4*time.Hour, "bake:2")
	w.past("shop/bake/3", "shop", "bake", gennaker.Terminal, 3*time.Hour, "bake:3")
	w.past("shop/bake/4", "shop", "bake", gennaker.Running, 2*time.Hour, "bake:4")
	w.past("shop/bake/5", "shop", "bake", gennaker.Canceled, time.Hour, "bake:5")
	w.past("shop/deploy/0", "shop", "deploy", gennaker.Succeeded, time.Hour, "deploy:0")
	w.past(executionID, "shop", "deploy", gennaker.Running, 0, "deploy:now")
	w.past("other/bake/1", "other", "bake", gennaker.Succeeded, time.Hour, "other:1")
	w.others.Put(gennaker.Execution{ID: "shop/bake/6", Application: "shop", Name: "bake", Status: gennaker.Terminal, StartTime: w.begun})
}

func TestArtifactsAreFoundInTheNewestExecution(t *testing.T) {
	const image = `, "expectedArtifacts": [{"id": "x", "matchArtifact": {"type": "docker/image"}}]`
	for _, c := range []struct{ name, fields, want string }{
		{"that succeeded, by default", `"pipeline": "bake"` + image, "bake:2"},
		{"that succeeded", `"pipeline": "bake", "executionOptions": {"successful": true}` + image, "bake:2"},
		{"in the old word", `"pipeline": "bake", "executionOptions": {"succeeded": true}` + image, "bake:2"},
		{"that failed, in its stages", `"pipeline": "bake", "executionOptions": {"terminal": true}` + image, "bake:3"},
		{"that runs", `"pipeline": "bake", "executionOptions": {"running": true}` + image, "bake:4"},
		{"of several kinds", `"pipeline": "bake", "executionOptions": {"successful": true, "terminal": "${true}"}` + image, "bake:3"},
		{"of any kind", `"pipeline": "bake", "executionOptions": {}` + image, "bake:5"},
		{"of another application", `"application": "other", "pipeline": "${'ba' + 'ke'}"` + image, "other:1"},
		{"of a stored pipeline, by its id", `"pipeline": "0b7c"` + image, "bake:2"},
		{"of its own pipeline, but for itself", `"pipeline": "deploy", "executionOptions": {}` + image, "deploy:0"},
		{"with the old field", `"pipeline": "bake", "expectedArtifact": {"id": "x", "matchArtifact": {"reference": "${'bake:.'}"}}`, "bake:2"},
		{"in what it was started with", `"pipeline": "bake", "expectedArtifacts": [{"id": "x", "matchArtifact": {"type": "gcs/object"}}]`, "gs://shop/bake/2"},
		{"or the default is taken", `"pipeline": "gone", "expectedArtifacts": [{"id": "x", "matchArtifact": {"type": "docker/image"},
			"useDefaultArtifact": true, "defaultArtifact": {"reference": "${'d' + 1}"}}]`, "d1"},
		{"of which there is none", `"pipeline": "gone"` + image,
			"pipeline shop/gone: there is no execution that is SUCCEEDED: expected artifact x (docker/image): invalid: no artifact was received"},
		{"of which there is none at all", `"pipeline": "gone", "executionOptions": {}` + image,
			"pipeline shop/gone: there is no execution: expected artifact x "},
		{"which lacks it", `"pipeline": "bake", "expectedArtifacts": [{"id": "x", "matchArtifact": {"type": "s3/object"}}]`,
			"execution shop/bake/2: expected artifact x (s3/object): invalid: no artifact was received"},
		{"whose default fails", `"pipeline": "gone", "expectedArtifacts": [{"id": "x", "useDefaultArtifact": true, "defaultArtifact": {"name": "${nope}"}}]`,
			"defaultArtifact of expected artifact x: name: "},
		{"without saying what", `"pipeline": "bake"`, ""},
		{"without a name", `"pipeline": "${''}"` + image, "pipeline: invalid: it is missing"},
		{"with a field that fails", `"pipeline": "${nope}"` + image, "pipeline: ${nope}: "},
		{"with a pattern that fails", `"pipeline": "bake", "expectedArtifacts": [{"matchArtifact": {"type": "${nope}"}}]`, "expectedArtifacts[0]: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			withPast(w)
			w.stored = append(w.stored, gennaker.Pipeline{ID: "0b7c", Application: "shop", Name: "bake"})
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "findArtifactFromExecution", `+c.fields+`}]}`, nil)
			if e.Status != gennaker.Succeeded {
				if got := e.Stages[0].Error; c.want == "" || !strings.HasPrefix(got, c.want) {
					t.Errorf("failed with %s, want %s", got, c.want)
				}
				return
			}
			list, err := gennaker.ArtifactsOf(e.Stages[0].Outputs["artifacts"])
			got := ""
			for _, a := range list {
				got += a.Reference
			}
			bound, _ := e.Stages[0].Outputs["resolvedExpectedArtifacts"].([]any)
			if got != c.want || err != nil || len(bound) != len(list) {
				t.Errorf("found %q, bound %v, %v, want %q", got, bound, err, c.want)
			}
		})
	}
}

func TestAStageDoesNotFindWhatItFoundItself(t *testing.T) {
	w := newWorld(t)
	withPast(w)
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "bake", "type": "findArtifactFromExecution", "pipeline": "deploy",
		"expectedArtifacts": [{"id": "x", "matchArtifact": {"type": "docker/image"}}]}]}`, nil)
	if got := e.Stages[0].Error; !strings.HasPrefix(got, "execution shop/deploy/0: expected artifact x (docker/image): ") {
		t.Errorf("ended %s: %s", e.Status, got)
	}
}

func TestAnExpectedArtifactCanBeThatOfTheExecutionBefore(t *testing.T) {
	const prior = `{"id": "x", "usePriorArtifact": true, "matchArtifact": {"type": "%s"} %s}`
	for _, c := range []struct {
		name, expected string
		received       []gennaker.Artifact
		want           string
	}{
		{"that of the newest", fmt.Sprintf(prior, "docker/image", ""), nil, "deploy:0"},
		{"what it was started with too", fmt.Sprintf(prior, "gcs/object", ""), nil, "gs://shop/deploy/0"},
		{"not if one was received", fmt.Sprintf(prior, "docker/image", ""), []gennaker.Artifact{{Type: "docker/image", Reference: "new"}}, "new"},
		{"rather than the default", fmt.Sprintf(prior, "docker/image", `, "useDefaultArtifact": true, "defaultArtifact": {"reference": "d"}`), nil, "deploy:0"},
		{"else the default", fmt.Sprintf(prior, "s3/object", `, "useDefaultArtifact": true, "defaultArtifact": {"reference": "d"}`), nil, "d"},
		{"else the start fails", fmt.Sprintf(prior, "s3/object", ""), nil,
			"failed on startup: expected artifact x (s3/object): invalid: no artifact was received, nor does one of execution shop/deploy/0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			withPast(w)
			e := w.start(gennaker.Start{Pipeline: decode(t, `{"application": "shop", "name": "deploy", "stages": [{"type": "group"}], "expectedArtifacts": [`+c.expected+`]}`),
				Trigger: gennaker.Trigger{Artifacts: c.received}})
			got := e.Error
			if bound := e.Trigger.ResolvedExpectedArtifacts; len(bound) == 1 {
				got = bound[0].Bound.Reference
			}
			if got != c.want {
				t.Errorf("ended %s with %s, want %s", e.Status, got, c.want)
			}
		})
	}
}

func TestTheFirstExecutionHasNoneBefore(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [{"type": "group"}],
		"expectedArtifacts": [{"id": "x", "usePriorArtifact": true, "matchArtifact": {"type": "docker/image"}}]}`, nil)
	if e.Status != gennaker.Terminal || e.Error != "failed on startup: expected artifact x (docker/image): invalid: no artifact was received" {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
}
