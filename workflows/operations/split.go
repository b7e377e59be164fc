package operations

import (
	"cmp"
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// SplitConfig says how the server groups of a cluster share its traffic.
type SplitConfig struct {
	Split struct {
		Allocations []Allocation `json:"allocationDescriptions" jsonschema:"required" jsonschema_description:"100 percent together. Server groups that none of them means get no traffic, and are disabled."`
	} `json:"splitDescription" jsonschema:"required"`
}

// Allocation is the part of one server group.
type Allocation struct {
	Percent     int    `json:"percent" jsonschema:"required,minimum=0,maximum=100" jsonschema_description:"0 disables it."`
	Target      string `json:"target,omitempty" jsonschema_description:"current_asg_dynamic (the newest), ancestor_asg_dynamic (the one before) or oldest_asg_dynamic."`
	Cluster     string `json:"cluster,omitempty" jsonschema_description:"The same as loadBalancerName."`
	Revision    string `json:"revisionName,omitempty" jsonschema_description:"The server group by its name, without target; serverGroupName says the same."`
	ServerGroup string `json:"serverGroupName,omitempty"`
	Locator     string `json:"locatorType,omitempty" jsonschema_description:"Kept and not used: target counts, if there is one."`
}

// Split has the server groups of a cluster share its traffic by percentages,
// and waits until they do; otherwise they share it as before. The traffic guard
// has no say: the cloud moves nothing to who cannot take it.
func Split(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	change := gennaker.Change{Cluster: op.Cluster}
	c, err := config.Decode[SplitConfig](op.Config)
	if err != nil {
		return change, err
	}
	cluster, err := ops.Cluster(ctx, op.Cluster)
	if err != nil {
		return change, err
	}
	s, err := c.plan(op.Cluster, cluster)
	if err != nil {
		return change, fmt.Errorf("cluster %s: %w", op.Cluster, err)
	}
	was, err := ops.Traffic(ctx, op.Cluster)
	if err != nil {
		return change, err
	}
	change.Traffic = s.Percents
	for _, g := range cluster {
		if s.Percents[g.Name] == 0 && g.Enabled {
			change.Disabled = append(change.Disabled, g.Name)
		}
	}
	return change, share(ctx, s, was, cluster)
}

// share has the traffic shared so, or as it was.
func share(ctx workflow.Context, s, was gennaker.SplitTraffic, cluster []gennaker.ServerGroup) error {
	err := ops.SplitTraffic(ctx, s)
	switch {
	case err == nil:
		err = awaitSplit(ctx, s, cluster)
	case errors.Is(err, gennaker.ErrInvalid) || errors.Is(err, gennaker.ErrNotFound) || errors.Is(err, gennaker.ErrDenied):
		return err // and nothing is changed
	}
	if err == nil {
		return nil
	}
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	if ctx.Err() != nil {
		gate.Of(ctx).Open(ctx) // a pause must not hold up the clean-up
	}
	if was.Check() != nil { // a part of it went elsewhere, or nowhere
		return fmt.Errorf("%w; the traffic is left as it was asked for", err)
	}
	if backErr := ops.SplitTraffic(outlive, was); backErr != nil {
		return fmt.Errorf("the traffic could not be put back (%w) after this: %s", backErr, err.Error())
	}
	return fmt.Errorf("%w; the traffic is put back: %s", err, was)
}

// plan finds the server groups that the percentages are of.
func (c SplitConfig) plan(ref gennaker.ClusterRef, cluster []gennaker.ServerGroup) (gennaker.SplitTraffic, error) {
	s := gennaker.SplitTraffic{ClusterRef: ref, Percents: map[string]int{}}
	for i, a := range c.Split.Allocations {
		name, err := a.find(ref, cluster)
		if _, twice := s.Percents[name]; err == nil && twice {
			err = fmt.Errorf("%w: it is %s, as another one is", gennaker.ErrInvalid, name)
		}
		if err != nil {
			return s, fmt.Errorf("allocationDescriptions[%d]: %w", i, err)
		}
		s.Percents[name] = a.Percent
	}
	return s, s.Check()
}

// find is the name of the server group that is meant. A target counts before a
// name, as in Spinnaker, whose editor leaves there what it was then.
func (a Allocation) find(ref gennaker.ClusterRef, cluster []gennaker.ServerGroup) (string, error) {
	if a.Cluster != "" && a.Cluster != ref.Name {
		return "", fmt.Errorf("cluster %s: %w: the traffic of %s is that of its own server groups", a.Cluster, gennaker.ErrInvalid, ref.Name)
	}
	name := cmp.Or(a.Revision, a.ServerGroup)
	if a.Target != "" {
		name = ""
	}
	g, err := gennaker.ChooseServerGroup(cluster, name, a.Target)
	return g.Name, err
}

// awaitSplit waits until who is to have traffic is up, and has it.
func awaitSplit(ctx workflow.Context, s gennaker.SplitTraffic, cluster []gennaker.ServerGroup) error {
	for _, g := range cluster {
		if s.Percents[g.Name] == 0 {
			continue
		}
		if err := ops.AwaitUp(ctx, g.Ref(), g.Capacity.Desired); err != nil {
			return err
		}
	}
	return ops.AwaitTraffic(ctx, s)
}
