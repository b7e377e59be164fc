package cloudrun

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

// service is one service. Fields are those that its user has set; what the
// cloud says of it is made when it is asked for.
type service struct {
	name       string
	uid        string
	fields     object
	generation int
	made       time.Time
	changed    time.Time // the fields
	deleted    time.Time // asked for; zero if it is not
	revisions  []*revision
	statuses   []object // where the traffic goes
	observed   int      // the generation that the traffic is of
}

// written are the fields that a user may set.
var written = []string{"annotations", "binaryAuthorization", "buildConfig", "client", "clientVersion", "customAudiences", "defaultUriDisabled",
	"description", "iapEnabled", "ingress", "invokerIamDisabled", "labels", "launchStage", "scaling", "template", "traffic"}

func (c *Cloud) create(parent, id string, body object) (*operation, error) {
	name := parent + "/services/" + id
	if c.services[name] != nil {
		return nil, taken("Resource '%s' already exists.", id)
	}
	if !serviceName.MatchString(id) || len(id) >= 50 {
		return nil, invalid("service_id: %q must begin with a letter, cannot end with a hyphen, and has fewer than 50 of lowercase letters, digits and hyphens", id)
	}
	s := &service{name: name, uid: c.uid(), made: c.Clock.Now(), fields: object{}}
	if err := c.change(s, body, written, false); err != nil {
		return nil, err
	}
	c.services[name] = s
	c.effects["services created"]++
	return c.watch(s), nil
}

func (c *Cloud) patch(s *service, body object, mask []string, renew bool) (*operation, error) {
	if etag := text(body, "etag"); etag != "" && etag != s.etag(c.Clock.Now()) {
		return nil, stale(s.name)
	}
	if err := c.change(s, body, mask, renew); err != nil {
		return nil, err
	}
	c.effects["services changed"]++
	return c.watch(s), nil
}

// change gives a service other fields, and a revision if that is what they
// say. Nothing is changed if something is wrong.
func (c *Cloud) change(s *service, body object, mask []string, renew bool) error {
	fields := maps.Clone(s.fields)
	for _, f := range mask {
		delete(fields, f)
		if body[f] != nil {
			fields[f] = body[f]
		}
	}
	if err := checkFields(fields, s.fields); err != nil {
		return err
	}
	next, err := c.nextRevision(s, fields, renew)
	if err != nil {
		return err
	}
	known := s.revisions
	if next != nil {
		known = append(slices.Clone(known), next)
	}
	if err := checkTraffic(fields, known); err != nil {
		return err
	}
	s.revisions, s.fields = known, fields
	s.generation++
	s.changed = c.Clock.Now()
	if next != nil {
		c.effects["revisions created"]++
	}
	return nil
}

// watch is the operation that ends when the service is as its fields say.
func (c *Cloud) watch(s *service) *operation {
	generation := s.generation
	return c.begin(parentOf(s.name), "Service", func(now time.Time) (bool, *refusal, object) {
		if c.services[s.name] != s {
			return true, &refusal{status: "ABORTED", message: "The service was deleted."}, object{}
		}
		if s.observed >= generation {
			return true, nil, s.document(now)
		}
		state := s.condition(now)
		if s.generation == generation && state["state"] == "CONDITION_FAILED" {
			return true, &refusal{status: "FAILED_PRECONDITION", message: text(state, "message")}, s.document(now)
		}
		return false, nil, s.document(now)
	})
}

func (c *Cloud) deleteService(s *service, etag string) (*operation, error) {
	if etag != "" && etag != s.etag(c.Clock.Now()) {
		return nil, stale(s.name)
	}
	if s.deleted.IsZero() {
		s.deleted = c.Clock.Now()
		c.effects["services deleted"]++
	}
	return c.begin(parentOf(s.name), "Service", func(now time.Time) (bool, *refusal, object) {
		return c.services[s.name] != s, nil, s.document(now)
	}), nil
}

func (s *service) etag(now time.Time) string {
	state := fmt.Sprint(s.generation, s.observed, text(s.condition(now), "state"), len(s.revisions))
	return fmt.Sprintf("%q", fmt.Sprintf("%s/%x", s.uid[24:], state))
}

