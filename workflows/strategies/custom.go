package strategies

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// Custom is no change of one cluster: a deploy stage runs a pipeline instead,
// whose stages change it. Whoever else asks for it is refused.
func Custom(workflow.Context, *Deployment) error {
	return fmt.Errorf("strategy custom: %w: it is a deploy stage's, which runs strategyPipeline", gennaker.ErrInvalid)
}

// withoutTraffic reports whether the new server group is made without traffic.
func (c Cluster) withoutTraffic() bool { return c.StartDisabled || c.Traffic == "disable" }

// checkTraffic refuses a new server group without traffic where the strategy
// would let it take over.
func (c Cluster) checkTraffic() error {
	if !c.withoutTraffic() || c.Strategy == "" || c.Strategy == "none" {
		return nil
	}
	return fmt.Errorf("trafficOptions disable: %w: with the strategy %s the new server group takes the traffic", gennaker.ErrInvalid, c.Strategy)
}
