package local

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func block(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDecodeReadsOurFieldsAlone(t *testing.T) {
	got, err := decode[client.Spec](block(t, `{"strategy": "redblack", "cloudProvider": "local", "maxRemainingAsgs": 2,
		"command": "./shop", "arguments": ["--port", "{port}"], "environment": {"VERSION": "2"}, "workingDirectory": "/srv",
		"healthCheck": {"type": "http", "path": "/up", "intervalMillis": 1, "timeoutMillis": 2, "graceMillis": 3,
			"healthyThreshold": 4, "unhealthyThreshold": 5}, "stopGraceMillis": 6, "drainMillis": 7}`))
	want := client.Spec{Command: "./shop", Arguments: []string{"--port", "{port}"}, Environment: map[string]string{"VERSION": "2"},
		WorkingDirectory: "/srv", StopGraceMillis: 6, DrainMillis: 7,
		HealthCheck: client.HealthCheck{Type: "http", Path: "/up", IntervalMillis: 1, TimeoutMillis: 2, GraceMillis: 3, Healthy: 4, Unhealthy: 5}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("decode = %+v, %v, want %+v", got, err, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ name, block, want string }{
		{"no command", `{}`, "command is required"},
		{"a number for a variable", `{"command": "shop", "environment": {"VERSION": 2}}`, "environment: invalid: number where text is wanted; put it in quotes"},
		{"text for a number", `{"command": "shop", "drainMillis": "5s"}`, "drainMillis: invalid: string where a whole number is wanted"},
		{"a fraction for a number", `{"command": "shop", "drainMillis": 1.5}`, "where a whole number is wanted"},
		{"text for a list", `{"command": "shop", "arguments": "--port 1"}`, "arguments: invalid: string where a list is wanted"},
		{"a list for a map", `{"command": "shop", "healthCheck": []}`, "healthCheck: invalid: array where a map is wanted"},
		{"a field of ours that is not known", `{"command": "shop", "healthCheck": {"intervalMilis": 5}}`, `unknown field "intervalMilis"`},
		{"a field inside that is wrong", `{"command": "shop", "healthCheck": {"graceMillis": "5"}}`, "healthCheck.graceMillis: invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := decode[client.Spec](block(t, c.block))
			if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("decode = %v, want ErrInvalid that says %s", err, c.want)
			}
		})
	}
}
