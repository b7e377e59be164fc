package starter

import (
	"encoding/json"
	"strings"
	"testing"
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
