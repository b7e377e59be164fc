package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// decode reads this cloud's fields of a cluster block or a stage, which are
// those of S, and checks them. The others are not ours; but inside ours, a
// field that we do not know is a mistake.
func decode[S interface{ Check() error }](block map[string]any) (S, error) {
	var spec S
	ours := map[string]any{}
	for _, name := range gennaker.JSONNames(spec) {
		if value, ok := block[name]; ok {
			ours[name] = value
		}
	}
	data, err := json.Marshal(ours)
	if err != nil {
		return spec, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return spec, explain(err)
	}
	return spec, spec.Check()
}

// Spec returns the fields as they are, with those that were left out filled in
// as far as the cloud has done so.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var fields map[string]any
	err := c.do("read the spec of", ref.Location, ref.Name, func() error {
		g, err := c.client.ServerGroup(ctx, ref.Name)
		if err != nil {
			return err
		}
		fields, err = encode(g.Spec)
		return err
	})
	return fields, err
}

// encode is decode's opposite.
func encode(spec client.Spec) (map[string]any, error) {
	data, err := json.Marshal(spec)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	err = json.Unmarshal(data, &fields)
	return fields, err
}

// explain says in the document's words what was expected of a field.
func explain(err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return fmt.Errorf("%w: %s", gennaker.ErrInvalid, strings.TrimPrefix(err.Error(), "json: "))
	}
	hint := ""
	if kindNames[mismatch.Type.Kind().String()] == "text" {
		hint = "; put it in quotes"
	}
	return fmt.Errorf("%s: %w: %s where %s is wanted%s", mismatch.Field, gennaker.ErrInvalid,
		mismatch.Value, kindNames[mismatch.Type.Kind().String()], hint)
}

// kindNames are the kinds of our fields as people say them.
var kindNames = map[string]string{
	"string": "text", "int": "a whole number", "int64": "a whole number",
	"slice": "a list", "map": "a map", "struct": "a map",
}
