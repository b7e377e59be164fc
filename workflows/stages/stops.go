package stages

import "github.com/gennaker/gennaker/workflows/operations"

// The fields of the stage types that are one operation of a server group.
type (
	startConfig struct{ address }
	stopConfig  struct {
		address
		operations.Guarded
	}
	attachConfig struct {
		address
		operations.AttachConfig
	}
	bindConfig struct {
		address
		operations.BindConfig
	}
)
