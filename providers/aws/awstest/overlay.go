package awstest

import "reflect"

// overlay sets the fields of what into points to that are set in from.
func overlay[T any](into *T, from T) {
	to, have := reflect.ValueOf(into).Elem(), reflect.ValueOf(from)
	for i := range have.NumField() {
		if !have.Field(i).IsZero() {
			to.Field(i).Set(have.Field(i))
		}
	}
}

// same reports whether two values are deeply equal.
func same[T any](a, b T) bool { return reflect.DeepEqual(a, b) }
