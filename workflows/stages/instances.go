package stages

import (
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/operations"
	"github.com/gennaker/gennaker/workflows/ops"
)

// TerminateInstances ends instances; others take their place.
func TerminateInstances(ctx workflow.Context, in Input) (Outputs, error) {
	return in.changeInstances(ctx, gennaker.OpTerminate, in.Config)
}

// TerminateAndDecrement ends an instance, and its server group shrinks by it.
func TerminateAndDecrement(ctx workflow.Context, in Input) (Outputs, error) {
	return in.changeInstances(ctx, gennaker.OpTerminate, in.with("decrement", true))
}

// RebootInstances starts instances anew.
func RebootInstances(ctx workflow.Context, in Input) (Outputs, error) {
	return in.changeInstances(ctx, gennaker.OpReboot, in.Config)
}

// changeInstances makes an operation on instances, one in each server group
// that has some of them.
func (in Input) changeInstances(ctx workflow.Context, kind string, fields map[string]any) (Outputs, error) {
	members, err := in.members(ctx)
	if err != nil {
		return nil, err
	}
	var list []gennaker.Operation
	for _, m := range members {
		own := maps.Clone(fields)
		own["instanceIds"] = m.IDs
		delete(own, "instance")
		list = append(list, in.operation(kind, m.Cluster(), address{ServerGroup: m.Name}, own))
	}
	changes, err := in.changeAll(ctx, list)
	return changed(changes), err
}

// members are the stage's instances by server group: the one that it names, or
// else those that have them.
func (in Input) members(ctx workflow.Context) ([]gennaker.InstancesRef, error) {
	a, err := config.Decode[address](in.Config)
	if err != nil {
		return nil, err
	}
	c, err := config.Decode[operations.InstancesConfig](in.Config)
	if err != nil {
		return nil, err
	}
	account, err := oneAccount(a.Account, a.Credentials)
	if err != nil {
		return nil, err
	}
	if len(c.All()) == 0 {
		return nil, fmt.Errorf("instanceIds: %w: the stage names none", gennaker.ErrInvalid)
	}
	at := a.in(account)[0]
	if name := a.serverGroup(); name != "" {
		return []gennaker.InstancesRef{{ServerGroupRef: gennaker.ServerGroupRef{Location: at, Name: name}, IDs: c.All()}}, nil
	}
	found, err := ops.FindInstances(ctx, gennaker.InstanceQuery{Location: at, IDs: c.All()})
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("instances %v: %w in %s/%s", c.All(), gennaker.ErrNotFound, at.Account, at.Region)
	}
	return found, err
}

// ModifyScalingProcess suspends or resumes processes of a server group: those
// that it names, or else those that a stage above has suspended or resumed.
func ModifyScalingProcess(ctx workflow.Context, in Input) (Outputs, error) {
	in.Config = in.with("scalingProcesses", in.foundAll("scalingProcesses."))
	outputs, err := change(ctx, in, gennaker.OpProcesses)
	changes, _ := outputs["changes"].([]gennaker.Change)
	for _, c := range changes {
		outputs["scalingProcesses."+c.ServerGroup] = c.Processes
	}
	return outputs, err
}
