package client_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func TestSpecCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		spec client.Spec
		want string // in the error; empty for none
	}{
		{"a command is enough", client.Spec{Command: "shop"}, ""},
		{"a command is needed", client.Spec{}, "command is required"},
		{"a check has a known type", client.Spec{Command: "shop", HealthCheck: client.HealthCheck{Type: "udp"}}, `healthCheck.type "udp" must be one of: http, tcp, process`},
		{"a path begins with a slash", client.Spec{Command: "shop", HealthCheck: client.HealthCheck{Path: "healthz"}}, `healthCheck.path "healthz" must begin with /`},
		{"a path is for http", client.Spec{Command: "shop", HealthCheck: client.HealthCheck{Type: "tcp", Path: "/x"}}, "healthCheck.path is for type http"},
		{"the port is the cloud's", client.Spec{Command: "shop", Environment: map[string]string{"PORT": "80"}}, "PORT is set by the cloud"},
		{"a variable has a name", client.Spec{Command: "shop", Environment: map[string]string{"A=B": ""}}, `"A=B" cannot be a variable`},
		{"no time is negative", client.Spec{Command: "shop", HealthCheck: client.HealthCheck{GraceMillis: -1}}, "healthCheck.graceMillis -1 cannot be negative"},
		{"all mistakes are told at once", client.Spec{DrainMillis: -2, StopGraceMillis: -3},
			"command is required; drainMillis -2 cannot be negative; stopGraceMillis -3 cannot be negative"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.spec.Check()
			if c.want == "" {
				if err != nil {
					t.Errorf("Check = %v, want none", err)
				}
				return
			}
			if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Check = %v, want ErrInvalid that says %s", err, c.want)
			}
		})
	}
}

func TestDefaultsDependOnThePath(t *testing.T) {
	for path, want := range map[string]client.HealthCheck{
		"":   {Type: client.CheckTCP},
		"/x": {Type: client.CheckHTTP, Path: "/x"},
	} {
		got := client.Spec{HealthCheck: client.HealthCheck{Path: path}}.WithDefaults()
		if got.HealthCheck.Type != want.Type || got.HealthCheck.Path != want.Path {
			t.Errorf("with path %q the check is %+v, want %+v", path, got.HealthCheck, want)
		}
		if got.Drain() != 10*time.Second || got.StopGrace() != 10*time.Second || got.HealthCheck.Interval() != 500*time.Millisecond {
			t.Errorf("defaults = %+v", got)
		}
	}
}
