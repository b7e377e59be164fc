package googletest

import (
	"time"
)

// checks are how often a health check asks, and how many answers of a kind
// make it change its mind.
type checks struct {
	interval time.Duration
	rise     int
	fall     int
}

func checksOf(check document) checks {
	return checks{check.seconds("checkIntervalSec", 5), check.number("healthyThreshold", 2), check.number("unhealthyThreshold", 2)}
}

// healthy is what a check that began to ask at a time finds now. It begins
// with no good opinion.
func (m *machine) healthy(c checks, began, now time.Time) bool {
	good := false
	for i, t := range m.turns {
		from, until := t.at, now
		if from.Before(began) {
			from = began
		}
		if i+1 < len(m.turns) && m.turns[i+1].at.Before(until) {
			until = m.turns[i+1].at
		}
		need := c.rise
		if !t.well {
			need = c.fall
		}
		if t.well != good && until.Sub(from) >= time.Duration(need)*c.interval {
			good = t.well
		}
	}
	return good
}

// healing is the group's policy: the check, and the time that an instance is
// given at first; no check if it has none.
func (m *manager) healing() (check *resource, delay time.Duration) {
	for _, policy := range m.doc.list("autoHealingPolicies") {
		return m.project.at(policy.text("healthCheck")), policy.seconds("initialDelaySec", 0)
	}
	return nil, 0
}

// inOrder is what the group's health check finds; without one, an instance
// that runs is in order.
func (m *manager) inOrder(x *member) bool {
	check, _ := m.healing()
	if check == nil {
		return x.machine.doc["status"] == "RUNNING"
	}
	return x.machine.machine.healthy(checksOf(check.doc), x.since, m.project.cloud.now)
}

// examine decides about an instance by its health.
func (m *manager) examine(x *member) {
	if x.machine == nil || x.action != verifying && x.action != none || x.machine.doc["status"] != "RUNNING" {
		return
	}
	check, delay := m.healing()
	late := !m.project.cloud.now.Before(x.since.Add(delay))
	switch {
	case m.inOrder(x):
		settled := x.action == none && x.verified
		x.action, x.verified = none, true
		if !settled {
			m.reconcile()
		}
	case check != nil && late && m.judged(x, checksOf(check.doc)):
		m.recreate(x, x.version)
	}
}

// judged reports whether a check has had the time to find an instance
// unhealthy.
func (m *manager) judged(x *member, c checks) bool {
	turns := x.machine.machine.turns
	if len(turns) == 0 {
		return false
	}
	need := time.Duration(c.fall) * c.interval
	if last := turns[len(turns)-1]; last.well {
		need = time.Duration(c.rise) * c.interval
	}
	return !m.project.cloud.now.Before(turns[len(turns)-1].at.Add(need))
}

// watchMember looks at an instance when a check may have changed its mind, and
// when its time of grace is over.
func (m *manager) watchMember(x *member) {
	if x.machine == nil {
		return
	}
	cloud, turn := m.project.cloud, x.turn
	look := func() {
		if x.turn == turn {
			m.examine(x)
		}
	}
	check, delay := m.healing()
	if check == nil {
		look()
		return
	}
	c := checksOf(check.doc)
	from := cloud.now
	if turns := x.machine.machine.turns; len(turns) > 0 {
		from = turns[len(turns)-1].at
	}
	for _, at := range []time.Time{from.Add(time.Duration(c.rise) * c.interval), from.Add(time.Duration(c.fall) * c.interval), x.since.Add(delay)} {
		cloud.after(at.Sub(cloud.now), look)
	}
}

// watch looks at all instances; a nil group has none.
func (m *manager) watch() {
	if m == nil {
		return
	}
	for _, x := range m.members {
		m.watchMember(x)
	}
}
