package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

type judges struct{}

// JudgedBy makes the judgment of those health providers count in all that is
// done under the context: what is waited for, and what a cluster must keep in
// service.
func JudgedBy(ctx workflow.Context, p gennaker.HealthProviders) workflow.Context {
	return workflow.WithValue(ctx, judges{}, p)
}

// health is whose judgment counts; by default the cloud's sum of all.
func health(ctx workflow.Context) gennaker.HealthProviders {
	p, _ := ctx.Value(judges{}).(gennaker.HealthProviders)
	return p
}
