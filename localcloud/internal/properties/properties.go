// Package properties reads the files in which programs leave values: as JSON,
// as YAML, or in the form of Java's properties.
package properties

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads the text of a file. What it is, the name's ending says: .json,
// .yml or .yaml; all else are Java's properties, unless it begins like JSON.
// The values are JSON's kinds; those of Java's properties are text.
func Parse(name string, text []byte) (map[string]any, error) {
	switch ending := strings.ToLower(filepath.Ext(name)); {
	case ending == ".yml" || ending == ".yaml":
		return parseYAML(text)
	case ending == ".json" || bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")):
		return parseJSON(text)
	}
	return parseJava(string(text))
}

func parseJSON(text []byte) (map[string]any, error) {
	var values map[string]any
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("JSON: %w", err)
	}
	return values, nil
}

// parseYAML makes JSON's kinds of values of YAML's by way of JSON, which also
// refuses what JSON does not have.
func parseYAML(text []byte) (map[string]any, error) {
	var values map[string]any
	if err := yaml.Unmarshal(text, &values); err != nil {
		return nil, errors.New("YAML: " + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("YAML: it holds what JSON cannot: %w", err)
	}
	return parseJSON(data)
}
