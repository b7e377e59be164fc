package googletest

import (
	"net/http"
	"slices"
)

// checkUpdates completes how a group updates its instances, or refuses it.
func checkUpdates(now document) error {
	policy := now.sub("updatePolicy")
	zones := max(1, len(now.sub("distributionPolicy").list("zones")))
	for field, usual := range map[string]any{"type": "OPPORTUNISTIC", "minimalAction": "REPLACE", "replacementMethod": "SUBSTITUTE"} {
		policy.set(field, usual)
	}
	if now.has("distributionPolicy") {
		policy.set("instanceRedistributionType", "PROACTIVE")
	}
	recreates := policy.text("replacementMethod") == "RECREATE"
	for _, field := range []string{"maxSurge", "maxUnavailable"} {
		if policy[field] == nil {
			fixed := zones
			if field == "maxSurge" && recreates {
				fixed = 0
			}
			policy[field] = map[string]any{"fixed": float64(fixed)}
		}
		if err := checkLimit(now, policy.sub(field), field, zones); err != nil {
			return err
		}
	}
	if recreates && limit(policy, "maxSurge", now.number("targetSize", 0)) > 0 {
		return refuse(http.StatusBadRequest, "invalid", "maxSurge must be equal to 0 when replacement method is set to RECREATE")
	}
	if !policy.sub("maxSurge").has("fixed") && !policy.sub("maxSurge").has("percent") &&
		!policy.sub("maxUnavailable").has("fixed") && !policy.sub("maxUnavailable").has("percent") {
		return refuse(http.StatusBadRequest, "invalid", "Either maxSurge or maxUnavailable must be greater than 0.")
	}
	now["updatePolicy"] = map[string]any(policy)
	return nil
}

// checkLimit refuses a number that a group of this size and these zones cannot
// have.
func checkLimit(now, limit document, field string, zones int) error {
	delete(limit, "calculated")
	if limit["percent"] != nil && now.number("targetSize", 0) < 10 {
		return refuse(http.StatusBadRequest, "invalid", "Percent updatePolicy.%s is allowed only for groups of at least 10 instances.", field)
	}
	if fixed := limit.number("fixed", 0); limit["percent"] == nil && fixed != 0 && fixed < zones {
		return refuse(http.StatusBadRequest, "invalid", "Fixed updatePolicy.%s for regional managed instance group has to be either 0 or at least equal to the number of zones.", field)
	}
	return nil
}

// limit is maxSurge or maxUnavailable for a size. The number of a percentage
// is rounded, and no percentage is nothing.
func limit(policy document, field string, size int) int {
	d := policy.sub(field)
	if d["percent"] != nil {
		return max((d.number("percent", 0)*size+50)/100, truth(d.number("percent", 0) > 0))
	}
	return d.number("fixed", 0)
}

func (m *manager) updatePolicyView() document {
	policy := document(m.doc.sub("updatePolicy")).clone()
	for _, field := range []string{"maxSurge", "maxUnavailable"} {
		if policy.has(field) {
			policy.sub(field)["calculated"] = limit(policy, field, m.size())
		}
	}
	return policy
}

// outdated reports whether an instance is of no version of the group, or of
// one that has too many.
func (m *manager) outdated(x *member) bool {
	return slices.Contains(m.surplus(), x)
}

// surplus are the members beyond the sizes of the group's versions, and those
// of other versions. Which of a version's are too many: the youngest.
func (m *manager) surplus() []*member {
	versions, sizes := m.versions()
	room := map[version]int{}
	for i, v := range versions {
		room[v] += sizes[i]
	}
	var list []*member
	for _, x := range m.active() {
		if room[x.version] > 0 {
			room[x.version]--
			continue
		}
		list = append(list, x)
	}
	return list
}

// reached reports whether all instances are of the versions that they should.
func (m *manager) reached() bool {
	return len(m.surplus()) == 0 && !slices.ContainsFunc(m.active(), func(x *member) bool { return x.machine == nil && x.action == recreating })
}

// rolls reports whether the group has instances to update by itself: some that
// are not of its version, or, if it has more than one, of one with too many.
func (m *manager) rolls() bool {
	if m.doc.sub("updatePolicy").text("type") != "PROACTIVE" || m.size() == 0 {
		return false
	}
	versions, _ := m.versions()
	return slices.ContainsFunc(m.surplus(), func(x *member) bool { return len(versions) > 1 || x.version != versions[0] })
}

// lacking is how many instances of the group's versions are not there.
func (m *manager) lacking() int { return m.size() - (len(m.active()) - len(m.surplus())) }

// roll goes on with an update: no more instances than the surge allows, and
// no fewer in order than the size without those that may be missing.
func (m *manager) roll() {
	policy := m.doc.sub("updatePolicy")
	surge, missing := limit(policy, "maxSurge", m.size()), limit(policy, "maxUnavailable", m.size())
	if most := policy.text("mostDisruptiveAllowedAction"); most != "" && most != "REPLACE" {
		return // a template that differs needs a replacement
	}
	if policy.text("replacementMethod") == "RECREATE" {
		m.rollInPlace(missing)
		return
	}
	m.fill(min(m.size()+surge, len(m.active())+m.lacking()))
	for _, x := range m.surplus() {
		spare := len(m.active()) > m.size()+surge || m.size()-missing <= m.available()-truth(available(x))
		if spare && len(m.active()) > m.size()-missing && m.outdated(x) {
			m.retire(x)
		}
	}
	m.fill(min(m.size()+surge, len(m.active())+m.lacking()))
}

func (m *manager) rollInPlace(missing int) {
	m.fill(m.size())
	for len(m.active()) > m.size() {
		m.retire(m.victim(m.surplus()))
	}
	for _, x := range m.surplus() {
		if m.size()-missing <= m.available()-truth(available(x)) {
			m.recreate(x, m.nextVersion(x))
		}
	}
}

// available reports whether an instance counts as there during an update.
func available(x *member) bool { return x.in() && x.action == none && x.verified }

func (m *manager) available() int {
	n := 0
	for _, x := range m.members {
		if available(x) {
			n++
		}
	}
	return n
}
