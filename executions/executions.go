// Package executions is what the CLI and the activities share about
// executions in Temporal: starting one once, reading how it stands or ended,
// waiting for its end, cancelling it, and starting a finished one again at one
// of its stages. It decides nothing about a deployment.
package executions

import (
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// Client reads and changes the executions of one Temporal.
type Client struct {
	Temporal  client.Client
	Data      converter.DataConverter // nil is Temporal's default
	TaskQueue string                  // where new executions wait for a worker
}

// Ref names one run of an execution. A long run is continued in others: they
// are one execution, and each Ref of it stands for all that come after.
type Ref struct{ ID, RunID string }

const (
	// workerPatience is how long a worker may take to answer for an execution.
	workerPatience = 5 * time.Second
	// poll bounds one wait on the server: under load it can lose the news of a
	// workflow's end, and then tells only when the poll is made anew.
	poll = 5 * time.Second
)
