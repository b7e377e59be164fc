package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var quotas *activities.Quotas // for its names alone

// Quotas asks clouds what accounts may have; what a cloud does not tell is not
// known, and no error.
func Quotas(ctx workflow.Context, of []gennaker.QuotaQuery) ([]gennaker.Quota, error) {
	var found []gennaker.Quota
	err := run(ctx, reading, "ask clouds for quotas", quotas.FindQuotas, of, &found)
	return found, err
}
