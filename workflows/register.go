// Package workflows decides. An execution walks the graph of its pipeline's
// stages; a cluster operation changes one cluster. Temporal replays all code
// here, so it takes time, randomness and I/O from the workflow API alone.
package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// Register makes a worker serve the workflows.
func Register(r worker.WorkflowRegistry) {
	for _, w := range []struct {
		name string
		run  any
	}{
		{gennaker.ExecutionWorkflow, Execution},
		{gennaker.ClusterWorkflow, ClusterOperation},
		{gennaker.InventoryWorkflow, Inventory},
	} {
		r.RegisterWorkflowWithOptions(w.run, workflow.RegisterOptions{Name: w.name})
	}
}
