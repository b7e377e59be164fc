// Package config turns the evaluated fields of a stage into the struct that
// its type declares, with Spinnaker's leniency: numbers and booleans may be
// written as text, as expressions leave them.
package config

import (
	"fmt"

	"github.com/go-viper/mapstructure/v2"

	"github.com/gennaker/gennaker"
)

// Decode reads fields into a T by the names of its json tags. Fields that T
// does not have are ignored; an error is ErrInvalid and names every bad field.
func Decode[T any](fields map[string]any) (T, error) {
	var c T
	err := Into(fields, &c)
	return c, err
}

// Into reads fields into the struct that c points to, and leaves what no field
// names as it is.
func Into(fields map[string]any, c any) error {
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		TagName: "json", WeaklyTypedInput: true, Squash: true, Result: c,
	})
	if err != nil {
		return err
	}
	if err := decoder.Decode(fields); err != nil {
		return fmt.Errorf("fields: %w: %w", gennaker.ErrInvalid, err)
	}
	return nil
}
