package stages

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

type rollbackDeploymentsConfig struct {
	Stages        []string     `json:"stages,omitempty" jsonschema_description:"The refIds or names of the stages whose deployments are taken back. Default: all above that have deployed."`
	Clusters      []deployedTo `json:"clusters,omitempty" jsonschema_description:"Where to look for what the execution has deployed, instead of in the outputs of stages: it may have made more than it could tell. Each has account, region and cluster."`
	TargetHealthy *int         `json:"targetHealthyRollbackPercentage,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"Percent of the instances that must be healthy before the new ones go; default 100 below ten instances, 90 below twenty, else 95."`
}

// deployedTo is a cluster that a stage has deployed to.
type deployedTo struct {
	Account string `json:"account"`
	Region  string `json:"region,omitempty"`
	Cluster string `json:"cluster"`
}

func (d deployedTo) ref() gennaker.ClusterRef {
	return gennaker.ClusterRef{Location: gennaker.In(d.Account, d.Region), Name: d.Cluster}
}

// made is a server group that a stage has deployed.
type made struct {
	gennaker.ClusterRef
	serverGroup string
}

// RollbackDeployments takes back what stages of the execution have deployed,
// wherever that is: the last first, one after another, and looks at each
// cluster afterwards. One that does not go back does not keep the others from
// it.
func RollbackDeployments(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[rollbackDeploymentsConfig](in.Config)
	if err != nil {
		return nil, err
	}
	list, err := c.deployments(ctx, in)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("stages: %w: nothing that was deployed is in traffic", gennaker.ErrNotFound)
	}
	fields := map[string]any{}
	if c.TargetHealthy != nil {
		fields["targetHealthyRollbackPercentage"] = *c.TargetHealthy
	}
	var changes []gennaker.Change
	var failures, passed []error
	for _, m := range list {
		if ctx.Err() != nil {
			return rolledBack(changes), ctx.Err()
		}
		done, err := in.takeBack(ctx, m, fields)
		switch {
		case errors.Is(err, gennaker.ErrNotFound):
			passed = append(passed, err)
			continue
		case err != nil:
			failures = append(failures, err)
			continue
		}
		changes = append(changes, done)
		in.leave(changes)
	}
	if len(changes) == 0 && len(failures) == 0 {
		return nil, errors.Join(passed...)
	}
	for _, err := range passed {
		in.State.Warnings = append(in.State.Warnings, err.Error())
	}
	return rolledBack(changes), errors.Join(failures...)
}

// deployments are what was deployed and not taken back yet, the last first.
func (c rollbackDeploymentsConfig) deployments(ctx workflow.Context, in Input) ([]made, error) {
	if len(c.Clusters) > 0 {
		return c.marked(ctx, in)
	}
	var list []made
	for _, s := range in.Above() {
		if len(c.Stages) == 0 || slices.Contains(c.Stages, s.RefID) || slices.Contains(c.Stages, s.Name) {
			list = append(list, deploymentsOf(s.Outputs)...)
		}
	}
	return list, nil
}

// deploymentsOf reads the outputs of a stage that deploys, the last first.
func deploymentsOf(outputs map[string]any) []made {
	deployments, _ := outputs["deployments"].([]any)
	var list []made
	for _, one := range slices.Backward(deployments) {
		fields, _ := one.(map[string]any)
		d, err := config.Decode[deployedTo](fields)
		if name, _ := fields["serverGroup"].(string); err == nil && name != "" {
			list = append(list, made{d.ref(), name})
		}
	}
	return list
}

// marked are the server groups in traffic that bear the marks of the execution
// and of the stages, the newest of each cluster.
func (c rollbackDeploymentsConfig) marked(ctx workflow.Context, in Input) ([]made, error) {
	var list []made
	for _, d := range slices.Backward(c.Clusters) {
		groups, err := ops.Cluster(ctx, d.ref())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.ref(), err)
		}
		for _, g := range slices.Backward(groups) {
			ours := g.Marks[gennaker.MarkExecution] == in.Execution.ID && (len(c.Stages) == 0 || slices.Contains(c.Stages, g.Marks[gennaker.MarkStage]))
			if ours && g.Enabled {
				list = append(list, made{d.ref(), g.Name})
				break
			}
		}
	}
	return list, nil
}

// takeBack rolls one deployment back, and sees that it is.
func (in Input) takeBack(ctx workflow.Context, m made, fields map[string]any) (gennaker.Change, error) {
	op := in.operation(gennaker.OpRollback, m.ClusterRef, address{}, map[string]any{"rollbackServerGroupName": m.serverGroup})
	for _, name := range gennaker.SortedKeys(fields) {
		op.Config[name] = fields[name]
	}
	done, err := ops.ChangeCluster(ctx, op, in)
	if err == nil {
		err = in.isBack(ctx, done)
	}
	if err != nil {
		return done, fmt.Errorf("%s: %w", m.ClusterRef, err)
	}
	return done, nil
}

// isBack looks whether a cluster is as a rollback should have left it.
func (in Input) isBack(ctx workflow.Context, done gennaker.Change) error {
	groups, err := ops.Cluster(ctx, done.Cluster)
	if err != nil {
		return fmt.Errorf("look whether %s is back: %w", done.ServerGroup, err)
	}
	serving := 0
	for _, g := range groups {
		switch g.Name {
		case done.RolledBack:
			if g.Enabled {
				return fmt.Errorf("%s was rolled back, and %w: it takes traffic", g.Name, gennaker.ErrUnhealthy)
			}
		case done.ServerGroup:
			serving = gennaker.HealthProviders(in.Stage.HealthProviderNames).InService(g)
		}
	}
	if serving == 0 && done.Capacity != nil && done.Capacity.Desired > 0 {
		return fmt.Errorf("%s was put back, and is %w: none of its instances is in service", done.ServerGroup, gennaker.ErrUnhealthy)
	}
	return nil
}
