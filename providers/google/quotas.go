package google

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// GetQuota is what the quotas of a region leave for machines of a block.
func (c *Cloud) GetQuota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error) {
	quota, err := c.quota(ctx, q)
	if err != nil {
		return gennaker.Quota{}, fmt.Errorf("gce: quota of %s: %w", q.Region, listed(err))
	}
	return quota, nil
}

func (c *Cloud) quota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error) {
	if err := c.in(q.Region, gennaker.ErrInvalid); err != nil {
		return gennaker.Quota{}, err
	}
	spec, err := decode(q.Spec)
	if err != nil {
		return gennaker.Quota{}, err
	}
	region, err := c.api.Regions.Get(c.Project, q.Region).Context(ctx).Do()
	if err != nil {
		return gennaker.Quota{}, err
	}
	zone := spec.anyZone(region)
	machine, err := c.api.MachineTypes.Get(c.Project, zone, spec.InstanceType).Context(ctx).Do()
	if err != nil {
		return gennaker.Quota{}, err
	}
	takes := spec.takes(machine, region)
	var all []gennaker.Allowance
	for _, one := range region.Quotas {
		all = append(all, gennaker.Allowance{Text: gennaker.AllowanceText(one.Metric, q.Region, one.Usage, one.Limit),
			Limit: one.Limit, Used: one.Usage, Each: takes[one.Metric]})
	}
	return gennaker.Tightest(all, untold(region)), nil
}

// untold is why no quota is known.
func untold(r *compute.Region) string {
	if w := r.QuotaStatusWarning; w != nil && w.Message != "" {
		return w.Message
	}
	return "Google tells no quota of " + r.Name + " for such machines"
}

// anyZone is one of the zones that instances go to.
func (s Spec) anyZone(region *compute.Region) string {
	for _, list := range [][]string{{s.Zone}, s.Distribution.Zones, s.Zones[region.Name], region.Zones} {
		if len(list) > 0 && list[0] != "" {
			return last(list[0])
		}
	}
	return ""
}

// takes is what an instance takes, by Google's names of the quotas.
func (s Spec) takes(machine *compute.MachineType, region *compute.Region) map[string]float64 {
	all := map[string]float64{"INSTANCES": 1, s.charged(processors(machine.Name), region): float64(machine.GuestCpus)}
	if s.PublicIP == nil || *s.PublicIP {
		all["IN_USE_ADDRESSES"] = 1
	}
	for _, a := range s.Accelerators {
		metric := strings.TrimPrefix(strings.TrimPrefix(last(a.Type), "nvidia-"), "tesla-")
		all[s.charged("NVIDIA_"+strings.ToUpper(strings.ReplaceAll(metric, "-", "_"))+"_GPUS", region)] = float64(a.Count)
	}
	return all
}

// charged is the quota that counts: what is preemptible has one of its own where
// the project was given some, and else that of all. All processors that are
// preemptible have the same.
func (s Spec) charged(metric string, region *compute.Region) string {
	own := "PREEMPTIBLE_" + metric
	if strings.HasSuffix(metric, "CPUS") {
		own = "PREEMPTIBLE_CPUS"
	}
	for _, one := range region.Quotas {
		if s.Preemptible && one.Metric == own && one.Limit > 0 {
			return own
		}
	}
	return metric
}

// processors is the quota of those of a machine. The oldest and the cheapest
// families share one; newer ones have their own, as N2_CPUS.
func processors(machine string) string {
	name, _, _ := strings.Cut(machine, "-")
	switch name {
	case "e2", "n1", "f1", "g1", "custom":
		return "CPUS"
	}
	return strings.ToUpper(name) + "_CPUS"
}
