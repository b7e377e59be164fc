package baking

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"

	"github.com/gennaker/gennaker"
)

// values are those of the files, and over them the overrides.
func (r Request) values() (map[string]any, error) {
	values := map[string]any{}
	for _, f := range r.Values {
		more, err := loader.LoadValues(bytes.NewReader(f.Data))
		if err != nil {
			return nil, fmt.Errorf("values of %s: %w", f.Name, err)
		}
		values = loader.MergeMaps(values, more)
	}
	put := strvals.ParseIntoString
	if r.Raw {
		put = strvals.ParseInto
	}
	for _, name := range gennaker.SortedKeys(r.Overrides) {
		text, err := override(r.Overrides[name])
		if err == nil {
			err = put(name+"="+text, values)
		}
		if err != nil {
			return nil, fmt.Errorf("overrides.%s: %w", name, err)
		}
	}
	return values, nil
}

// override is a value as `helm --set` takes it.
func override(value any) (string, error) {
	switch value.(type) {
	case []any, map[string]any:
		return "", fmt.Errorf("text is wanted, as for helm --set: a list is {a,b}, and a.b is a field of an object")
	case nil:
		return "null", nil
	}
	return gennaker.Text(value), nil
}

// checkSchemas holds the values against the schemas of the chart and of the
// charts within it.
func checkSchemas(c *chart.Chart, values any) error {
	if c.Schema != nil {
		if err := checkSchema(c.Schema, values); err != nil {
			return fmt.Errorf("values.schema.json of %s: %w", c.ChartFullPath(), err)
		}
	}
	all, ok := values.(common.Values)
	if !ok {
		all, _ = values.(map[string]any)
	}
	for _, d := range c.Dependencies() {
		if below, ok := all[d.Name()]; ok && below != nil {
			if err := checkSchemas(d, below); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSchema(schema []byte, values any) error {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nothing{})
	const here = "file:///values.schema.json"
	if err := compiler.AddResource(here, document); err != nil {
		return err
	}
	compiled, err := compiler.Compile(here)
	if err != nil {
		return err
	}
	if all, ok := values.(common.Values); ok {
		values = all.AsMap()
	}
	if err := compiled.Validate(values); err != nil {
		_, text, _ := strings.Cut(err.Error(), "\n")
		return fmt.Errorf("the values do not meet it: %s", strings.TrimSpace(strings.TrimLeft(text, "- ")))
	}
	return nil
}

// nothing loads no schema from elsewhere.
type nothing struct{}

func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("it refers to %s, and schemas are not fetched", url)
}
