package stages

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.temporal.io/sdk/workflow"
	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

// manifestSource says where a stage has its manifests from.
type manifestSource struct {
	Source           string              `json:"source,omitempty" jsonschema:"enum=text,enum=artifact" jsonschema_description:"text is the default: they stand in the stage. artifact: the artifact is their text."`
	ArtifactID       string              `json:"manifestArtifactId,omitempty" jsonschema_description:"An expected artifact."`
	Artifact         *gennaker.Artifact  `json:"manifestArtifact,omitempty"`
	ArtifactAccount  string              `json:"manifestArtifactAccount,omitempty" jsonschema_description:"One of artifacts in the worker's configuration, instead of the artifact's own."`
	SkipEvaluation   gennaker.Flag       `json:"skipExpressionEvaluation,omitempty" jsonschema_description:"Leaves expressions in the manifests as they are."`
	BindArtifacts    *bool               `json:"enableArtifactBinding,omitempty" jsonschema_description:"Default true: artifacts of the trigger and of stages before this one take the place of images and the like that have their names. False: only those that are required."`
	RequiredIDs      []string            `json:"requiredArtifactIds,omitempty" jsonschema_description:"Expected artifacts that must find a place in the manifests."`
	RequiredExpected []requiredArtifacts `json:"requiredArtifacts,omitempty"`
}

type requiredArtifacts struct {
	ID       string             `json:"expectedArtifactId,omitempty"`
	Artifact *gennaker.Artifact `json:"artifact,omitempty"`
}

// leftAlone are the fields whose expressions stay, if the document says so.
func leftAlone(fields map[string]any) []string {
	if fmt.Sprint(fields["skipExpressionEvaluation"]) != "true" {
		return nil
	}
	return []string{"manifest", "manifests", "patchBody"}
}

// documents are the stage's manifests: those of a field, or of an artifact.
func (in Input) documents(ctx workflow.Context, c manifestSource, field string, value any) ([]map[string]any, error) {
	if c.Source != "artifact" {
		return objects(field, value)
	}
	a, err := in.Artifact(ctx, c.ArtifactID, c.Artifact)
	if err != nil {
		return nil, fmt.Errorf("manifestArtifact: %w", err)
	}
	text, err := ops.ReadArtifact(ctx, a.WithAccount(c.ArtifactAccount))
	if err != nil {
		return nil, fmt.Errorf("manifestArtifact: %w", err)
	}
	list, err := yamlDocuments(text)
	var documents any = list
	if err == nil && !bool(c.SkipEvaluation) {
		documents, err = in.Evaluator.Evaluate(ctx, list, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("manifestArtifact: %w", err)
	}
	return objects("manifestArtifact", documents)
}

// objects are the objects of a list, of one object, or of a text with any
// number of documents.
func objects(field string, value any) ([]map[string]any, error) {
	if text, ok := value.(string); ok {
		documents, err := yamlDocuments(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		value = documents
	}
	if one, ok := value.(map[string]any); ok {
		value = []any{one}
	}
	items, _ := value.([]any)
	var list []map[string]any
	for i, item := range items {
		one, ok := item.(map[string]any)
		if !ok && item != nil {
			return nil, fmt.Errorf("%s[%d]: %w: an object is wanted", field, i, gennaker.ErrInvalid)
		}
		more, err := members(fmt.Sprintf("%s[%d]", field, i), one)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: %w: there are no manifests", field, gennaker.ErrInvalid)
	}
	return list, nil
}

// members are the objects of a List, or the object itself.
func members(field string, object map[string]any) ([]map[string]any, error) {
	kind, _ := object["kind"].(string)
	items, ok := object["items"].([]any)
	switch {
	case len(object) == 0:
		return nil, nil
	case ok && strings.HasSuffix(kind, "List"):
		if len(items) == 0 {
			return nil, nil
		}
		return objects(field+".items", items)
	}
	return []map[string]any{object}, nil
}

// maxDocuments bounds a text of many documents.
const maxDocuments = 1000

// yamlDocuments reads a text of YAML or JSON documents, as JSON has them.
func yamlDocuments(text string) ([]any, error) {
	var list []any
	for d := yaml.NewDecoder(strings.NewReader(text)); ; {
		var one any
		err := d.Decode(&one)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		var data []byte
		if err == nil {
			data, err = json.Marshal(one)
		}
		if err == nil {
			err = json.Unmarshal(data, &one)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
		}
		if list = append(list, one); len(list) > maxDocuments {
			return nil, fmt.Errorf("%w: there are more than %d documents", gennaker.ErrInvalid, maxDocuments)
		}
	}
}

// bindable are the artifacts that take a place in manifests: those that may,
// and those that must.
func (in Input) bindable(ctx workflow.Context, c manifestSource) (may, must []gennaker.Artifact, err error) {
	for _, id := range c.RequiredIDs {
		c.RequiredExpected = append(c.RequiredExpected, requiredArtifacts{ID: id})
	}
	for _, r := range c.RequiredExpected {
		a, err := in.Artifact(ctx, r.ID, r.Artifact)
		if err != nil {
			return nil, nil, fmt.Errorf("requiredArtifacts: %w", err)
		}
		must = gennaker.AddArtifacts(must, a)
	}
	if c.BindArtifacts != nil && !*c.BindArtifacts {
		return nil, must, nil
	}
	seen, err := in.Evaluator.Artifacts()
	for _, a := range seen {
		if !strings.HasSuffix(a.Type, "/base64") { // what is content has no place
			may = gennaker.AddArtifacts(may, a)
		}
	}
	return may, must, err
}
