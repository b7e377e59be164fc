package stages

import (
	"fmt"
	"maps"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
)

// BulkDestroy removes several server groups, those of one cluster at the same
// time.
func BulkDestroy(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[destroySomeConfig](in.Config)
	if err != nil {
		return nil, err
	}
	account, err := oneAccount(c.Account, c.Credentials)
	if err != nil {
		return nil, err
	}
	if len(c.Names) == 0 {
		return nil, fmt.Errorf("serverGroupNames: %w: the stage names none", gennaker.ErrInvalid)
	}
	byCluster := map[string][]string{}
	for _, name := range c.Names {
		cluster := gennaker.ParseMoniker(name).Cluster()
		byCluster[cluster] = append(byCluster[cluster], name)
	}
	var list []gennaker.Operation
	for _, at := range c.in(account) {
		for _, cluster := range gennaker.SortedKeys(byCluster) {
			fields := maps.Clone(in.Config)
			fields["serverGroupNames"] = byCluster[cluster]
			list = append(list, in.operation(gennaker.OpDestroySome, gennaker.ClusterRef{Location: at, Name: cluster}, address{}, fields))
		}
	}
	changes, err := in.changeAll(ctx, list)
	return changed(changes), err
}
