package stages

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// cloneConfig says what to clone, and what is to be otherwise.
type cloneConfig struct {
	AccountName   string   `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials   string   `json:"credentials,omitempty"`
	Target        string   `json:"target,omitempty" jsonschema_description:"The server group to clone, if source names none: current_asg_dynamic (the newest; the default), ancestor_asg_dynamic (the one before) or oldest_asg_dynamic."`
	TargetCluster string   `json:"targetCluster,omitempty" jsonschema_description:"The cluster that target is about. Default: that of the clone."`
	ClusterName   string   `json:"cluster,omitempty" jsonschema_description:"Says the same as targetCluster."`
	Names         *moniker `json:"moniker,omitempty" jsonschema_description:"Says the same as application, stack and freeFormDetails."`
	strategies.Cluster
}

// CloneServerGroup makes a server group like another one, except for what the
// stage's fields say.
func CloneServerGroup(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[cloneConfig](in.Config)
	if err != nil {
		return nil, err
	}
	if c.Account, err = oneAccount(c.AccountName, c.Credentials); err != nil {
		return nil, err
	}
	if c.Strategy == "custom" {
		return nil, fmt.Errorf("strategy custom: %w: it deploys, and does not clone; take a deploy stage", gennaker.ErrInvalid)
	}
	made, err := c.made(in)
	if err != nil {
		return nil, err
	}
	var list []gennaker.Operation
	for _, location := range c.where() {
		ref := gennaker.ClusterRef{Location: location, Name: made.Cluster()}
		op := in.operation(gennaker.OpClone, ref, address{}, in.imaged(in.Config, c.Provider, location))
		op.ServerGroup, op.Target, op.Source = c.from(ref)
		if c.Health != nil {
			op.Health = c.Health
		}
		list = append(list, op)
	}
	return in.deploy(ctx, list)
}

// made is the moniker of the new server group: that of the source, as far as
// the fields do not say otherwise.
func (c cloneConfig) made(in Input) (gennaker.Moniker, error) {
	m := gennaker.ParseMoniker(cmp.Or(c.source(), c.TargetCluster, c.ClusterName, c.Names.cluster()))
	m.Sequence = -1
	m.App = cmp.Or(c.Application, m.App, in.Execution.Application)
	if _, said := in.Config["stack"]; said {
		m.Stack = c.Stack
	}
	if _, said := in.Config["freeFormDetails"]; said {
		m.Detail = c.Detail
	}
	if err := m.Check(); err != nil {
		return m, fmt.Errorf("the clone's name: %w", err)
	}
	return m, nil
}

func (c cloneConfig) source() string { return first(c.Source.ServerGroup, c.Source.Asg) }

// where is the clone to be: where the fields say, or else beside its source.
func (c cloneConfig) where() []gennaker.Location {
	if c.Region == "" && c.Namespace == "" && len(c.Regions) == 0 && len(c.Zones) == 0 {
		c.Region = c.Source.Region
	}
	return c.Locations()
}

// from is what to clone into a cluster: a server group by name, or else by a
// word, of a cluster.
func (c cloneConfig) from(into gennaker.ClusterRef) (name, word string, cluster *gennaker.ClusterRef) {
	at := gennaker.In(cmp.Or(c.Source.Account, into.Account), cmp.Or(c.Source.Region, into.Region))
	if name = c.source(); name != "" {
		return name, "", &gennaker.ClusterRef{Location: at, Name: gennaker.ParseMoniker(name).Cluster()}
	}
	return "", cmp.Or(c.Target, gennaker.TargetCurrent),
		&gennaker.ClusterRef{Location: at, Name: cmp.Or(c.TargetCluster, c.ClusterName, c.Names.cluster(), into.Name)}
}
