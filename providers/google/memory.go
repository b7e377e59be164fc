package google

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"google.golang.org/api/compute/v1"
)

// memory is what a server group is behind when it is enabled. It stands in the
// metadata of the template, under Spinnaker's names, so that a server group
// that one of both has disabled can be enabled by the other.
type memory struct {
	Network  []string // load balancers of target pools
	Global   []string // load balancers of the world
	Regional []string // load balancers of the region
	// World and Region are backend services.
	World, Region []string
	Policy        Balancing
}

const (
	keyNetwork  = "load-balancer-names"
	keyGlobal   = "global-load-balancer-names"
	keyRegional = "regional-load-balancer-names"
	keyWorld    = "backend-service-names"
	keyRegion   = "region-backend-service-names"
	keyPolicy   = "load-balancing-policy"
	keyZones    = "select-zones"
)

// ourKeys are the metadata that deployments write and no document does.
var ourKeys = []string{keyNetwork, keyGlobal, keyRegional, keyWorld, keyRegion, keyPolicy, keyZones, "customUserData"}

// remembered reads what stands in a template.
func remembered(t *compute.InstanceTemplate) memory {
	items := metadataOf(t)
	m := memory{Network: names(items[keyNetwork]), Global: names(items[keyGlobal]), Regional: names(items[keyRegional]),
		World: names(items[keyWorld]), Region: names(items[keyRegion])}
	_ = json.Unmarshal([]byte(cmp.Or(items[keyPolicy], "{}")), &m.Policy) // what cannot be read is the default
	return m
}

func metadataOf(t *compute.InstanceTemplate) map[string]string {
	all := map[string]string{}
	if t == nil || t.Properties == nil || t.Properties.Metadata == nil {
		return all
	}
	for _, item := range t.Properties.Metadata.Items {
		if item.Value != nil {
			all[item.Key] = *item.Value
		}
	}
	return all
}

func names(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(name string) bool { return name == "" })
}

// any reports whether there is anything.
func (m memory) any() bool { return len(m.World)+len(m.Region)+len(m.Network) > 0 }

// services are the backend services, by their URLs in the project.
func (m memory) services(region string) []string {
	var all []string
	for _, name := range m.World {
		all = append(all, "global/backendServices/"+name)
	}
	for _, name := range m.Region {
		all = append(all, "regions/"+region+"/backendServices/"+name)
	}
	return all
}

// balancers are the load balancers, by name.
func (m memory) balancers() []string {
	all := slices.Concat(m.Network, m.Global, m.Regional)
	slices.Sort(all)
	return slices.Compact(all)
}

// write is what stands in the metadata.
func (m memory) write(items map[string]string) error {
	for key, list := range map[string][]string{keyNetwork: m.Network, keyGlobal: m.Global, keyRegional: m.Regional, keyWorld: m.World, keyRegion: m.Region} {
		if len(list) > 0 {
			items[key] = strings.Join(list, ",")
		}
	}
	if len(m.World)+len(m.Region) == 0 {
		return nil
	}
	policy, err := json.Marshal(m.Policy)
	items[keyPolicy] = string(policy)
	return err
}
