package aws

import (
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
)

// Regions are the regions of an account, by name, with what a provider has in
// each.
type Regions[R any] struct {
	account string
	all     map[string]R
}

// OpenRegions opens each region of an account.
func OpenRegions[R any](c Config, open func(name string) R) Regions[R] {
	r := Regions[R]{account: c.Account, all: map[string]R{}}
	for _, name := range c.Regions {
		r.all[name] = open(name)
	}
	return r
}

// In is the region of that name, or an error of that kind if the account has
// none such.
func (r Regions[R]) In(name string, kind error) (R, error) {
	if found, ok := r.all[name]; ok {
		return found, nil
	}
	if name == "" || name == gennaker.DefaultRegion {
		name = "none"
	}
	var none R
	return none, fmt.Errorf("region %s: %w: account %s has %s", name, kind, r.account, strings.Join(gennaker.SortedKeys(r.all), ", "))
}

// Within are the regions that a scope covers: the one of that name, or all.
func (r Regions[R]) Within(name string) []R {
	var list []R
	for _, each := range gennaker.SortedKeys(r.all) {
		if name == "" || name == each {
			list = append(list, r.all[each])
		}
	}
	return list
}
