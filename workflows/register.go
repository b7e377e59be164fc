// Package workflows decides. An execution walks the graph of its pipeline's
// stages; a cluster operation changes one cluster; a pipeline document keeps
// what executions are started from. Temporal replays all code
// here, so it takes time, randomness and I/O from the workflow API alone.
package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// Register makes a worker serve the workflows, with executions of the stage
// types.
func Register(r worker.WorkflowRegistry, types stages.Types) {
	for _, w := range []struct {
		name     string
		run      any
		behavior workflow.VersioningBehavior // if not the worker's default
	}{
		{gennaker.ExecutionWorkflow, engine{types}.Execution, 0},
		{gennaker.ClusterWorkflow, ClusterOperation, 0},
		{gennaker.QueueWorkflow, Queue, workflow.VersioningBehaviorAutoUpgrade},
		{gennaker.InventoryWorkflow, Inventory, 0},
		{gennaker.TagImageWorkflow, TagImage, 0},
		{gennaker.CorrelationWorkflow, Correlation, 0},
		// It runs for years: pinned, it would keep its first worker alive.
		{gennaker.PipelineDocumentWorkflow, engine{types}.PipelineDocument, workflow.VersioningBehaviorAutoUpgrade},
	} {
		r.RegisterWorkflowWithOptions(w.run, workflow.RegisterOptions{Name: w.name, VersioningBehavior: w.behavior})
	}
}
