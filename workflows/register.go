// Package workflows decides. An execution walks the graph of its pipeline's
// stages; a cluster operation changes one cluster; a pipeline document keeps
// what executions are started from. Temporal replays all code
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
		name     string
		run      any
		behavior workflow.VersioningBehavior // if not the worker's default
	}{
		{gennaker.ExecutionWorkflow, Execution, 0},
		{gennaker.ClusterWorkflow, ClusterOperation, 0},
		{gennaker.InventoryWorkflow, Inventory, 0},
		// It runs for years: pinned, it would keep its first worker alive.
		{gennaker.PipelineDocumentWorkflow, PipelineDocument, workflow.VersioningBehaviorAutoUpgrade},
	} {
		r.RegisterWorkflowWithOptions(w.run, workflow.RegisterOptions{Name: w.name, VersioningBehavior: w.behavior})
	}
}
