package run

import (
	"fmt"
	"strings"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// instances are the parts that a server group has in the traffic: as many as
// it wants. A disabled one has none, unless the traffic has not left it yet, or
// its revision is not ready: that shows as long as it is so.
func instances(s cluster, r record, g gennaker.ServerGroup, revision *api.GoogleCloudRunV2Revision) []gennaker.Instance {
	health, reason := condition(revision)
	served := s.served(g.Name) > 0
	switch {
	case !g.Enabled && !served && health == gennaker.Up:
		return nil
	case !g.Enabled && served:
		health, reason = gennaker.Draining, ""
	case health == gennaker.Up && !served:
		health, reason = gennaker.Starting, "it gets no traffic yet"
	}
	var all []gennaker.Instance
	for n := range r.Desired {
		i := gennaker.Instance{ID: fmt.Sprintf("%s-%d", g.Name, n), Health: health, Reason: reason, Launched: g.Created}
		if n >= r.weight() && health == gennaker.Up {
			i.Health, i.Reason = gennaker.OutOfService, ""
		}
		all = append(all, i)
	}
	return all
}

// condition is how a revision is, and why, in the cloud's words.
func condition(r *api.GoogleCloudRunV2Revision) (gennaker.Health, string) {
	if r == nil {
		return gennaker.Starting, "Cloud Run has not made its revision yet"
	}
	for _, c := range r.Conditions {
		if c.Type != "Ready" {
			continue
		}
		switch c.State {
		case "CONDITION_SUCCEEDED":
			return gennaker.Up, ""
		case "CONDITION_FAILED":
			return gennaker.Down, strings.TrimPrefix(c.RevisionReason+c.Reason+": "+c.Message, ": ")
		}
		return gennaker.Starting, c.Message
	}
	return gennaker.Starting, ""
}
