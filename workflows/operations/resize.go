package operations

import (
	"fmt"
	"math"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// ResizeConfig says how big a server group shall be.
type ResizeConfig struct {
	Action     string            `json:"action,omitempty" jsonschema:"enum=scale_exact,enum=scale_up,enum=scale_down,enum=scale_to_cluster,enum=scale_to_server_group" jsonschema_description:"Default: scale_exact."`
	ResizeType string            `json:"resizeType,omitempty"`
	Capacity   *Wanted           `json:"capacity,omitempty" jsonschema_description:"For scale_exact; what is left out stays as it is."`
	Percent    *float64          `json:"scalePct,omitempty" jsonschema:"minimum=0"`
	Number     *int              `json:"scaleNum,omitempty" jsonschema:"minimum=0"`
	Source     map[string]any    `json:"source,omitempty" jsonschema_description:"For scale_to_server_group: its serverGroupName."`
	Pin        bool              `json:"pinCapacity,omitempty" jsonschema_description:"Let min and max be desired."`
	PinMinimum bool              `json:"pinMinimumCapacity,omitempty" jsonschema_description:"Let min be desired."`
	Unpin      bool              `json:"unpinMinimumCapacity,omitempty" jsonschema_description:"Let min be what it was before a stage above pinned it, if that is less."`
	Saved      *Wanted           `json:"savedCapacity,omitempty" jsonschema_description:"For unpinMinimumCapacity: the capacity that was, if no stage above has resized the source."`
	Original   map[string]Wanted `json:"originalCapacity,omitempty" jsonschema_description:"For unpinMinimumCapacity: the capacities that were, by server group; default: those that stages above have found."`
	UpPercent  *int              `json:"targetHealthyDeployPercentage,omitempty" jsonschema:"minimum=0,maximum=100"`
	Guarded
}

// Wanted is a capacity of which parts may be left out.
type Wanted struct {
	Min     *int `json:"min,omitempty" jsonschema:"minimum=0"`
	Desired *int `json:"desired,omitempty" jsonschema:"minimum=0"`
	Max     *int `json:"max,omitempty" jsonschema:"minimum=0"`
}

// Resize gives a server group another capacity and waits until it has it.
func Resize(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[ResizeConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, change, err := c.plan(ctx, op)
	if err != nil {
		return change, err
	}
	return change, resize(ctx, g, *change.Capacity, func() error { return c.await(ctx, g, change.Capacity.Desired) })
}

// Pin gives a server group another capacity and does not wait: it is to keep
// the size that it has.
func Pin(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	c, err := config.Decode[ResizeConfig](op.Config)
	if err != nil {
		return gennaker.Change{}, err
	}
	g, change, err := c.plan(ctx, op)
	if err != nil {
		return change, err
	}
	return change, ops.Resize(ctx, g.Ref(), *change.Capacity)
}

// plan finds the server group, and decides on its new capacity.
func (c ResizeConfig) plan(ctx workflow.Context, op gennaker.Operation) (gennaker.ServerGroup, gennaker.Change, error) {
	g, cluster, err := target(ctx, op)
	if err != nil {
		return g, gennaker.Change{}, err
	}
	change := changed(op, g)
	to, err := c.size(g, cluster)
	if err != nil {
		return g, change, err
	}
	change.Before, change.Capacity = &g.Capacity, &to
	if to.Desired == 0 {
		return g, change, c.guard(cluster, g.Name)
	}
	return g, change, nil
}

// await waits for all instances, or for the percentage that is enough.
func (c ResizeConfig) await(ctx workflow.Context, g gennaker.ServerGroup, desired int) error {
	if c.UpPercent != nil && g.Enabled {
		return ops.AwaitUp(ctx, g.Ref(), EnableConfig{TargetHealthy: c.UpPercent}.healthy(desired))
	}
	return ops.AwaitCapacity(ctx, g.Ref(), desired, g.Enabled)
}

// size computes the new capacity by Spinnaker's formulas.
func (c ResizeConfig) size(g gennaker.ServerGroup, cluster []gennaker.ServerGroup) (gennaker.Capacity, error) {
	to := g.Capacity
	switch c.Action {
	case "", "scale_exact":
		to = c.stretch(c.Capacity.over(to))
	case "scale_up":
		to = gennaker.Capacity{Min: c.step(to.Min, 1), Desired: c.step(to.Desired, 1), Max: c.step(to.Max, 1)}
	case "scale_down":
		to = gennaker.Capacity{Min: c.step(to.Min, -1), Desired: c.step(to.Desired, -1), Max: c.step(to.Max, -1)}
	case "scale_to_cluster":
		to = largest(cluster)
		to.Desired = min(c.step(to.Desired, 1), to.Max)
	case "scale_to_server_group":
		source, err := gennaker.ChooseServerGroup(cluster, c.source(), gennaker.TargetCurrent)
		if err != nil {
			return to, fmt.Errorf("source: %w", err)
		}
		to = c.stretch(source.Capacity)
	default:
		return to, fmt.Errorf("action %q: %w: it is scale_exact, scale_up, scale_down, scale_to_cluster or scale_to_server_group",
			c.Action, gennaker.ErrInvalid)
	}
	return c.unpin(c.pin(to), cluster), nil
}

// source is the name of the server group that another is to be like.
func (c ResizeConfig) source() string {
	for _, field := range []string{"serverGroupName", "asgName"} {
		if name, _ := c.Source[field].(string); name != "" {
			return name
		}
	}
	return ""
}

// unpin lowers min to what it was before somebody pinned it.
func (c ResizeConfig) unpin(to gennaker.Capacity, cluster []gennaker.ServerGroup) gennaker.Capacity {
	source, err := gennaker.ChooseServerGroup(cluster, c.source(), gennaker.TargetCurrent)
	if !c.Unpin || err != nil {
		return to
	}
	was, ok := c.Original[source.Name]
	if !ok && c.Saved != nil {
		was = *c.Saved
	}
	if was.Min != nil {
		to.Min = min(to.Min, *was.Min)
	}
	return to
}

// over fills what is left out from the current capacity, and keeps
// min ≤ desired ≤ max.
func (w *Wanted) over(now gennaker.Capacity) gennaker.Capacity {
	if w == nil {
		return now
	}
	to := now
	if w.Max != nil {
		to.Max = *w.Max
		to.Min = min(to.Min, to.Max)
	}
	if w.Min != nil {
		to.Min = *w.Min
		to.Max = max(to.Max, to.Min)
	}
	if w.Desired != nil {
		to.Desired = *w.Desired
		if w.Max == nil {
			to.Max = max(to.Max, to.Desired)
		}
		if w.Min == nil {
			to.Min = min(to.Min, to.Desired)
		}
	}
	to.Desired = min(max(to.Desired, to.Min), to.Max)
	return to
}

// step is n more or fewer by the percentage, rounded up, or by the number;
// never below nothing.
func (c ResizeConfig) step(n, sign int) int {
	switch {
	case c.Percent != nil:
		return max(0, n+sign*int(math.Ceil(float64(n)**c.Percent/100)))
	case c.Number != nil:
		return max(0, n+sign**c.Number)
	}
	return n
}

// stretch takes a percentage of desired, and makes room for it.
func (c ResizeConfig) stretch(to gennaker.Capacity) gennaker.Capacity {
	if c.Percent == nil {
		return to
	}
	to.Desired = int(math.Ceil(float64(to.Desired) * *c.Percent / 100))
	return gennaker.Capacity{Min: min(to.Min, to.Desired), Desired: to.Desired, Max: max(to.Max, to.Desired)}
}

func (c ResizeConfig) pin(to gennaker.Capacity) gennaker.Capacity {
	if c.Pin {
		return gennaker.Capacity{Min: to.Desired, Desired: to.Desired, Max: to.Desired}
	}
	if c.PinMinimum {
		to.Min = to.Desired
	}
	return to
}

// largest is the greatest min, desired and max of the cluster, each by itself.
func largest(cluster []gennaker.ServerGroup) gennaker.Capacity {
	var c gennaker.Capacity
	for _, g := range cluster {
		c.Min = max(c.Min, g.Capacity.Min)
		c.Desired = max(c.Desired, g.Capacity.Desired)
		c.Max = max(c.Max, g.Capacity.Max)
	}
	return c
}
