package gennaker

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Price is what one instance costs in an hour, in whatever currency all prices
// of a list are in. Fields that are empty fit everything.
type Price struct {
	Provider     string  `json:"cloudProvider,omitempty" yaml:"cloudProvider"`
	Account      string  `json:"account,omitempty" yaml:"account"`
	Region       string  `json:"region,omitempty" yaml:"region"`
	InstanceType string  `json:"instanceType,omitempty" yaml:"instanceType"`
	Price        float64 `json:"price" yaml:"price"`
}

// Cheapest finds the price of what is asked for: of those that fit, the one
// that names most of it, and the lowest of several. Nil if none fits.
func Cheapest(list []Price, of Price) *float64 {
	var best *Price
	for _, p := range list {
		if p.fits(of) && (best == nil || cmp.Or(p.names()-best.names(), cmp.Compare(best.Price, p.Price)) > 0) {
			best = &p
		}
	}
	if best == nil {
		return nil
	}
	return &best.Price
}

func (p Price) words() [4]string {
	return [4]string{p.Provider, p.Account, p.Region, p.InstanceType}
}

func (p Price) fits(of Price) bool {
	for i, word := range p.words() {
		if word != "" && word != of.words()[i] {
			return false
		}
	}
	return true
}

// names is how many of its fields are filled.
func (p Price) names() int {
	n := 0
	for _, word := range p.words() {
		if word != "" {
			n++
		}
	}
	return n
}

// Target is a cluster that instances can be placed in.
type Target struct {
	Cluster ClusterRef `json:"cluster"`
	Price   *float64   `json:"price,omitempty"` // of one instance for an hour; nil is not known
	Quota   *int       `json:"quota,omitempty"` // the most instances; nil is any number
	Room    Quota      `json:"room,omitzero"`   // what the cloud says, of new ones beside those that run
	Serving int        `json:"serving"`         // instances in service before
	Ill     string     `json:"ill,omitempty"`   // why nothing can be placed there; empty if it can
}

// Share is what a target gets, and why.
type Share struct {
	Target
	Instances int    `json:"instances"`
	Reason    string `json:"reason"`
}

// Place splits so many instances over targets: the cheapest takes as many as
// it has room for, then the next. Targets of which no price is known come last;
// of equal ones, first those that have more in service already. MaxShare is the
// most that one may take, in percent of all; 0 is all. The shares are in the
// order of the targets. ErrInvalid says that there is not enough room.
func Place(instances, maxShare int, targets []Target) ([]Share, error) {
	shares := make([]Share, len(targets))
	left := instances
	for _, i := range byPrice(targets) {
		t := targets[i]
		room, why := t.room(instances, maxShare)
		n := min(room, left)
		left -= n
		shares[i] = Share{Target: t, Instances: n, Reason: reason(t, n, room, why)}
	}
	if left > 0 {
		var all []string
		for _, s := range shares {
			all = append(all, fmt.Sprintf("%s: %s", s.Cluster, s.Reason))
		}
		return shares, fmt.Errorf("place %d instances: %w: there is no room for %d of them: %s", instances, ErrInvalid, left, strings.Join(all, "; "))
	}
	return shares, nil
}

// byPrice are the places of the targets in the order in which they are filled.
func byPrice(targets []Target) []int {
	order := make([]int, len(targets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(targets[a].cost(), targets[b].cost()), targets[b].Serving-targets[a].Serving)
	})
	return order
}

func (t Target) cost() float64 {
	if t.Price == nil {
		return math.Inf(1)
	}
	return *t.Price
}

// room is how many instances the target takes, and what bounds them.
func (t Target) room(instances, maxShare int) (int, string) {
	if t.Ill != "" {
		return 0, t.Ill
	}
	room, why := instances, "all that are wanted"
	if most := (instances*maxShare + 99) / 100; maxShare > 0 && most < room {
		room, why = most, fmt.Sprintf("maxShare %d %%", maxShare)
	}
	if t.Quota != nil && *t.Quota < room {
		room, why = max(0, *t.Quota), fmt.Sprintf("quota %d", *t.Quota)
	}
	if left := t.Room.Left; left != nil && *left < room {
		room, why = max(0, *left), "what the cloud allows: "+t.Room.Limit
	}
	return room, why
}

func reason(t Target, n, room int, why string) string {
	price := "no price is known"
	if t.Price != nil {
		price = fmt.Sprintf("%g an hour each", *t.Price)
	}
	switch {
	case t.Ill != "":
		return t.Ill
	case n < room:
		return fmt.Sprintf("%s; it has room for %d, and %d are left by the cheaper ones", price, room, n)
	}
	return fmt.Sprintf("%s; full by %s", price, why)
}
