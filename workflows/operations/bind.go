package operations

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/ops"
)

// BindConfig says which services a server group is bound to, or not any more.
type BindConfig struct {
	Bind    []Binding `json:"serviceBindingRequests,omitempty"`
	Unbind  []Binding `json:"serviceUnbindingRequests,omitempty"`
	Restage bool      `json:"restageRequired,omitempty" jsonschema_description:"Says the same as restartRequired."`
	Restart bool      `json:"restartRequired,omitempty" jsonschema_description:"Then stop the server group and start it: instances see what they are bound to when they start."`
	Guarded
}

// Binding is one service instance.
type Binding struct {
	Name       string         `json:"serviceInstanceName" jsonschema:"required"`
	Parameters map[string]any `json:"parameters,omitempty" jsonschema_description:"For whoever keeps the service."`
	Updatable  bool           `json:"updatable,omitempty" jsonschema_description:"Kept and not used."`
}

// Bind binds a server group to service instances.
func Bind(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	return binding(ctx, op, "serviceBindingRequests", func(c BindConfig) []Binding { return c.Bind }, ops.BindServices)
}

// Unbind undoes that.
func Unbind(ctx workflow.Context, op gennaker.Operation) (gennaker.Change, error) {
	return binding(ctx, op, "serviceUnbindingRequests", func(c BindConfig) []Binding { return c.Unbind }, ops.UnbindServices)
}

func binding(ctx workflow.Context, op gennaker.Operation, field string, of func(BindConfig) []Binding,
	do func(workflow.Context, gennaker.BindServices) error) (gennaker.Change, error) {
	c, err := config.Decode[BindConfig](op.Config)
	if err == nil && len(of(c)) == 0 {
		err = fmt.Errorf("%s: %w: the stage names no service", field, gennaker.ErrInvalid)
	}
	if err != nil {
		return gennaker.Change{}, err
	}
	g, cluster, err := target(ctx, op)
	if err != nil {
		return gennaker.Change{}, err
	}
	anew := (c.Restage || c.Restart) && !g.Resting
	if anew { // a server group that is alone is out of service meanwhile
		if err := c.guard(cluster, g.Name); err != nil {
			return gennaker.Change{}, err
		}
	}
	b := gennaker.BindServices{ServerGroupRef: g.Ref()}
	for _, s := range of(c) {
		b.Services = append(b.Services, gennaker.ServiceBinding{Name: s.Name, Parameters: s.Parameters})
	}
	if err := do(ctx, b); err != nil || !anew {
		return changed(op, g), err
	}
	if err := ops.StopKeeping(ctx, g.Ref(), 0); err != nil {
		return changed(op, g), err
	}
	return changed(op, g), start(ctx, g)
}
