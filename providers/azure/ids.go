package azure

import (
	"fmt"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"
)

// The types of resources that ids name.
const (
	typeBalancer = "Microsoft.Network/loadBalancers"
	typeGateway  = "Microsoft.Network/applicationGateways"
	typeNetwork  = "Microsoft.Network/virtualNetworks"
	typeFirewall = "Microsoft.Network/networkSecurityGroups"
	typeImage    = "Microsoft.Compute/images"
	typeIdentity = "Microsoft.ManagedIdentity/userAssignedIdentities"
)

// id is that of a resource of this subscription, such as
// /subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/images/shop-7.
func (c *Cloud) id(group, kind, name string) string {
	return fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/%s/%s", c.config.Subscription, group, kind, name)
}

// partOf is what follows a word in an id, such as the name after
// resourceGroups. An id is words and names in turn; Azure writes it in any case.
func partOf(id, word string) string {
	parts := strings.Split(id, "/")
	for i := 1; i < len(parts)-1; i += 2 {
		if strings.EqualFold(parts[i], word) {
			return parts[i+1]
		}
	}
	return ""
}

// same reports whether two ids or names mean the same.
func same(a, b string) bool { return strings.EqualFold(a, b) }

// lastPart is what an id ends with.
func lastPart(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// idsOf are the ids of references, in lower case.
func idsOf(refs []*armcompute.SubResource) []string {
	var all []string
	for _, r := range refs {
		if id := value(r.ID); id != "" {
			all = append(all, strings.ToLower(id))
		}
	}
	return all
}

func refsTo(ids []string) []*armcompute.SubResource {
	refs := []*armcompute.SubResource{} // not nil: an empty list says that there shall be none
	for _, id := range ids {
		refs = append(refs, &armcompute.SubResource{ID: &id})
	}
	return refs
}
