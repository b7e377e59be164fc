package stages

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// custom runs a stored pipeline in place of a deployment, and ends as that
// does. It holds no cluster meanwhile: the stages of the pipeline are the ones
// that change it, each as its only writer.
func (in Input) custom(ctx workflow.Context, op gennaker.Operation) (gennaker.Execution, error) {
	var e gennaker.Execution
	c, err := config.Decode[strategies.Cluster](op.Config)
	if err != nil {
		return e, err
	}
	id, err := in.startStrategy(ctx, c, op)
	if err != nil {
		return e, err
	}
	err = gate.Limit(ctx, in.Limit, func(ctx workflow.Context) (err error) {
		e, err = follow(ctx, in, id)
		return err
	})
	if err == nil && e.Status != gennaker.Succeeded {
		err = fmt.Errorf("execution %s, which deploys, is %s: %s", id, e.Status, cmp.Or(e.Error, troubles(e), "it did not succeed"))
	}
	if errors.Is(err, gate.ErrTimeout) {
		err = fmt.Errorf("execution %s, which deploys, was cancelled after %s: %w", id, in.Limit, err)
	}
	if e.ID == "" { // it was cancelled: what it could not put right is news
		outlive, _ := workflow.NewDisconnectedContext(ctx)
		if e, readErr := ops.AwaitExecution(outlive, id); readErr == nil && troubles(e) != "" {
			in.State.Warnings = append(in.State.Warnings, fmt.Sprintf("execution %s: %s", id, troubles(e)))
		}
	}
	return e, err
}

// troubles are the errors of an execution's stages.
func troubles(e gennaker.Execution) string {
	var list []string
	for _, s := range e.Stages {
		if s.Error != "" {
			list = append(list, fmt.Sprintf("stage %s: %s", s.RefID, s.Error))
		}
	}
	return strings.Join(list, "; ")
}

// startStrategy starts the pipeline once for each attempt and cluster.
func (in Input) startStrategy(ctx workflow.Context, c strategies.Cluster, op gennaker.Operation) (string, error) {
	if c.StrategyPipeline == "" {
		return "", fmt.Errorf("strategyPipeline: %w: it names the stored pipeline that the strategy custom runs", gennaker.ErrInvalid)
	}
	moniker := c.Moniker(in.Execution.Application)
	p, err := ops.FindPipeline(ctx, gennaker.PipelineRef{Application: cmp.Or(c.StrategyApplication, moniker.App), Pipeline: c.StrategyPipeline})
	if err != nil {
		return "", err
	}
	parameters := map[string]any{
		"application": moniker.App, "credentials": op.Cluster.Account, "cluster": op.Cluster.Name, "region": op.Cluster.Region,
		"moniker":       map[string]any{"app": moniker.App, "stack": moniker.Stack, "detail": moniker.Detail, "cluster": op.Cluster.Name},
		"cloudProvider": c.Provider, "strategy": true, "clone": false,
		"parentPipelineId": in.Execution.ID, "parentStageId": in.State.RefID,
	}
	maps.Copy(parameters, c.PipelineParameters)
	trigger, err := in.childTrigger(ctx, p, parameters)
	if err != nil {
		return "", err
	}
	trigger.Parent.Cluster = located(op)
	return in.startTriggered(ctx, p, trigger, "strategy "+op.Cluster.String())
}

// located is the cluster block of an operation, for its location alone.
func located(op gennaker.Operation) map[string]any {
	block := maps.Clone(op.Config)
	delete(block, "regions")
	delete(block, "namespace")
	block["account"], block["region"] = op.Cluster.Account, op.Cluster.Region
	return block
}

// inherited is what the stage deploys in a strategy: its parent's cluster, as
// it is, and with the traffic that the strategy wants.
func inherited(parent gennaker.Parent, traffic string) ([]any, []strategies.Cluster, error) {
	block := maps.Clone(parent.Cluster)
	block["strategy"] = "none"
	if traffic != "" && traffic != "inherit" {
		block["trafficOptions"] = traffic
	}
	c, err := config.Decode[strategies.Cluster](block)
	return []any{block}, []strategies.Cluster{c}, err
}

// withDeployed adds what the stages of a strategy have deployed.
func withDeployed(outputs, more Outputs) Outputs {
	if outputs == nil {
		outputs = Outputs{}
	}
	groups, _ := outputs["deploy.server.groups"].(map[string]any)
	if groups == nil {
		groups = map[string]any{}
	}
	found, _ := more["deploy.server.groups"].(map[string]any)
	for _, region := range gennaker.SortedKeys(found) {
		groups[region] = joined(groups[region], found[region])
	}
	if len(found) > 0 {
		outputs["deploy.server.groups"] = groups
		outputs["deployments"] = joined(outputs["deployments"], more["deployments"])
	}
	return outputs
}
