package gennaker

import "errors"

// The kinds of error. A provider wraps one of them around the cloud's own
// sentence; what is retried follows from the kind alone.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("already exists")
	ErrInvalid     = errors.New("invalid")
	ErrDenied      = errors.New("denied")
	ErrThrottled   = errors.New("throttled")
	ErrUnavailable = errors.New("unavailable")
	// ErrUnhealthy says that a server group did not become healthy in time.
	ErrUnhealthy = errors.New("not healthy")
	// ErrGuarded says that a change would have taken a cluster's last healthy
	// server group out of traffic.
	ErrGuarded = errors.New("refused by the traffic guard")
	// ErrBusy says that another execution or operator is changing the cluster.
	ErrBusy = errors.New("being changed by another")
)
