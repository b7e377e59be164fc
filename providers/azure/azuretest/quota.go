package azuretest

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
)

// sizes are the machines that there are, with their processors.
var sizes = map[string]int{"Standard_B2s": 2, "Standard_D2s_v5": 2, "Standard_D4s_v5": 4, "Standard_D8s_v5": 8, "Standard_F4s_v2": 4}

// titles are what can be bounded, as Azure writes it for people.
var titles = map[string]string{"virtualMachines": "Virtual Machines", "cores": "Total Regional vCPUs", "standardBSFamily": "Standard BS Family vCPUs",
	"standardDSv5Family": "Standard DSv5 Family vCPUs", "standardFSv2Family": "Standard FSv2 Family vCPUs"}

// SetQuota says how much there may be in each location of something, by Azure's
// name for it: virtualMachines, cores, standardDSv5Family … A scale set that is
// too much is refused.
func (c *Cloud) SetQuota(name string, limit int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limits[name] = limit
}

// limit is how much there may be.
func (c *Cloud) limit(name string) int {
	if limit, ok := c.limits[name]; ok {
		return limit
	}
	if name == "virtualMachines" {
		return c.config.Quota
	}
	return 100 * c.config.Quota
}

// letters are those of a size: what it is, what it can, and which version.
var letters = regexp.MustCompile(`^Standard_([A-Z]+)[0-9]+([a-z]*)(?:_(v[0-9]+))?$`)

// familyOf is whose processors a size's are: standardDSv5Family.
func familyOf(size string) string {
	m := letters.FindStringSubmatch(size)
	if m == nil {
		return ""
	}
	return "standard" + m[1] + strings.ToUpper(m[2]) + m[3] + "Family"
}

// takes is what machines of a size take.
func takes(size string, machines int) map[string]int {
	return map[string]int{"virtualMachines": machines, "cores": machines * sizes[size], familyOf(size): machines * sizes[size]}
}

// usedIn is how much there is in a location.
func (c *Cloud) usedIn(location string) map[string]int {
	all := map[string]int{}
	for _, s := range c.sets {
		if strings.EqualFold(value(s.model.Location), location) && s.model.SKU != nil {
			for name, n := range takes(value(s.model.SKU.Name), len(s.machines)) {
				all[name] += n
			}
		}
	}
	return all
}

// exceeds is what a new scale set is too much of; empty if there is room. Only
// what a test has set bounds.
func (c *Cloud) exceeds(p armcompute.VirtualMachineScaleSet) string {
	used, wants := c.usedIn(value(p.Location)), takes(value(p.SKU.Name), int(value(p.SKU.Capacity)))
	for _, name := range slices.Sorted(maps.Keys(wants)) {
		if limit, ok := c.limits[name]; ok && used[name]+wants[name] > limit {
			return fmt.Sprintf("Operation could not be completed as it results in exceeding approved %s quota. Current Limit: %d.", titles[name], limit)
		}
	}
	return ""
}

func (c *call) listUsages(location string, _ *armcompute.UsageClientListOptions) (resp azfake.PagerResponder[armcompute.UsageClientListResponse]) {
	used := c.usedIn(location)
	var all []*armcompute.Usage
	for _, name := range slices.Sorted(maps.Keys(titles)) {
		all = append(all, &armcompute.Usage{Name: &armcompute.UsageName{Value: &name, LocalizedValue: to.Ptr(titles[name])},
			CurrentValue: to.Ptr(int32(used[name])), Limit: to.Ptr(int64(c.limit(name))), Unit: to.Ptr("Count")})
	}
	var list armcompute.ListUsagesResult
	list.Value, list.NextLink = page(c, all)
	resp.AddPage(http.StatusOK, armcompute.UsageClientListResponse{ListUsagesResult: list}, nil)
	return resp
}

func (c *call) listSizes(o *armcompute.ResourceSKUsClientListOptions) (resp azfake.PagerResponder[armcompute.ResourceSKUsClientListResponse]) {
	location := ""
	if o != nil {
		location = strings.TrimSuffix(strings.TrimPrefix(value(o.Filter), "location eq '"), "'")
	}
	var all []*armcompute.ResourceSKU
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		all = append(all, &armcompute.ResourceSKU{Name: &name, ResourceType: to.Ptr("virtualMachines"), Family: to.Ptr(familyOf(name)), Tier: to.Ptr("Standard"),
			Locations: []*string{&location}, Capabilities: []*armcompute.ResourceSKUCapabilities{{Name: to.Ptr("vCPUs"), Value: to.Ptr(strconv.Itoa(sizes[name]))}}})
	}
	var list armcompute.ResourceSKUsResult
	list.Value, list.NextLink = page(c, all)
	resp.AddPage(http.StatusOK, armcompute.ResourceSKUsClientListResponse{ResourceSKUsResult: list}, nil)
	return resp
}
