package worker

import (
	"iter"
	"reflect"
)

// setting is a field of the configuration that the environment can set.
type setting struct {
	variable string
	field    string
	value    reflect.Value
}

// settings yields them in the order of the file.
func settings(v reflect.Value, field string) iter.Seq[setting] {
	return func(yield func(setting) bool) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name := join(field, f.Tag.Get("yaml"))
			if variable := f.Tag.Get("env"); variable != "" {
				if !yield(setting{variable, name, v.Field(i)}) {
					return
				}
			}
			if f.Type.Kind() == reflect.Struct {
				for s := range settings(v.Field(i), name) {
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// override sets what the environment says. An empty variable is one too: it
// clears the field if that is a text.
func (r *report) override(c *Config, lookup func(string) (string, bool)) {
	for s := range settings(reflect.ValueOf(c).Elem(), "") {
		text, ok := lookup(s.variable)
		if !ok || text == "" && s.value.Kind() != reflect.String {
			continue
		}
		r.places[s.field] = Place{Name: s.variable}
		if err := assign(text, s.value); err != nil {
			r.add(s.field, "%v", err)
		}
	}
}

// Variables lists the environment variables that override the file, each with
// the field that it sets.
func Variables() [][2]string {
	var all [][2]string
	for s := range settings(reflect.ValueOf(&Config{}).Elem(), "") {
		all = append(all, [2]string{s.variable, s.field})
	}
	return all
}
