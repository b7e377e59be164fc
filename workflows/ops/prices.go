package ops

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var prices *activities.Prices // for its names alone

// Prices looks up what instances cost in a list of the worker's configuration;
// nil where it does not say.
func Prices(ctx workflow.Context, list string, of []gennaker.Price) ([]*float64, error) {
	var found []*float64
	err := run(ctx, reading, "look up the prices in "+list, prices.FindPrices, activities.FindPrices{List: list, Of: of}, &found)
	return found, err
}
