package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	api "google.golang.org/api/run/v2"

	"github.com/gennaker/gennaker"
)

// record is what Cloud Run cannot say of a server group: an annotation of its
// service for each. What has no record is not ours.
type record struct {
	gennaker.Capacity
	Token    string `json:"token,omitempty"`
	Out      int    `json:"out,omitempty"`   // instances that are kept out of traffic
	Share    int    `json:"share,omitempty"` // percentage that a split has given it
	Disabled bool   `json:"disabled,omitempty"`
}

// ours begins the keys of our annotations.
const ours = "gennaker/"

// weight is how many parts of the traffic it has when it is enabled.
func (r record) weight() int { return r.Desired - r.Out }

// cluster is a service and the records of its server groups, by their names.
type cluster struct {
	*api.GoogleCloudRunV2Service
	records map[string]record
}

func read(s *api.GoogleCloudRunV2Service) (cluster, error) {
	c := cluster{s, map[string]record{}}
	for key, value := range s.Annotations {
		name, ok := strings.CutPrefix(key, ours)
		if !ok || gennaker.ParseMoniker(name).Cluster() != last(s.Name) {
			continue
		}
		var r record
		if err := json.Unmarshal([]byte(value), &r); err != nil {
			return c, fmt.Errorf("service %s: %w: annotation %s is none of ours: %w", last(s.Name), gennaker.ErrInvalid, key, err)
		}
		c.records[name] = r
	}
	return c, nil
}

// find is a server group's record, or ErrNotFound.
func (c cluster) find(name string) (record, error) {
	r, ok := c.records[name]
	if !ok || c.DeleteTime != "" {
		return r, fmt.Errorf("%w: service %s has no such server group", gennaker.ErrNotFound, last(c.Name))
	}
	return r, nil
}

// off reports whether the service takes no traffic at all.
func (c cluster) off() bool {
	return c.Scaling != nil && c.Scaling.ScalingMode == manual && c.Scaling.ManualInstanceCount == 0
}

// wanted is the percentage of the traffic that a revision shall have.
func (c cluster) wanted(name string) int {
	percent := 0
	for _, t := range c.Traffic {
		if t.Revision == name && !c.off() {
			percent += int(t.Percent)
		}
	}
	return percent
}

// served is the percentage that it has.
func (c cluster) served(name string) int {
	percent := 0
	for _, t := range c.TrafficStatuses {
		if last(t.Revision) == name && !c.off() {
			percent += int(t.Percent)
		}
	}
	return percent
}

// enabled reports whether a server group takes traffic, or would if it were to
// have any instances. What somebody else has made of the traffic counts, and
// not what we remember.
func (c cluster) enabled(name string) bool {
	r := c.records[name]
	return c.wanted(name) > 0 || r.weight() == 0 && !r.Disabled
}

// write has the annotations say what the records say.
func (c cluster) write() error {
	notes := maps.Clone(c.Annotations)
	if notes == nil {
		notes = map[string]string{}
	}
	for key := range notes {
		if strings.HasPrefix(key, ours) {
			delete(notes, key)
		}
	}
	for name, r := range c.records {
		value, err := json.Marshal(r)
		if err != nil {
			return err
		}
		notes[ours+name] = string(value)
	}
	c.Annotations = notes
	return nil
}
