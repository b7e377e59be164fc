package gennaker

import (
	"encoding/json"
	"fmt"
	"slices"
)

// InventoryQuery asks what accounts hold. An empty Account means all.
type InventoryQuery struct {
	Account string `json:"account,omitempty"`
	Scope
	// AccountsOnly asks for the accounts alone.
	AccountsOnly bool `json:"accountsOnly,omitempty"`
	// Brief leaves out all of the instances but their health.
	Brief bool `json:"brief,omitempty"`
	// LoadBalancers asks for those, too.
	LoadBalancers bool `json:"loadBalancers,omitempty"`
	// Images asks for images alone; their location is the query's.
	Images *ImageQuery `json:"images,omitempty"`
}

// Inventory is what accounts hold.
type Inventory struct {
	Accounts      []Account      `json:"accounts"`
	ServerGroups  []ServerGroup  `json:"serverGroups,omitempty"`
	LoadBalancers []LoadBalancer `json:"loadBalancers,omitempty"`
	Images        []Image        `json:"images,omitempty"`
	// LeftOut says what is missing because it would have been too much; empty
	// if nothing is.
	LeftOut string `json:"leftOut,omitempty"`
}

// MaxInventory is how long an inventory may be as it travels: Temporal takes
// 2 MiB.
const MaxInventory = 3 << 19

// Fit leaves out what there is no room for: of the instances, all but their
// health. It is ErrInvalid if that is not enough.
func (i Inventory) Fit() (Inventory, error) {
	if fits, err := i.fits(); fits || err != nil {
		return i, err
	}
	instances := 0
	i.ServerGroups = slices.Clone(i.ServerGroups)
	for n, g := range i.ServerGroups {
		instances += len(g.Instances)
		i.ServerGroups[n] = g.Brief()
	}
	i.LeftOut = fmt.Sprintf("all of the %d instances but their health: narrow the list to see more", instances)
	if fits, err := i.fits(); fits || err != nil {
		return i, err
	}
	return Inventory{Accounts: i.Accounts}, fmt.Errorf("%w: %d server groups are too many for one list: narrow it", ErrInvalid, len(i.ServerGroups))
}

func (i Inventory) fits() (bool, error) {
	data, err := json.Marshal(i)
	return len(data) <= MaxInventory, err
}
