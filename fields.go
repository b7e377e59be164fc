package gennaker

import (
	"reflect"
	"strings"
)

// JSONNames lists the names under which a struct's fields stand in a
// document, in the order of the struct. It takes a struct or a pointer to one.
func JSONNames(v any) []string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}
