package gennaker_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/gennaker/gennaker"
)

func TestResolve(t *testing.T) {
	p := gennaker.Pipeline{Parameters: []gennaker.Parameter{
		{Name: "version", Required: true},
		{Name: "replicas", Default: 2.0, Required: true},
		{Name: "env", HasOptions: true, Options: []gennaker.Option{{Value: "prod"}, {Value: 3.0}, {Value: true}}},
	}}
	type values = map[string]any
	tests := []struct {
		name  string
		given values
		want  values
		err   string
	}{
		{"defaults fill in for what is absent", values{"version": "1"}, values{"version": "1", "replicas": 2.0}, ""},
		{"an empty value wins over the default", values{"version": "1", "replicas": ""}, values{"version": "1", "replicas": ""}, ""},
		{"an empty value satisfies required", values{"version": ""}, values{"version": "", "replicas": 2.0}, ""},
		{"undeclared parameters are kept", values{"version": "1", "x": "y"}, values{"version": "1", "x": "y", "replicas": 2.0}, ""},
		{"a number option may be typed", values{"version": "1", "env": "3"}, values{"version": "1", "env": "3", "replicas": 2.0}, ""},
		{"a number matches an option written as one", values{"version": "1", "env": 3}, values{"version": "1", "env": 3, "replicas": 2.0}, ""},
		{"required and absent", nil, nil, "parameter version: invalid: it is required: give it with -p version=…"},
		{"required and null", values{"version": nil}, nil, "parameter version: invalid: it is required: give it with -p version=…"},
		{"all problems at once", values{"env": "test"}, nil,
			"parameter version: invalid: it is required: give it with -p version=…\n" +
				`parameter env: invalid: "test" is not one of its options: give one of -p env=prod, -p env=3, -p env=true`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := p.Resolve(tt.given)
			if tt.err != "" {
				if err == nil || err.Error() != tt.err || !errors.Is(err, gennaker.ErrInvalid) {
					t.Errorf("Resolve(%v) error = %v, want %s", tt.given, err, tt.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Resolve(%v) = %v, %v, want %v", tt.given, got, err, tt.want)
			}
		})
	}
}

func TestResolveLeavesWhatWasGivenAlone(t *testing.T) {
	p := gennaker.Pipeline{Parameters: []gennaker.Parameter{{Name: "a", Default: "1"}}}
	given := map[string]any{"b": "2"}
	if _, err := p.Resolve(given); err != nil || len(given) != 1 {
		t.Errorf("Resolve changed its argument to %v, %v", given, err)
	}
}
