package stages

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

type deployCloudrunManifestConfig struct {
	manifestSource
	Provider    string            `json:"cloudProvider,omitempty"`
	Account     string            `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials string            `json:"credentials,omitempty"`
	Manifests   any               `json:"manifests,omitempty" jsonschema_description:"One Service of Knative, in a list or as text. Its name, and that of its revision, are the deployment's."`
	Manifest    any               `json:"manifest,omitempty" jsonschema_description:"The old name of manifests."`
	Application string            `json:"application,omitempty" jsonschema_description:"Default: app of moniker, then the pipeline's application."`
	Stack       string            `json:"stack,omitempty"`
	Details     string            `json:"details,omitempty"`
	Moniker     moniker           `json:"moniker,omitzero" jsonschema_description:"app, stack and detail count where the fields beside it are empty."`
	Region      string            `json:"region,omitempty" jsonschema_description:"Default: the label cloud.googleapis.com/location of the manifest, which goes before it."`
	Traffic     trafficManagement `json:"trafficManagement,omitzero" jsonschema_description:"Is refused where it is enabled: a stage of its own moves the traffic."`
	NoOutput    gennaker.Flag     `json:"noOutput,omitempty" jsonschema_description:"Leaves the manifest out of the outputs."`
}

// DeployCloudrunManifest makes a new server group of a service's manifest. If
// another one of the cluster has traffic, that stays as it is, and the new one
// gets none: a stage below moves it.
func DeployCloudrunManifest(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[deployCloudrunManifestConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if c.Traffic.Enabled {
		return nil, fmt.Errorf("trafficManagement: %w: the new server group gets no traffic from others: use a stage that moves it, or deploy with a strategy", gennaker.ErrInvalid)
	}
	service, err := in.service(ctx, c)
	if err != nil {
		return nil, err
	}
	block, err := c.block(service, in.Execution.Application)
	if err != nil {
		return nil, err
	}
	cluster, err := config.Decode[strategies.Cluster](block)
	if err != nil {
		return nil, err
	}
	list, err := in.deployment(cluster, block)
	if err != nil {
		return nil, err
	}
	if err := leaveTraffic(ctx, list[0]); err != nil {
		return nil, err
	}
	outputs, err := in.deploy(ctx, list)
	if err != nil || bool(c.NoOutput) {
		return outputs, err
	}
	outputs["manifests"], outputs["outputs.manifests"] = []any{service}, []any{service}
	return outputs, nil
}

// service is the manifest, with the images that must find a place in it.
func (in Input) service(ctx workflow.Context, c deployCloudrunManifestConfig) (knativeService, error) {
	value := c.Manifests
	if value == nil {
		value = c.Manifest
	}
	list, err := in.documents(ctx, c.manifestSource, "manifests", value)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("manifests: %w: a server group is of one service, and there are %d manifests", gennaker.ErrInvalid, len(list))
	}
	if err != nil {
		return nil, err
	}
	service, err := copied(list[0])
	if err != nil {
		return nil, err
	}
	c.BindArtifacts = new(bool) // only those that must
	_, must, err := in.bindable(ctx, c.manifestSource)
	if err != nil {
		return nil, err
	}
	return service, service.bind(must)
}

// block is the cluster block that makes the server group.
func (c deployCloudrunManifestConfig) block(service knativeService, application string) (map[string]any, error) {
	account, err := oneAccount(c.Account, c.Credentials)
	if err != nil {
		return nil, err
	}
	region := cmp.Or(service.location(), c.Region)
	if region == "" {
		return nil, fmt.Errorf("region: %w: neither the stage nor the label %s of the manifest says it", gennaker.ErrInvalid, locationLabel)
	}
	capacity, rest, err := service.scale()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(rest)
	return map[string]any{"cloudProvider": c.Provider, "account": account, "region": region, "strategy": "none",
		"application": cmp.Or(c.Application, c.Moniker.App, application), "stack": cmp.Or(c.Stack, c.Moniker.Stack), "freeFormDetails": cmp.Or(c.Details, c.Moniker.Detail),
		"capacity":    map[string]any{"min": capacity.Min, "desired": capacity.Desired, "max": capacity.Max},
		"configFiles": []any{string(text)}}, err
}

// leaveTraffic has the new server group made without traffic if another one of
// its cluster has some.
func leaveTraffic(ctx workflow.Context, op gennaker.Operation) error {
	groups, err := ops.Cluster(ctx, op.Cluster)
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	if slices.ContainsFunc(groups, func(g gennaker.ServerGroup) bool { return g.Enabled }) {
		op.Config["trafficOptions"] = "disable"
	}
	return err
}
