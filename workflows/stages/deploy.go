package stages

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

type deployConfig struct {
	Clusters []strategies.Cluster `json:"clusters" required:"unless strategy" jsonschema_description:"What to deploy, all at the same time. In a strategy: what the stage deploys that runs it."`
	Together bool                 `json:"rollbackTogether,omitempty" jsonschema_description:"If one of the clusters fails, those that have succeeded are rolled back too, one after another, the last of the list first. Each is looked at afterwards."`
	Traffic  string               `json:"trafficOptions,omitempty" jsonschema:"enum=,enum=inherit,enum=enable,enum=disable" jsonschema_description:"In a strategy, without clusters: whether the new server group is made with traffic; inherit is the default."`
}

// goBack plans what happens when one of several deployments has failed and the
// others are not to stay by themselves.
func goBack(in Input) ([]gennaker.Stage, error) {
	c, err := config.Decode[deployConfig](in.Config)
	if err != nil || !c.Together {
		return nil, err
	}
	list, err := in.deployments()
	if err != nil {
		return nil, nil // it has not come so far as to deploy
	}
	var clusters []any
	for _, op := range list {
		clusters = append(clusters, map[string]any{"account": op.Cluster.Account, "region": op.Cluster.Region, "cluster": op.Cluster.Name})
	}
	return []gennaker.Stage{{Type: "rollbackDeployments", Name: "Roll all back", HealthProviderNames: in.Stage.HealthProviderNames,
		Config: map[string]any{"stages": []any{in.State.RefID}, "clusters": clusters}}}, nil
}

// createConfig is the block of one cluster, as fields of the stage.
type createConfig struct {
	AccountName string `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials string `json:"credentials,omitempty"`
	strategies.Cluster
}

// Deploy makes a new server group in each of the stage's clusters.
func Deploy(ctx workflow.Context, in Input) (Outputs, error) {
	list, err := in.deployments()
	if err != nil {
		return nil, err
	}
	return in.deploy(ctx, list)
}

// CreateServerGroup makes a new server group in the cluster that the stage's
// own fields describe.
func CreateServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[createConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if c.Account, err = oneAccount(c.AccountName, c.Credentials); err != nil {
		return nil, err
	}
	list, err := in.deployment(c.Cluster, in.Config)
	if err != nil {
		return nil, err
	}
	return in.deploy(ctx, list)
}

// deployments are what the stage deploys: a new server group in each location
// of each cluster.
func (in Input) deployments() ([]gennaker.Operation, error) {
	c, err := config.Decode[deployConfig](in.Config)
	if err != nil {
		return nil, err
	}
	blocks, _ := in.Config["clusters"].([]any)
	if parent := in.Execution.Trigger.Parent; len(blocks) == 0 && parent != nil && parent.Cluster != nil {
		if blocks, c.Clusters, err = inherited(*parent, c.Traffic); err != nil {
			return nil, err
		}
	}
	if len(blocks) == 0 || len(blocks) != len(c.Clusters) {
		return nil, fmt.Errorf("clusters: %w: a list of at least one cluster is wanted", gennaker.ErrInvalid)
	}
	var list []gennaker.Operation
	for i, cluster := range c.Clusters {
		block, _ := blocks[i].(map[string]any)
		more, err := in.deployment(cluster, block)
		if err != nil {
			return nil, fmt.Errorf("clusters[%d]: %w", i, err)
		}
		list = append(list, more...)
	}
	return list, nil
}

// deployment is what deploys a cluster block in each of its locations.
func (in Input) deployment(c strategies.Cluster, block map[string]any) ([]gennaker.Operation, error) {
	moniker := c.Moniker(in.Execution.Application)
	if err := moniker.Check(); err != nil {
		return nil, err
	}
	var list []gennaker.Operation
	for _, location := range c.Locations() {
		ref := gennaker.ClusterRef{Location: location, Name: moniker.Cluster()}
		op := in.operation(gennaker.OpDeploy, ref, address{}, in.imaged(block, c.Provider, location))
		if c.Health != nil {
			op.Health = c.Health
		}
		list = append(list, op)
	}
	return list, nil
}

// deploy deploys all at the same time.
func (in Input) deploy(ctx workflow.Context, list []gennaker.Operation) (Outputs, error) {
	for i, op := range list {
		block, err := in.withArtifacts(ctx, op.Config)
		if err != nil {
			return nil, fmt.Errorf("cluster %s: %w", op.Cluster, err)
		}
		list[i].Config = block
	}
	var children []gennaker.Execution
	changes, err := together(ctx, list, func(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
		if op.Config["strategy"] != "custom" {
			return ops.ChangeCluster(ctx, op, in)
		}
		child, err := in.custom(ctx, op)
		children = append(children, child)
		return gennaker.Change{Cluster: op.Cluster}, err
	})
	for _, c := range changes {
		in.State.Warnings = append(in.State.Warnings, c.Warnings...)
	}
	outputs := deployed(changes)
	for _, child := range children {
		outputs = withDeployed(outputs, outputsOf(child))
	}
	return outputs, err
}

// deployed are Spinnaker's outputs of a deploy stage: the new server groups, or
// those whose instances are new, by region, and each with its account and capacity.
func deployed(changes []gennaker.Change) Outputs {
	groups := map[string]any{}
	var deployments []any
	for _, c := range changes {
		if !c.Created && !c.Refreshed {
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
