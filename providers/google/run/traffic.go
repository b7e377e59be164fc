package run

import (
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
// the same traffic, unless a split says how they share it. If there is none, the service is scaled to nothing.
func (c cluster) route(enabled map[string]bool) error {
	parts := map[string]gennaker.TrafficPart{}
	total := gennaker.Capacity{}
	for name, r := range c.records {
		if r.Disabled = !enabled[name]; r.Disabled {
			r.Share = 0
		}
		c.records[name] = r
		if enabled[name] && r.weight() > 0 {
			parts[name] = gennaker.TrafficPart{Desired: r.Desired, Out: r.Out, Share: r.Share}
			total.Min, total.Max = total.Min+r.Min, total.Max+r.Max
		}
	}
	if len(parts) == 0 {
		c.rest()
		return c.write()
	}
	percents, err := gennaker.ShareTraffic(parts)
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
