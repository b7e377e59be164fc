package starter

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
)

// brought are the artifacts of the command line: those of --artifacts-file,
// and then each --artifact.
func brought(c *cli.Context) ([]gennaker.Artifact, error) {
	var list []gennaker.Artifact
	if name := c.String("artifacts-file"); name != "" {
		data, err := readFile(name, c.App.Reader)
		if err != nil {
			return nil, err
		}
		if list, err = parseArtifacts(data); err != nil {
			return nil, usagef("--artifacts-file %s: %v", name, err)
		}
	}
	for _, text := range c.StringSlice("artifact") {
		a, err := parseArtifact(text)
		if err != nil {
			return nil, usagef("--artifact %s: %v", text, err)
		}
		list = append(list, a)
	}
	return list, nil
}

// parseArtifacts reads a list of artifacts, or an object that has one, as JSON
// or YAML.
func parseArtifacts(data []byte) ([]gennaker.Artifact, error) {
	const hint = "write a list of artifacts, such as [{type: docker/image, name: shop, reference: 'shop:7'}]"
	var read any
	if err := yaml.Unmarshal(data, &read); err != nil {
		return nil, fmt.Errorf("%w: %s", err, hint)
	}
	text, err := json.Marshal(read)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, hint)
	}
	var object struct{ Artifacts []gennaker.Artifact }
	var list []gennaker.Artifact
	if json.Unmarshal(text, &object) == nil && object.Artifacts != nil {
		list = object.Artifacts
	} else if err := json.Unmarshal(text, &list); err != nil || list == nil {
		return nil, fmt.Errorf("it has none: %s", hint)
	}
	for i, a := range list {
		if a.Type == "" {
			return nil, fmt.Errorf("artifact %d has no type: %s", i+1, hint)
		}
	}
	return list, nil
}

// artifactKeys are what --artifact takes.
var artifactKeys = []string{"type", "name", "version", "location", "reference", "artifactAccount", "provenance", "uuid"}

// parseArtifact reads KEY=VALUE,…. A value may have commas: only one that a
// key follows ends it.
func parseArtifact(text string) (gennaker.Artifact, error) {
	fields := map[string]string{}
	key := ""
	for _, part := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		switch {
		case ok && slices.Contains(artifactKeys, name):
			key, fields[name] = name, value
		case key == "":
			return gennaker.Artifact{}, fmt.Errorf("write it as KEY=VALUE,…: the keys are %s", strings.Join(artifactKeys, ", "))
		default:
			fields[key] += "," + part
		}
	}
	if fields["type"] == "" {
		return gennaker.Artifact{}, fmt.Errorf("type is missing: write type=docker/image, for example")
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return gennaker.Artifact{}, err
	}
	var a gennaker.Artifact
	return a, json.Unmarshal(data, &a)
}

// unbound says why the pipeline's expected artifacts cannot be bound, as far
// as that shows before the start: expressions, and the artifacts of earlier
// executions, are for the execution itself.
func unbound(p gennaker.Pipeline, t gennaker.Trigger) error {
	expected, err := gennaker.ExpectedArtifacts(p.ExpectedArtifacts)
	if err != nil || len(withExpressions(map[string]any{"": p.ExpectedArtifacts})) > 0 {
		return nil
	}
	expected = gennaker.Wanted(expected, t.ExpectedArtifactIDs, t.Artifacts)
	if gennaker.WantsPrior(expected, t.Artifacts) {
		return nil
	}
	_, err = gennaker.Artifacts{Received: t.Artifacts, Unique: true}.Bind(expected)
	return err
}
