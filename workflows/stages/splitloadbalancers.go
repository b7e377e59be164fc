package stages

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/operations"
)

type splitLoadBalancersConfig struct {
	Provider      string              `json:"cloudProvider,omitempty"`
	LoadBalancers []splitLoadBalancer `json:"loadBalancers" jsonschema:"required" jsonschema_description:"Whose traffic is shared, one after another."`
}

// splitLoadBalancer is a load balancer that is a cluster's own, and so has its
// name.
type splitLoadBalancer struct {
	Provider       string `json:"cloudProvider,omitempty"`
	Account        string `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials    string `json:"credentials,omitempty"`
	Region         string `json:"region,omitempty"`
	LoadBalancer   string `json:"loadBalancerName,omitempty" jsonschema_description:"The cluster, of which it has the name; name says the same."`
	Name           string `json:"name,omitempty"`
	MigrateTraffic bool   `json:"migrateTraffic,omitempty" jsonschema_description:"Kept and not used."`
	Old            any    `json:"split,omitempty" jsonschema_description:"Kept and not used: what the traffic was when the document was written."`
	operations.SplitConfig
}

// SplitLoadBalancers has the server groups of clusters share their traffic by
// percentages.
func SplitLoadBalancers(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[splitLoadBalancersConfig](in.Config)
	if err != nil {
		return nil, err
	}
	blocks, _ := in.Config["loadBalancers"].([]any)
	if len(blocks) != len(c.LoadBalancers) {
		return nil, fmt.Errorf("loadBalancers: %w: a list of load balancers is wanted", gennaker.ErrInvalid)
	}
	var list []gennaker.Operation
	for i, b := range c.LoadBalancers {
		ref, err := b.cluster()
		if err != nil {
			return nil, fmt.Errorf("loadBalancers[%d]: %w", i, err)
		}
		fields, _ := blocks[i].(map[string]any)
		list = append(list, in.operation(gennaker.OpSplit, ref, address{}, fields))
	}
	changes, err := in.changeAll(ctx, list)
	return changed(changes), err
}

func (b splitLoadBalancer) cluster() (gennaker.ClusterRef, error) {
	account, err := oneAccount(b.Account, b.Credentials)
	name := cmp.Or(b.LoadBalancer, b.Name)
	if err == nil && name == "" {
		err = fmt.Errorf("loadBalancerName: %w: there is none", gennaker.ErrInvalid)
	}
	if err == nil && len(b.Split.Allocations) == 0 {
		err = fmt.Errorf("splitDescription.allocationDescriptions: %w: there are none", gennaker.ErrInvalid)
	}
	return gennaker.ClusterRef{Location: gennaker.In(account, b.Region), Name: name}, err
}
