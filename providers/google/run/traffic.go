package run

import (
	"fmt"
	"slices"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// The words of the API.
const (
	automatic  = "AUTOMATIC"
	manual     = "MANUAL"
	toRevision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
	toLatest   = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
)

// route has the service's traffic and instances be as those of its server
// groups that are enabled want them. Each part of their desired capacity gets
// the same traffic. If there is none, the service is scaled to nothing.
func (c cluster) route(enabled map[string]bool) error {
	weights := map[string]int{}
	total := gennaker.Capacity{}
	for name, r := range c.records {
		r.Disabled = !enabled[name]
		c.records[name] = r
		if enabled[name] && r.weight() > 0 {
			weights[name] = r.weight()
			total.Min, total.Max = total.Min+r.Min, total.Max+r.Max
		}
	}
	if len(weights) == 0 {
		c.rest()
		return c.write()
	}
	percents, err := split(weights)
	if err != nil {
		return err
	}
	c.send(percents)
	c.Scaling = &api.GoogleCloudRunV2ServiceScaling{ScalingMode: automatic, MinInstanceCount: int64(total.Min), MaxInstanceCount: int64(total.Max),
		ForceSendFields: []string{"MinInstanceCount", "MaxInstanceCount"}} // both are needed to leave the manual mode
	return c.write()
}

// rest scales the service to nothing. Its traffic must be said to go somewhere
// all the same.
func (c cluster) rest() {
	c.Scaling = &api.GoogleCloudRunV2ServiceScaling{ScalingMode: manual, ForceSendFields: []string{"ManualInstanceCount"}}
	total := 0
	for _, t := range c.Traffic {
		if _, ok := c.records[t.Revision]; ok {
			total += int(t.Percent)
		}
	}
	if total != 100 {
		c.send(map[string]int{gennaker.SortedKeys(c.records)[0]: 100})
	}
}

// send sends these percentages of the traffic to the revisions. Tags that
// people have given to revisions of ours, or to the latest, stay.
func (c cluster) send(percents map[string]int) {
	var targets []*api.GoogleCloudRunV2TrafficTarget
	for _, name := range gennaker.SortedKeys(percents) {
		targets = append(targets, &api.GoogleCloudRunV2TrafficTarget{Type: toRevision, Revision: name, Percent: int64(percents[name])})
	}
	for _, t := range c.Traffic {
		if _, ok := c.records[t.Revision]; t.Tag != "" && (ok || t.Type == toLatest) {
			targets = append(targets, &api.GoogleCloudRunV2TrafficTarget{Type: t.Type, Revision: t.Revision, Tag: t.Tag})
		}
	}
	c.Traffic = targets
}

// split makes percentages of weights, in proportion: they sum up to 100, and
// each is one at least.
func split(weights map[string]int) (map[string]int, error) {
	names, total := gennaker.SortedKeys(weights), 0
	for _, w := range weights {
		total += w
	}
	if len(names) > 100 {
		return nil, fmt.Errorf("%w: %d server groups cannot share the traffic, of which each must have a percent: disable some", gennaker.ErrInvalid, len(names))
	}
	percents, left := map[string]int{}, 100
	for _, name := range names {
		percents[name] = max(1, weights[name]*100/total)
		left -= percents[name]
	}
	lack := func(name string) int { return weights[name]*100 - percents[name]*total } // of what is exact
	for ; left != 0; left -= sign(left) {
		furthest := slices.MaxFunc(names, func(a, b string) int {
			if left < 0 && (percents[a] == 1) != (percents[b] == 1) {
				return sign(percents[a] - percents[b])
			}
			return sign(left) * (lack(a) - lack(b))
		})
		percents[furthest] += sign(left)
	}
	return percents, nil
}

func sign(n int) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
