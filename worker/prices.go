package worker

import (
	"fmt"
	"net/url"

	"github.com/gennaker/gennaker/activities"
)

// PriceList is where the prices of instances are: a list in YAML or JSON of
// what one costs in an hour, by cloudProvider, account, region and
// instanceType. It has a file or a URL.
type PriceList struct {
	Name string `yaml:"name"`
	File string `yaml:"file"` // read whenever a stage asks
	URL  string `yaml:"url"`  // webhooks.allow counts for it too
}

func (r *report) checkPrices(all []PriceList) {
	seen := map[string]bool{}
	for i, l := range all {
		field := fmt.Sprintf("prices[%d]", i)
		r.unique(field+".name", l.Name, seen)
		if (l.File == "") == (l.URL == "") {
			r.add(field, "has neither or both of file and url: give it one")
		}
		if u, err := url.Parse(l.URL); l.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			r.add(field+".url", "%q is no URL: write it like https://prices.example.com/list.json", l.URL)
		}
	}
}

// prices are what the activities are told.
func (c Config) prices() []activities.PriceList {
	var list []activities.PriceList
	for _, l := range c.Prices {
		list = append(list, activities.PriceList(l))
	}
	return list
}
