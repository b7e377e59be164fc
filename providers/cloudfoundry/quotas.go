package cloudfoundry

import (
	"context"
	"fmt"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"

	"github.com/gennaker/gennaker"
)

// usualMemory is what an instance has where neither the block nor the Cloud
// Controller's configuration says otherwise, in megabytes.
const usualMemory = 1024

// GetQuota is what the quotas of a space and of its organization leave.
func (c *Cloud) GetQuota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error) {
	var quota gennaker.Quota
	memory, err := memoryOf(q.Spec)
	if err == nil {
		err = c.do(ctx, "quota of", q.Region, q.Region, func(s *space) (err error) {
			quota, err = s.quota(ctx, memory)
			return err
		})
	}
	return quota, err
}

// memoryOf is what an instance of a block has, in megabytes.
func memoryOf(block map[string]any) (int, error) {
	_, attributes, err := decode(block)
	if err != nil {
		return 0, fmt.Errorf("cloudfoundry: %w", err)
	}
	if text := attributes.web().Memory; text != "" {
		return megabytes(text)
	}
	return usualMemory, nil
}

func (s *space) quota(ctx context.Context, memory int) (gennaker.Quota, error) {
	ofOrg, err := s.ofOrg(ctx, memory)
	if err != nil {
		return gennaker.Quota{}, err
	}
	own, err := s.ofSpace(ctx, memory)
	if err != nil {
		return gennaker.Quota{}, err
	}
	return gennaker.Tightest(append(own, ofOrg...), "no quota bounds the instances of "+s.Region), nil
}

// ofOrg is what the organization's quota allows, and all of its spaces use.
func (s *space) ofOrg(ctx context.Context, memory int) ([]gennaker.Allowance, error) {
	o := client.NewOrganizationQuotaListOptions()
	o.OrganizationGUIDs = only(s.org)
	quotas, err := s.OrganizationQuotas.ListAll(ctx, o)
	if err != nil || len(quotas) == 0 {
		return nil, err
	}
	used, err := s.Organizations.GetUsageSummary(ctx, s.org)
	if err != nil {
		return nil, err
	}
	var all []gennaker.Allowance
	for _, q := range quotas {
		all = append(all, allowances("the organization by quota "+q.Name, q.Apps, used.UsageSummary, memory)...)
	}
	return all, nil
}

// ofSpace is what the space's own quota allows, if it has one.
func (s *space) ofSpace(ctx context.Context, memory int) ([]gennaker.Allowance, error) {
	o := client.NewSpaceQuotaListOptions()
	o.SpaceGUIDs = only(s.guid)
	quotas, err := s.SpaceQuotas.ListAll(ctx, o)
	if err != nil || len(quotas) == 0 {
		return nil, err
	}
	used, err := s.Spaces.GetUsageSummary(ctx, s.guid)
	if err != nil {
		return nil, err
	}
	var all []gennaker.Allowance
	for _, q := range quotas {
		all = append(all, allowances("the space by quota "+q.Name, q.Apps, used.UsageSummary, memory)...)
	}
	return all, nil
}

// allowances are the bounds of a quota that instances count for.
func allowances(where string, q resource.AppsQuota, used resource.UsageSummary, memory int) []gennaker.Allowance {
	var all []gennaker.Allowance
	for _, x := range []struct {
		name  string
		limit *int // nil is any number
		used  int
		each  int
	}{
		{"total_instances", q.TotalInstances, used.StartedInstances, 1},
		{"total_memory_in_mb", q.TotalMemoryInMB, used.MemoryInMb, memory},
	} {
		if x.limit != nil {
			all = append(all, gennaker.Allowance{Text: gennaker.AllowanceText(x.name, where, x.used, *x.limit),
				Limit: float64(*x.limit), Used: float64(x.used), Each: float64(x.each)})
		}
	}
	if q.PerProcessMemoryInMB != nil && memory > *q.PerProcessMemoryInMB {
		all = append(all, gennaker.Allowance{Text: fmt.Sprintf("per_process_memory_in_mb in %s: %d of at most %d wanted", where, memory, *q.PerProcessMemoryInMB), Each: 1})
	}
	return all
}
