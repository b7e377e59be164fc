package cloudrun

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

// revision is one revision of a service.
type revision struct {
	name     string
	uid      string
	template object
	made     time.Time
	starts   time.Duration // until it is ready, or has failed
	deleted  time.Time     // asked for
	ill      bool          // told to fail its health check
}

// nextRevision is the one that a template asks for; nil if there is one so
// already.
func (c *Cloud) nextRevision(s *service, fields object, renew bool) (*revision, error) {
	template := part(fields, "template")
	wanted := text(template, "revision")
	if len(s.revisions) > 0 && !renew && reflectEqual(template, part(s.fields, "template")) {
		return nil, nil
	}
	for _, r := range s.revisions {
		if wanted != "" && last(r.name) == wanted {
			if sameTemplate(r.template, template) {
				return nil, nil
			}
			return nil, taken("Revision named '%s' with different configuration already exists.", wanted)
		}
	}
	if wanted == "" {
		wanted = fmt.Sprintf("%s-%05d-%s", last(s.name), s.generation+1, letters(c.number()))
	}
	if !strings.HasPrefix(wanted, last(s.name)+"-") || !revisionName.MatchString(wanted) || len(wanted) > 63 {
		return nil, invalid("template.revision: %q must begin with %q, and has at most 63 of lowercase letters, digits and hyphens", wanted, last(s.name)+"-")
	}
	return &revision{name: s.name + "/revisions/" + wanted, uid: c.uid(), template: template, made: c.Clock.Now(), starts: c.Times.Start}, nil
}

// letters writes a number in three letters.
func letters(n int) string {
	return string([]byte{'a' + byte(n/676%26), 'a' + byte(n/26%26), 'a' + byte(n%26)})
}

func (c *Cloud) deleteRevision(s *service, r *revision, etag string) (*operation, error) {
	now := c.Clock.Now()
	if etag != "" && etag != r.etag(now) {
		return nil, stale(r.name)
	}
	for _, list := range [][]object{s.targets(), s.statuses} {
		for _, t := range list {
			if s.target(t, now) == r {
				return nil, unmet("Revision '%s' can receive traffic and cannot be deleted.", last(r.name))
			}
		}
	}
	if s.newest() == r {
		return nil, unmet("Revision '%s' is the latest created Revision and cannot be directly deleted.", last(r.name))
	}
	if r.deleted.IsZero() {
		r.deleted = now
		c.effects["revisions deleted"]++
	}
	return c.begin(parentOf(s.name), "Revision", func(now time.Time) (bool, *refusal, object) {
		return !s.has(r), nil, r.document(now)
	}), nil
}

func (s *service) has(r *revision) bool {
	for _, one := range s.revisions {
		if one == r {
			return true
		}
	}
	return false
}

func (r *revision) image() string {
	containers, _ := r.template["containers"].([]any)
	first, _ := containers[0].(object)
	return text(first, "image")
}

// over reports whether it is known what became of it.
func (r *revision) over(now time.Time) bool { return now.Sub(r.made) >= r.starts }

func (r *revision) sick() bool {
	return r.ill || strings.HasSuffix(r.image(), "-sick") || strings.HasSuffix(r.image(), "-missing")
}

func (r *revision) ready(now time.Time) bool  { return r.over(now) && !r.sick() }
func (r *revision) failed(now time.Time) bool { return r.over(now) && r.sick() }

func (r *revision) trouble() string {
	if strings.HasSuffix(r.image(), "-missing") {
		return fmt.Sprintf("Image '%s' not found.", r.image())
	}
	return "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout."
}

func (r *revision) etag(now time.Time) string {
	return fmt.Sprintf("%q", fmt.Sprintf("%s/%t/%t", r.uid[24:], r.ready(now), r.failed(now)))
}

// document is the revision as Google tells it.
func (r *revision) document(now time.Time) object {
	doc := maps.Clone(r.template)
	delete(doc, "revision")
	delete(doc, "healthCheckDisabled")
	condition := object{"type": "Ready", "state": "CONDITION_RECONCILING", "lastTransitionTime": stamp(r.made)}
	switch {
	case r.ready(now):
		condition["state"] = "CONDITION_SUCCEEDED"
	case r.failed(now):
		condition["state"], condition["message"] = "CONDITION_FAILED", r.trouble()
		condition["revisionReason"] = "HEALTH_CHECK_CONTAINER_ERROR"
		if strings.HasSuffix(r.image(), "-missing") {
			delete(condition, "revisionReason")
			condition["reason"] = "CONTAINER_MISSING"
		}
	}
	doc["name"], doc["uid"], doc["etag"], doc["generation"] = r.name, r.uid, r.etag(now), "1"
	doc["createTime"], doc["updateTime"], doc["service"] = stamp(r.made), stamp(r.made), last(parentOf(r.name))
	if !r.deleted.IsZero() {
		doc["deleteTime"] = stamp(r.deleted)
	}
	doc["conditions"], doc["reconciling"] = []object{condition}, condition["state"] == "CONDITION_RECONCILING"
	return doc
}
