package gennaker

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// SortedKeys lists a map's keys in order: code that is replayed goes through a
// map in no other way.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// JSONNames lists the names under which a struct's fields stand in a
// document, in the order of the struct. It takes a struct or a pointer to one.
func JSONNames(v any) []string {
	var names []string
	for _, f := range jsonFields(v) {
		names = append(names, f.name)
	}
	return names
}

type jsonField struct {
	name string
	text bool // takes any text, so also an expression
}

func jsonFields(v any) []jsonField {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var fields []jsonField
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		kind := t.Field(i).Type.Kind()
		if name != "" && name != "-" {
			fields = append(fields, jsonField{name, kind == reflect.String || kind == reflect.Interface})
		}
	}
	return fields
}
