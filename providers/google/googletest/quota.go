package googletest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// quotas are what a region gives a project unless it is told otherwise.
var quotas = map[string]float64{"INSTANCES": 24000, "CPUS": 24000, "N2_CPUS": 24000, "IN_USE_ADDRESSES": 24000,
	"PREEMPTIBLE_CPUS": 0, "NVIDIA_T4_GPUS": 0, "PREEMPTIBLE_NVIDIA_T4_GPUS": 0}

// SetQuota says how much a region gives the project of something, by Google's
// name for it: INSTANCES, CPUS, N2_CPUS, IN_USE_ADDRESSES … What is too much is
// not launched. It reports whether there is such a region and such a quota.
func (p *Project) SetQuota(region, metric string, limit float64) bool {
	_, known := quotas[metric]
	if !known || !slices.ContainsFunc(places, func(at place) bool { return at.region == region }) {
		return false
	}
	p.cloud.change(func() { p.limits[region+"/"+metric] = limit })
	return true
}

// limit is how much there is in a region.
func (p *Project) limit(region, metric string) float64 {
	if limit, ok := p.limits[region+"/"+metric]; ok {
		return limit
	}
	return quotas[metric]
}

// used is how much of each the instances of a region take.
func (p *Project) used(region string) map[string]float64 {
	all := map[string]float64{}
	for _, r := range p.of("instances", func(a address) bool { return regionOf(a.place) == region }) {
		for metric, n := range p.takes(r.doc, region) {
			all[metric] += n
		}
	}
	return all
}

// takes is what an instance takes, or one of a template's properties.
func (p *Project) takes(doc document, region string) map[string]float64 {
	machine := lastPart(doc.text("machineType"))
	metric := "CPUS"
	if name, _, _ := strings.Cut(machine, "-"); !strings.Contains(" e2 n1 f1 g1 custom ", " "+name+" ") {
		metric = strings.ToUpper(name) + "_CPUS"
	}
	preemptible := doc.sub("scheduling")["preemptible"] == true
	if preemptible && p.limit(region, "PREEMPTIBLE_CPUS") > 0 {
		metric = "PREEMPTIBLE_CPUS"
	}
	all := map[string]float64{"INSTANCES": 1, metric: float64(cpus(machine))}
	for _, nic := range doc.list("networkInterfaces") {
		all["IN_USE_ADDRESSES"] += float64(len(nic.list("accessConfigs")))
	}
	return all
}

// regionView shows a region with its quotas.
func regionView(r *resource) document {
	doc := r.doc.clone()
	used := r.project.used(r.name)
	list := []document{}
	for _, metric := range sortedKeys(quotas) {
		list = append(list, document{"metric": metric, "limit": r.project.limit(r.name, metric), "usage": used[metric]})
	}
	doc["quotas"] = list
	return doc
}

// exceeds is the quota that one more instance exceeds; nil if none does. Only
// those count that a test has set.
func (p *Project) exceeds(template *resource, region string) *launchRefusal {
	if len(p.limits) == 0 {
		return nil
	}
	used := p.used(region)
	takes := p.takes(template.doc.sub("properties"), region)
	for _, metric := range sortedKeys(takes) {
		limit, set := p.limits[region+"/"+metric]
		if set && used[metric]+takes[metric] > limit {
			return &launchRefusal{"QUOTA_EXCEEDED", fmt.Sprintf("Quota '%s' exceeded.  Limit: %.1f in region %s.", metric, limit, region)}
		}
	}
	return nil
}

// sizes are the names of machine types that end with their processors.
var sizes = regexp.MustCompile(`^(?:[a-z][0-9][a-z]*-(?:standard|highmem|highcpu)|(?:[a-z][0-9][a-z]*-)?custom)-([0-9]+)(?:-[0-9]+)?$`)

// cpus is how many processors a machine of a type has; 0 if there is none such.
func cpus(machine string) int {
	switch machine {
	case "f1-micro", "g1-small":
		return 1
	case "e2-micro", "e2-small", "e2-medium":
		return 2
	}
	found := sizes.FindStringSubmatch(machine)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1]) // they are digits
	return n
}

// getMachineType tells the processors of a type of machine.
func getMachineType(c *call) (any, error) {
	n := cpus(c.name)
	if n == 0 || c.resources["zones/"+c.place] == nil {
		return nil, notFound("projects/" + c.id + "/" + c.path())
	}
	return document{"kind": c.kind.one, "id": "1", "name": c.name, "guestCpus": n, "isSharedCpu": n < 4 && !sizes.MatchString(c.name),
		"zone": c.place, "selfLink": c.link(c.path())}, nil
}
