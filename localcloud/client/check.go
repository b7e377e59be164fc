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

// The environment variables that the cloud sets for each job, beside EnvCloud.
const (
	EnvJob        = "GENNAKER_JOB"
	EnvProperties = "GENNAKER_PROPERTIES" // the path of its property file
)

// reserved are the variables that a document cannot set.
var reserved = []string{EnvPort, EnvInstance, EnvServerGroup, EnvCloud, EnvJob, EnvProperties}

var checkTypes = []string{CheckHTTP, CheckTCP, CheckProcess}

// Check says everything that is wrong with the spec at once, as ErrInvalid.
func (s Spec) Check() error {
	var c complaints
	h := s.HealthCheck
	c.add(s.Command == "", "command is required")
	c.add(strings.ContainsRune(s.Command+strings.Join(s.Arguments, ""), 0), "command and arguments cannot hold a NUL")
	c.add(h.Type != "" && !slices.Contains(checkTypes, h.Type),
		"healthCheck.type %q must be one of: %s", h.Type, strings.Join(checkTypes, ", "))
	c.add(h.Path != "" && !strings.HasPrefix(h.Path, "/"), "healthCheck.path %q must begin with /", h.Path)
	c.add(h.Path != "" && h.Type != "" && h.Type != CheckHTTP, "healthCheck.path is for type http, and the type is %s", h.Type)
	c.environment(s.Environment)
	for name, n := range s.numbers() {
		c.add(n < 0, "%s %d cannot be negative", name, n)
	}
	return c.err()
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

// complaints are what is wrong with a spec.
type complaints []string

func (c *complaints) add(bad bool, format string, args ...any) {
	if bad {
		*c = append(*c, fmt.Sprintf(format, args...))
	}
}

func (c *complaints) environment(variables map[string]string) {
	for name, value := range variables {
		c.add(name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0),
			"environment: %q cannot be a variable", name)
		c.add(slices.Contains(reserved, name), "environment: %s is set by the cloud", name)
	}
}

func (c complaints) err() error {
	if len(c) == 0 {
		return nil
	}
	slices.Sort(c)
	return fmt.Errorf("%w: %s", gennaker.ErrInvalid, strings.Join(c, "; "))
}
