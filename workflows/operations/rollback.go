package operations

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
	"github.com/gennaker/gennaker/workflows/strategies"
)

// RollbackConfig says what to roll back to and how carefully.
type RollbackConfig struct {
	Restore       string  `json:"originalServerGroup,omitempty" jsonschema_description:"The server group to go back to; default: the one before the newest enabled."`
	TargetHealthy *int    `json:"targetHealthyRollbackPercentage,omitempty" jsonschema:"minimum=0,maximum=100" jsonschema_description:"Percent of its instances that must be healthy; default 100 below ten instances, 90 below twenty, else 95."`
	DelayDisable  float64 `json:"delayBeforeDisableSeconds,omitempty" jsonschema:"minimum=0"`
}

// Rollback puts an older server group into traffic, as big as the newest, and
// then takes the newest out. Capacity is never removed first.
func Rollback(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[RollbackConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return gennaker.Change{}, err
	}
	bad, good, err := c.candidates(cluster, op.Cluster)
	if err != nil {
		return gennaker.Change{}, err
	}
	size, err := bringBack(ctx, c, *good, bad.Capacity)
	if err != nil {
		return gennaker.Change{}, err
	}
	delay := time.Duration(c.DelayDisable * float64(time.Second))
	if err := gate.Sleep(ctx, delay, "before "+bad.Name+" is disabled"); err != nil {
		return gennaker.Change{}, err
	}
	return gennaker.Change{Cluster: op.Cluster, ServerGroup: good.Name, RolledBack: bad.Name,
		Capacity: &size, Disabled: []string{bad.Name}}, ops.Disable(ctx, bad.Ref())
}

// candidates are the newest enabled server group and the one to restore.
func (c RollbackConfig) candidates(cluster []gennaker.ServerGroup, ref gennaker.ClusterRef) (bad, good *gennaker.ServerGroup, err error) {
	newest := -1
	for i, g := range cluster {
		if g.Enabled {
			newest = i
		}
	}
	if newest < 0 {
		return nil, nil, fmt.Errorf("roll back %s: %w: none of its %d server groups is enabled", ref, gennaker.ErrInvalid, len(cluster))
	}
	older := newest - 1
	if c.Restore != "" {
		older = slices.IndexFunc(cluster, func(g gennaker.ServerGroup) bool { return g.Name == c.Restore })
	}
	if older < 0 {
		return nil, nil, fmt.Errorf("roll back %s: %w: there is no server group %s to go back to", ref, gennaker.ErrNotFound,
			orWords(c.Restore, "older than "+cluster[newest].Name))
	}
	if older == newest {
		return nil, nil, fmt.Errorf("roll back %s: %w: %s is what runs now", ref, gennaker.ErrInvalid, c.Restore)
	}
	return &cluster[newest], &cluster[older], nil
}

func orWords(name, words string) string {
	if name != "" {
		return name
	}
	return words
}

// bringBack enables the server group at no less than the size of the one it
// replaces, and waits until enough of it is healthy.
func bringBack(ctx workflow.Context, c RollbackConfig, good gennaker.ServerGroup, beside gennaker.Capacity) (gennaker.Capacity, error) {
	to := good.Capacity
	to.Desired = max(to.Desired, beside.Desired)
	to.Max = max(to.Max, beside.Max)
	if err := ops.Enable(ctx, good.Ref()); err != nil {
		return to, err
	}
	if to != good.Capacity {
		to.Min = to.Desired
		if err := ops.Resize(ctx, good.Ref(), to); err != nil {
			return to, err
		}
	}
	percent := defaultHealthy(to.Desired)
	if c.TargetHealthy != nil {
		percent = *c.TargetHealthy
	}
	return to, ops.AwaitUp(ctx, good.Ref(), strategies.Healthy(to.Desired, percent))
}

// defaultHealthy is Spinnaker's percentage by size.
func defaultHealthy(desired int) int {
	switch {
	case desired < 10:
		return 100
	case desired < 20:
		return 90
	}
	return 95
}
