package operations

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// ProcessesConfig says what to do with which processes.
type ProcessesConfig struct {
	Action    string              `json:"action,omitempty" jsonschema:"required,enum=suspend,enum=resume"`
	Processes []string            `json:"processes,omitempty" jsonschema_description:"By the cloud's names, such as Launch. Default: those that a stage above has suspended or resumed."`
	Earlier   map[string][]string `json:"scalingProcesses,omitempty" jsonschema_description:"Those, by server group."`
}

// Processes suspends or resumes processes of a server group, as far as they are
// not.
func Processes(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[ProcessesConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, _, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	wanted := c.Processes
	if len(wanted) == 0 {
		wanted = c.Earlier[g.Name]
	}
	set := gennaker.SetProcesses{ServerGroupRef: g.Ref()}
	change := changed(op, g)
	switch c.Action {
	case "suspend":
		set.Suspend = slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return slices.Contains(g.Suspended, name) })
	case "resume":
		set.Resume = slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return !slices.Contains(g.Suspended, name) })
	default:
		return change, fmt.Errorf("action %q: %w: it is suspend or resume", c.Action, gennaker.ErrInvalid)
	}
	change.Processes = slices.Concat(set.Suspend, set.Resume)
	if len(change.Processes) == 0 {
		return change, nil
	}
	return change, ops.SetProcesses(ctx, set)
}

// unhindered does something to the size of a server group while no process
// that it needs is suspended.
func unhindered(ctx workflow.Context, g gennaker.ServerGroup, do func() error) error {
	var hindering []string
	for _, name := range []string{gennaker.ProcessLaunch, gennaker.ProcessTerminate} {
		if slices.Contains(g.Suspended, name) {
			hindering = append(hindering, name)
		}
	}
	if len(hindering) == 0 {
		return do()
	}
	if err := ops.SetProcesses(ctx, gennaker.SetProcesses{ServerGroupRef: g.Ref(), Resume: hindering}); err != nil {
		return err
	}
	failed := do()
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if err := ops.SetProcesses(outlive, gennaker.SetProcesses{ServerGroupRef: g.Ref(), Suspend: hindering}); err != nil && failed == nil {
		return err
	}
	return failed
}

// resize gives a server group another capacity, and awaits what it is told to,
// before what was suspended is suspended again.
func resize(ctx workflow.Context, g gennaker.ServerGroup, to gennaker.Capacity, await func() error) error {
	return unhindered(ctx, g, func() error {
		if err := ops.Resize(ctx, g.Ref(), to); err != nil {
			return err
		}
		return await()
	})
}
