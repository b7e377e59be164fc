package memory

import (
	"context"

	"github.com/gennaker/gennaker"
)

// Limit says how many instances the account may have in all. Nothing is refused
// by it: it is what GetQuota tells.
func (c *Cloud) Limit(instances int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.most = &instances
}

func (c *Cloud) GetQuota(context.Context, gennaker.QuotaQuery) (gennaker.Quota, error) {
	var quota gennaker.Quota
	err := c.call(Call{Method: "GetQuota"}, func() error {
		var all []gennaker.Allowance
		if c.most != nil {
			n := 0
			for _, g := range c.groups {
				n += g.Capacity.Desired
			}
			all = append(all, gennaker.Allowance{Text: gennaker.AllowanceText("instances", "memory", n, *c.most), Limit: float64(*c.most), Used: float64(n), Each: 1})
		}
		quota = gennaker.Tightest(all, "memory has no quota")
		return nil
	})
	return quota, err
}
