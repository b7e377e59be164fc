package stages

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// withArtifacts is a cluster block with the artifacts themselves where it names
// expected ones: {"artifactId": ID} in a field becomes {"artifact": …}, and
// xArtifactId becomes xArtifact. A manifest that is a file is its content.
func (in Input) withArtifacts(ctx workflow.Context, block map[string]any) (map[string]any, error) {
	whole := maps.Clone(block)
	for _, name := range gennaker.SortedKeys(block) {
		inner, _ := block[name].(map[string]any)
		id, inside := inner["artifactId"].(string)
		if !inside && strings.HasSuffix(name, "ArtifactId") {
			id, _ = block[name].(string)
		}
		if id == "" {
			continue
		}
		a, err := in.artifactFields(ctx, id)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, err)
		case inside:
			inner = maps.Clone(inner)
			delete(inner, "artifactId")
			inner["artifact"], whole[name] = a, inner
		default:
			delete(whole, name)
			whole[strings.TrimSuffix(name, "Id")] = a
		}
	}
	return whole, in.readManifest(ctx, whole)
}

// artifactFields is a bound artifact as a document has it.
func (in Input) artifactFields(ctx workflow.Context, id string) (map[string]any, error) {
	a, err := in.Artifact(ctx, id, nil)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	return fields, json.Unmarshal(data, &fields)
}

// readManifest puts the content of a manifest that is an artifact in its place.
func (in Input) readManifest(ctx workflow.Context, block map[string]any) error {
	manifest, _ := block["manifest"].(map[string]any)
	fields, _ := manifest["artifact"].(map[string]any)
	if fields == nil || manifest["direct"] != nil {
		return nil
	}
	var a gennaker.Artifact
	data, err := json.Marshal(fields)
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err == nil {
		block["manifest"], err = oneDocument(ctx, a)
	}
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
}

// oneDocument is what an artifact says, which must be one document of YAML or
// JSON.
func oneDocument(ctx workflow.Context, a gennaker.Artifact) (map[string]any, error) {
	text, err := ops.ReadArtifact(ctx, a)
	if err != nil {
		return nil, err
	}
	list, err := yamlDocuments(text)
	var document map[string]any
	if len(list) == 1 {
		document, _ = list[0].(map[string]any)
	}
	if err == nil && document == nil {
		err = fmt.Errorf("%w: one document is wanted, with fields", gennaker.ErrInvalid)
	}
	if err != nil {
		return nil, fmt.Errorf("artifact %s: %w", a, err)
	}
	return document, nil
}
