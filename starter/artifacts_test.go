package starter

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestParseArtifact(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"all of it", "type=docker/image,name=shop,version=7,location=eu,reference=shop:7,artifactAccount=hub",
			`{"type":"docker/image","name":"shop","version":"7","location":"eu","reference":"shop:7","artifactAccount":"hub"}`},
		{"values with commas and equals", "type=http/file,reference=https://x/?a=1,b=2,name=f", `{"type":"http/file","name":"f","reference":"https://x/?a=1,b=2"}`},
		{"without a type", "name=shop", "type is missing: write type=docker/image, for example"},
		{"without a key", "shop:7", "write it as KEY=VALUE,…: the keys are type, name, "},
		{"with a key that there is not", "nmae=shop,type=x", "write it as KEY=VALUE,…: the keys are type, name, "},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := parseArtifact(c.text)
			got, _ := json.Marshal(a)
			if err != nil && !strings.HasPrefix(err.Error(), c.want) || err == nil && string(got) != c.want {
				t.Errorf("parseArtifact(%q) = %s, %v, want %s", c.text, got, err, c.want)
			}
		})
	}
}

func TestParseArtifacts(t *testing.T) {
	const want = `[{"type":"docker/image","version":"7"},{"type":"x","metadata":{"digest":"y"}}]`
	for _, text := range []string{
		"- {type: docker/image, version: 7}\n- {type: x, digest: y}\n",
		`{"artifacts": [{"type": "docker/image", "version": 7}, {"type": "x", "digest": "y"}]}`,
	} {
		list, err := parseArtifacts([]byte(text))
		if got, _ := json.Marshal(list); err != nil || string(got) != want {
			t.Errorf("parseArtifacts(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "just text", "a: [", "{a: 1}", "[7]", "[{name: x}]", "artifacts: {}"} {
		if list, err := parseArtifacts([]byte(bad)); err == nil || !strings.Contains(err.Error(), "write a list of artifacts") {
			t.Errorf("parseArtifacts(%q) = %v, %v, want an error that says what to write", bad, list, err)
		}
	}
}

func TestTheReportNamesHowArtifactsDiffer(t *testing.T) {
	p := gennaker.Pipeline{Name: "deploy", Application: "shop",
		ExpectedArtifacts: []map[string]any{{"matchArtifact": map[string]any{"name": "a.*", "reference": "(?<!x)y"}}, {}},
		Stages: []gennaker.Stage{
			{Type: "findArtifactFromExecution", Config: map[string]any{"pipeline": "deploy", "executionOptions": map[string]any{"running": true}},
				ExpectedArtifacts: []map[string]any{{"matchArtifact": map[string]any{"version": "*"}}, {"matchArtifact": map[string]any{"version": "${*}"}}}},
			{Type: "findArtifactFromExecution", Config: map[string]any{"pipeline": "bake", "executionOptions": map[string]any{"running": true}}},
		}}
	var got []string
	for _, r := range differencesIn(p) {
		if strings.Contains(r.See, "artifact-patterns") || strings.Contains(r.See, "find-artifact-own") {
			got = append(got, r.Path)
		}
	}
	want := "stages[0].executionOptions.running expectedArtifacts[0].matchArtifact.reference stages[0].expectedArtifacts[0].matchArtifact.version"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("the report names %s, want %s", text, want)
	}
}
