package azure

import (
	"context"
	"fmt"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// GetQuota is what the usages of a location leave for machines of a block.
func (c *Cloud) GetQuota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error) {
	quota, err := c.quota(ctx, q)
	if err != nil {
		return gennaker.Quota{}, fmt.Errorf("azure: quota of %s: %w", q.Region, err)
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
	family, cores, err := c.size(ctx, q.Region, spec.size())
	if err != nil {
		return gennaker.Quota{}, err
	}
	usages, err := c.usagesOf(ctx, q.Region)
	if err != nil {
		return gennaker.Quota{}, err
	}
	var all []gennaker.Allowance
	for _, u := range usages {
		if u.Name == nil {
			continue
		}
		a := gennaker.Allowance{Limit: float64(value(u.Limit)), Used: float64(value(u.CurrentValue))}
		switch name := value(u.Name.Value); {
		case same(name, "virtualMachines"):
			a.Each = 1
		case same(name, "cores"), same(name, family):
			a.Each = float64(cores)
		}
		a.Text = gennaker.AllowanceText(value(u.Name.LocalizedValue), q.Region, value(u.CurrentValue), value(u.Limit))
		all = append(all, a)
	}
	return gennaker.Tightest(all, "Azure tells no quota of "+q.Region), nil
}

func (c *Cloud) usagesOf(ctx context.Context, region string) ([]*armcompute.Usage, error) {
	var all []*armcompute.Usage
	for pages := c.usages.NewListPager(region, nil); pages.More(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, kinded(err)
		}
		all = append(all, page.Value...)
	}
	return all, nil
}

// size is the family of a size of machines, and how many processors one has;
// ErrInvalid if the location has none of that name.
func (c *Cloud) size(ctx context.Context, region, name string) (family string, cores int, err error) {
	filter := "location eq '" + region + "'"
	for pages := c.skus.NewListPager(&armcompute.ResourceSKUsClientListOptions{Filter: &filter}); pages.More(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", 0, kinded(err)
		}
		for _, s := range page.Value {
			if same(value(s.ResourceType), "virtualMachines") && same(value(s.Name), name) {
				return value(s.Family), processors(s), nil
			}
		}
	}
	return "", 0, fmt.Errorf("%w: sku.name: there are no machines of the size %s", gennaker.ErrInvalid, name)
}

func processors(s *armcompute.ResourceSKU) int {
	for _, one := range s.Capabilities {
		if value(one.Name) == "vCPUs" {
			n, _ := strconv.Atoi(value(one.Value)) // what is no number bounds nothing
			return n
		}
	}
	return 0
}
