package client

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~^-]{0,127}$`)

// CheckName says whether a server group or a load balancer may have the name,
// as ErrInvalid.
func CheckName(name string) error {
	if !namePattern.MatchString(name) {
		return fmt.Errorf("name %q: %w: it must match %s", name, gennaker.ErrInvalid, namePattern)
	}
	return nil
}

// The environment variables that the cloud sets for each instance.
const (
	EnvPort        = "PORT"
	EnvInstance    = "GENNAKER_INSTANCE"
	EnvServerGroup = "GENNAKER_SERVER_GROUP"
	EnvCloud       = "GENNAKER_CLOUD"
)

// reserved are the variables that a document cannot set.
var reserved = []string{EnvPort, EnvInstance, EnvServerGroup, EnvCloud}

var checkTypes = []string{CheckHTTP, CheckTCP, CheckProcess}

// Check says everything that is wrong with the spec at once, as ErrInvalid.
func (s Spec) Check() error {
	var wrong []string
	complain := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	h := s.HealthCheck
	complain(s.Command == "", "command is required")
	complain(strings.ContainsRune(s.Command+strings.Join(s.Arguments, ""), 0), "command and arguments cannot hold a NUL")
	complain(h.Type != "" && !slices.Contains(checkTypes, h.Type),
		"healthCheck.type %q must be one of: %s", h.Type, strings.Join(checkTypes, ", "))
	complain(h.Path != "" && !strings.HasPrefix(h.Path, "/"), "healthCheck.path %q must begin with /", h.Path)
	complain(h.Path != "" && h.Type != "" && h.Type != CheckHTTP, "healthCheck.path is for type http, and the type is %s", h.Type)
	for name, value := range s.Environment {
		complain(name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0),
			"environment: %q cannot be a variable", name)
		complain(slices.Contains(reserved, name), "environment: %s is set by the cloud", name)
	}
	for name, n := range s.numbers() {
		complain(n < 0, "%s %d cannot be negative", name, n)
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("%w: %s", gennaker.ErrInvalid, strings.Join(wrong, "; "))
}

func (s Spec) numbers() map[string]int64 {
	h := s.HealthCheck
	return map[string]int64{
		"stopGraceMillis": s.StopGraceMillis, "drainMillis": s.DrainMillis,
		"healthCheck.intervalMillis": h.IntervalMillis, "healthCheck.timeoutMillis": h.TimeoutMillis,
		"healthCheck.graceMillis":      h.GraceMillis,
		"healthCheck.healthyThreshold": int64(h.Healthy), "healthCheck.unhealthyThreshold": int64(h.Unhealthy),
	}
}
