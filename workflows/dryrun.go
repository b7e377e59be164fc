package workflows

import (
	"maps"

	"github.com/gennaker/gennaker/workflows/stages"
)

// dryRun stands for a stage's work in a dry run: nothing is done and nothing
// waited for. It puts out what the stage put out in an earlier execution, if
// the trigger brought that, and under dryRun the fields that it would have run
// with.
func (r *run) dryRun(in stages.Input) stages.Outputs {
	outputs := maps.Clone(r.e.Trigger.DryRunOutputs[in.State.RefID])
	if outputs == nil {
		outputs = stages.Outputs{}
	}
	outputs["dryRun"] = in.Config
	return outputs
}
