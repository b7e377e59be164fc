package worker

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// PublicKey is an ed25519 public key, base64 in a file.
type PublicKey ed25519.PublicKey

// custom is a value that reads its own part of the file.
type custom interface {
	read(r *report, n *yaml.Node, field string)
}

// decode reads a part of the file into a value, reporting everything that
// does not fit. What the file does not mention stays as it is.
func (r *report) decode(n *yaml.Node, v reflect.Value, field string) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	r.at(field, n.Line)
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return
	}
	if c, ok := v.Addr().Interface().(custom); ok {
		c.read(r, n, field)
		return
	}
	switch {
	case v.Kind() == reflect.Struct:
		r.decodeStruct(n, v, field)
	case v.Kind() == reflect.Map:
		r.decodeMap(n, v, field)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		r.decodeSlice(n, v, field)
	case n.Kind != yaml.ScalarNode:
		r.add(field, "must be a single value, not a %s", kind(n))
	default:
		if err := assign(n.Value, v); err != nil {
			r.add(field, "%v", err)
		}
	}
}

func (r *report) decodeStruct(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.MappingNode {
		r.add(field, "must be a map of fields, not a %s", kind(n))
		return
	}
	targets := fields(v)
	for key, value := range r.entries(n, field) {
		target, ok := targets[key.Value]
		if !ok {
			r.unknown(join(field, key.Value), key, slices.Collect(maps.Keys(targets)))
			continue
		}
		r.decode(value, target, join(field, key.Value))
	}
}

// decodeMap reads a map whose names the file chooses.
func (r *report) decodeMap(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.MappingNode {
		r.add(field, "must be a map of fields, not a %s", kind(n))
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for key, value := range r.entries(n, field) {
		element := reflect.New(v.Type().Elem()).Elem()
		r.decode(value, element, join(field, key.Value))
		v.SetMapIndex(reflect.ValueOf(key.Value), element)
	}
}

func (r *report) decodeSlice(n *yaml.Node, v reflect.Value, field string) {
	if n.Kind != yaml.SequenceNode {
		r.add(field, "must be a list, not a %s: write each entry behind a dash", kind(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, entry := range n.Content {
		r.decode(entry, v.Index(i), fmt.Sprintf("%s[%d]", field, i))
	}
}

// entries yields the fields of a map; one that is there twice is reported and
// left out.
func (r *report) entries(n *yaml.Node, field string) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		first := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if line, twice := first[key.Value]; twice {
				r.at(join(field, key.Value), key.Line)
				r.add(join(field, key.Value), "is set twice: it is in line %d already", line)
				continue
			}
			first[key.Value] = key.Line
			if !yield(key, value) {
				return
			}
		}
	}
}

func (r *report) unknown(field string, key *yaml.Node, known []string) {
	r.at(field, key.Line)
	r.add(field, "there is no such field: %s", suggest(key.Value, known))
}

// assign parses a text into a single value.
func assign(text string, v reflect.Value) error {
	switch target := v.Addr().Interface().(type) {
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q is not a duration: write it like 30s or 2m", text)
		}
		*target = d
		return nil
	case *PublicKey:
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return errors.New("is not an ed25519 public key: it is 32 bytes in base64")
		}
		*target = key
		return nil
	}
	return assignBasic(text, v)
}

func assignBasic(text string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(f)
	default:
		panic("worker: no field of the configuration is a " + v.Type().String())
	}
	return nil
}

// fields are the fields of a struct by their name in the file.
func fields(v reflect.Value) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			maps.Copy(all, fields(v.Field(i)))
			continue
		}
		if name := v.Type().Field(i).Tag.Get("yaml"); name != "-" {
			all[name] = v.Field(i)
		}
	}
	return all
}

func join(parent, name string) string { return strings.TrimPrefix(parent+"."+name, ".") }

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "map of fields"
	case yaml.SequenceNode:
		return "list"
	}
	return "single value"
}
