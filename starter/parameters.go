package starter

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v3"
)

// given are the parameters of the command line: those of --params-file, and
// over them each -p key=value, whose value is text as in every trigger.
func given(c *cli.Context) (map[string]any, error) {
	values := map[string]any{}
	if name := c.String("params-file"); name != "" {
		data, err := readFile(name, c.App.Reader)
		if err != nil {
			return nil, err
		}
		fromFile, err := parseParameters(data)
		if err != nil {
			return nil, usagef("--params-file %s: %v", name, err)
		}
		maps.Copy(values, fromFile)
	}
	for _, pair := range c.StringSlice("p") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, usagef("-p %s: write it as -p KEY=VALUE", pair)
		}
		values[key] = value
	}
	return values, nil
}

// parseParameters reads an object of parameters, as JSON or YAML. Its values
// are what encoding/json would have made of them.
func parseParameters(data []byte) (map[string]any, error) {
	var read map[string]any
	if err := yaml.Unmarshal(data, &read); err != nil {
		return nil, fmt.Errorf("%w: write an object of parameters, such as version: 2", err)
	}
	plain, err := json.Marshal(read)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	return values, json.Unmarshal(plain, &values)
}
