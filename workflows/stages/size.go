package stages

import (
	"cmp"
	"errors"
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/operations"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// ResizeServerGroup gives a server group another capacity.
func ResizeServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	return in.resize(ctx, gennaker.OpResize)
}

// PinServerGroup gives a server group another capacity and does not wait.
func PinServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	return in.resize(ctx, gennaker.OpPin)
}

func (in Input) resize(ctx workflow.Context, kind string) (Outputs, error) {
	in.Config = in.with("originalCapacity", in.foundAll("originalCapacity."))
	return change(ctx, in, kind)
}

// captureConfig names the server group whose capacity is kept.
type captureConfig struct {
	address
	UseSource    bool              `json:"useSourceCapacity,omitempty" jsonschema_description:"Without it, here or in source, nothing is kept."`
	PreferSource bool              `json:"preferSourceCapacity,omitempty" jsonschema_description:"It is no failure if there is no source."`
	Source       strategies.Source `json:"source,omitzero" jsonschema_description:"The server group. Default: that of serverGroupName or target, else the newest of the cluster."`
	Capacity     map[string]any    `json:"capacity,omitempty" jsonschema_description:"With preferSourceCapacity: what counts if there is no source."`
}

// CaptureCapacity keeps the capacity of a server group for later stages.
func CaptureCapacity(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[captureConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if !c.UseSource && !c.Source.UseCapacity {
		return Outputs{"useSourceCapacity": false}, nil
	}
	g, err := c.find(ctx)
	if errors.Is(err, gennaker.ErrNotFound) && c.PreferSource {
		return Outputs{"useSourceCapacity": false, "capacity": c.Capacity}, nil
	}
	if err != nil {
		return nil, err
	}
	pinned := g.Capacity
	pinned.Min = pinned.Desired
	return Outputs{"useSourceCapacity": false, "source": reference(g), "sourceServerGroupCapacitySnapshot": g.Capacity, "capacity": pinned}, nil
}

// find is the server group that the fields name.
func (c captureConfig) find(ctx workflow.Context) (gennaker.ServerGroup, error) {
	a := c.address
	a.Account, a.Credentials = first(c.Source.Account, first(a.Account, a.Credentials)), ""
	a.Region = first(c.Source.Region, a.Region)
	a.ServerGroup = first(first(c.Source.ServerGroup, c.Source.Asg), a.serverGroup())
	a.Target = cmp.Or(a.Target, gennaker.TargetCurrent)
	clusters, err := a.clusters()
	if err != nil {
		return gennaker.ServerGroup{}, err
	}
	return choose(ctx, clusters[0], a)
}

// choose finds the server group that an address means in a cluster.
func choose(ctx workflow.Context, cluster gennaker.ClusterRef, a address) (gennaker.ServerGroup, error) {
	groups, err := ops.Cluster(ctx, cluster)
	if err != nil {
		return gennaker.ServerGroup{}, err
	}
	g, err := gennaker.ChooseServerGroup(groups, a.serverGroup(), a.Target)
	if err != nil {
		return g, fmt.Errorf("cluster %s: %w", cluster, err)
	}
	return g, nil
}

// reference is a server group as Spinnaker's stages name it to one another.
func reference(g gennaker.ServerGroup) map[string]any {
	return map[string]any{"name": g.Name, "serverGroupName": g.Name, "asgName": g.Name, "account": g.Account, "region": g.Region,
		"cluster": g.Moniker.Cluster(), "capacity": g.Capacity, "image": g.Image, "disabled": !g.Enabled}
}

// applyConfig names the server group whose min is lowered.
type applyConfig struct {
	Server any `json:"target,omitempty" jsonschema_description:"The server group: a word as in other stages, or an object with its serverGroupName, account and region."`
	address
	operations.MinimumConfig
}

// ApplyCapacity lowers the min of a server group to the one that was kept.
func ApplyCapacity(ctx workflow.Context, in Input) (Outputs, error) {
	snapshot, _ := in.found("sourceServerGroupCapacitySnapshot")
	in.Config = in.with("sourceServerGroupCapacitySnapshot", snapshot)
	if in.Config["sourceServerGroupCapacitySnapshot"] == nil {
		return Outputs{"changes": []gennaker.Change{}}, nil
	}
	if target, ok := in.Config["target"].(map[string]any); ok {
		in.Config = maps.Clone(in.Config)
		delete(in.Config, "target")
		maps.Copy(in.Config, target)
	}
	return change(ctx, in, gennaker.OpLowerMinimum)
}

// targetConfig says which server groups to find.
type targetConfig struct{ address }

// DetermineTarget finds the server group that target means in each of the
// stage's regions.
func DetermineTarget(ctx workflow.Context, in Input) (Outputs, error) {
	a, err := config.Decode[address](in.Config)
	if err != nil {
		return nil, err
	}
	clusters, err := a.clusters()
	if err != nil {
		return nil, err
	}
	var found []any
	for _, cluster := range clusters {
		g, err := choose(ctx, cluster, a)
		if err != nil {
			return nil, err
		}
		g.Account = cluster.Account
		found = append(found, reference(g))
	}
	return Outputs{"targetReferences": found}, nil
}
