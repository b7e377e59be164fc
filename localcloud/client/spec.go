package client

import (
	"cmp"
	"time"
)

// Spec is what a server group runs. In a document these fields stand in the
// cluster block. All durations are in milliseconds, and 0 is the default.
type Spec struct {
	Command string `json:"command" jsonschema:"required" jsonschema_description:"The program; without a slash it is looked up in PATH."`
	// Arguments may hold {port}, which becomes the instance's port.
	Arguments        []string          `json:"arguments,omitempty" jsonschema_description:"{port} becomes the instance's port, as in the environment variable PORT."`
	Environment      map[string]string `json:"environment,omitempty"`
	WorkingDirectory string            `json:"workingDirectory,omitempty" jsonschema_description:"Default: where the local cloud was started."`
	HealthCheck      HealthCheck       `json:"healthCheck,omitzero"`
	StopGraceMillis  int64             `json:"stopGraceMillis,omitempty" jsonschema:"minimum=0" jsonschema_description:"Milliseconds between SIGTERM and SIGKILL; default 10000."`
	DrainMillis      int64             `json:"drainMillis,omitempty" jsonschema:"minimum=0" jsonschema_description:"Milliseconds that requests in flight may take before an instance is stopped; default 10000."`
}

// The types of HealthCheck.
const (
	CheckHTTP    = "http"    // GET of Path answers 200 to 399
	CheckTCP     = "tcp"     // the port accepts a connection
	CheckProcess = "process" // the process runs
)

// HealthCheck decides whether an instance may have traffic.
type HealthCheck struct {
	Type           string `json:"type,omitempty" jsonschema:"enum=http,enum=tcp,enum=process" jsonschema_description:"Default: http if there is a path, otherwise tcp."`
	Path           string `json:"path,omitempty" jsonschema_description:"For http; default /."`
	IntervalMillis int64  `json:"intervalMillis,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default 500."`
	TimeoutMillis  int64  `json:"timeoutMillis,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default 2000."`
	GraceMillis    int64  `json:"graceMillis,omitempty" jsonschema:"minimum=0" jsonschema_description:"Milliseconds that an instance may take to start before it counts as down; default 30000."`
	// Healthy and Unhealthy are how many checks in a row change the verdict.
	Healthy   int `json:"healthyThreshold,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default 1."`
	Unhealthy int `json:"unhealthyThreshold,omitempty" jsonschema:"minimum=0" jsonschema_description:"Default 3."`
}

// WithDefaults is the spec with every default filled in.
func (s Spec) WithDefaults() Spec {
	h := &s.HealthCheck
	if h.Type == "" {
		h.Type = CheckTCP
		if h.Path != "" {
			h.Type = CheckHTTP
		}
	}
	if h.Type == CheckHTTP && h.Path == "" {
		h.Path = "/"
	}
	h.IntervalMillis = cmp.Or(h.IntervalMillis, 500)
	h.TimeoutMillis = cmp.Or(h.TimeoutMillis, 2000)
	h.GraceMillis = cmp.Or(h.GraceMillis, 30_000)
	s.StopGraceMillis = cmp.Or(s.StopGraceMillis, 10_000)
	s.DrainMillis = cmp.Or(s.DrainMillis, 10_000)
	h.Healthy = cmp.Or(h.Healthy, 1)
	h.Unhealthy = cmp.Or(h.Unhealthy, 3)
	return s
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// Drain bounds the time that requests in flight may take.
func (s Spec) Drain() time.Duration { return millis(s.DrainMillis) }

// StopGrace is the time between SIGTERM and SIGKILL.
func (s Spec) StopGrace() time.Duration { return millis(s.StopGraceMillis) }

// Interval is the time between two checks.
func (h HealthCheck) Interval() time.Duration { return millis(h.IntervalMillis) }

// Timeout bounds one check.
func (h HealthCheck) Timeout() time.Duration { return millis(h.TimeoutMillis) }

// Grace is how long an instance may take to start.
func (h HealthCheck) Grace() time.Duration { return millis(h.GraceMillis) }
