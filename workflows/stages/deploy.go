package stages

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/strategies"
)

type deployConfig struct {
	Clusters []strategies.Cluster `json:"clusters" jsonschema:"required" jsonschema_description:"What to deploy, all at the same time."`
}

// Deploy makes a new server group in each of the stage's clusters.
func Deploy(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[deployConfig](in.Config)
	if err != nil {
		return nil, err
	}
	blocks, _ := in.Config["clusters"].([]any)
	if len(blocks) == 0 || len(blocks) != len(c.Clusters) {
		return nil, fmt.Errorf("clusters: %w: a list of at least one cluster is wanted", gennaker.ErrInvalid)
	}
	var list []gennaker.Operation
	for i, cluster := range c.Clusters {
		block, _ := blocks[i].(map[string]any)
		moniker := cluster.Moniker(in.Execution.Application)
		if err := moniker.Check(); err != nil {
			return nil, fmt.Errorf("clusters[%d]: %w", i, err)
		}
		for _, location := range cluster.Locations() {
			ref := gennaker.ClusterRef{Location: location, Name: moniker.Cluster()}
			op := in.operation(gennaker.OpDeploy, ref, address{}, block)
			if cluster.Health != nil {
				op.Health = cluster.Health
			}
			list = append(list, op)
		}
	}
	changes, err := together(ctx, in, list)
	for _, c := range changes {
		in.State.Warnings = append(in.State.Warnings, c.Warnings...)
	}
	return deployed(changes), err
}

// deployed are Spinnaker's outputs of a deploy stage: the new server groups by
// region, and each with its account and capacity.
func deployed(changes []gennaker.Change) Outputs {
	groups := map[string]any{}
	var deployments []any
	for _, c := range changes {
		if !c.Created {
			continue
		}
		names, _ := groups[c.Cluster.Region].([]any)
		groups[c.Cluster.Region] = append(names, c.ServerGroup)
		deployments = append(deployments, map[string]any{
			"account": c.Cluster.Account, "region": c.Cluster.Region, "cluster": c.Cluster.Name,
			"serverGroup": c.ServerGroup, "capacity": c.Capacity, "disabled": c.Disabled, "destroyed": c.Destroyed,
		})
	}
	if len(deployments) == 0 {
		return nil
	}
	return Outputs{"deploy.server.groups": groups, "deployments": deployments}
}