func (s *service) newest() *revision { return s.revisions[len(s.revisions)-1] }

// document is the service as Google tells it.
func (s *service) document(now time.Time) object {
	doc := maps.Clone(s.fields)
	condition := s.condition(now)
	doc["name"], doc["uid"], doc["etag"] = s.name, s.uid, s.etag(now)
	doc["generation"], doc["observedGeneration"] = fmt.Sprint(s.generation), fmt.Sprint(s.observed)
	doc["createTime"], doc["updateTime"] = stamp(s.made), stamp(s.changed)
	if !s.deleted.IsZero() {
		doc["deleteTime"] = stamp(s.deleted)
	}
	uri := "https://" + last(s.name) + "-" + s.uid[30:] + ".a.run.app"
	doc["uri"], doc["urls"] = uri, []string{uri}
	doc["latestCreatedRevision"] = s.newest().name
	for _, r := range s.revisions {
		if r.ready(now) {
			doc["latestReadyRevision"] = r.name
		}
	}
	doc["terminalCondition"] = condition
	doc["reconciling"] = condition["state"] == "CONDITION_RECONCILING"
	doc["trafficStatuses"] = s.statuses
	if len(s.statuses) == 0 {
		delete(doc, "trafficStatuses")
	}
	return doc
}

// condition is the terminal one.
func (s *service) condition(now time.Time) object {
	newest := s.newest()
	condition := object{"type": "Ready", "state": "CONDITION_SUCCEEDED", "lastTransitionTime": stamp(s.changed)}
	switch {
	case newest.failed(now):
		condition["state"], condition["reason"] = "CONDITION_FAILED", "REVISION_FAILED"
		condition["message"] = fmt.Sprintf("Revision '%s' is not ready and cannot serve traffic. %s", last(newest.name), newest.trouble())
	case s.observed < s.generation:
		condition["state"] = "CONDITION_RECONCILING"
	}
	return condition
}

// reconcile brings all that is asked for as far as it comes until now.
func (c *Cloud) reconcile(now time.Time) {
	for name, s := range c.services {
		if !s.deleted.IsZero() && now.Sub(s.deleted) >= c.Times.Delete {
			delete(c.services, name)
			continue
		}
		s.revisions = slices.DeleteFunc(s.revisions, func(r *revision) bool {
			return !r.deleted.IsZero() && now.Sub(r.deleted) >= c.Times.Delete
		})
		if s.observed < s.generation && now.Sub(s.changed) >= c.Times.Route && s.routable(now) {
			s.statuses, s.observed = s.route(now), s.generation
		}
	}
}

// routable reports whether all revisions that are to have traffic are ready.
func (s *service) routable(now time.Time) bool {
	for _, t := range s.targets() {
		if r := s.target(t, now); r == nil || number(t, "percent") > 0 && !r.ready(now) {
			return false
		}
	}
	return s.newest().over(now)
}

// targets are where the service says that traffic goes.
func (s *service) targets() []object {
	list, _ := s.fields["traffic"].([]any)
	if len(list) == 0 {
		return []object{{"type": latest, "percent": 100.0}}
	}
	var all []object
	for _, t := range list {
		all = append(all, t.(object))
	}
	return all
}

// target is the revision that a target means now; nil if there is none.
func (s *service) target(t object, now time.Time) *revision {
	var found *revision
	for _, r := range s.revisions {
		if text(t, "type") == latest && r.ready(now) || text(t, "type") != latest && last(r.name) == text(t, "revision") {
			found = r
		}
	}
	return found
}

func (s *service) route(now time.Time) []object {
	var all []object
	for _, t := range s.targets() {
		status := maps.Clone(t)
		status["revision"] = last(s.target(t, now).name)
		all = append(all, status)
	}
	return all
}

// sameTemplate reports whether two templates make the same revision.
func sameTemplate(a, b object) bool {
	without := func(o object) object {
		o = maps.Clone(o)
		delete(o, "revision")
		return o
	}
	return reflect.DeepEqual(without(a), without(b))
}
