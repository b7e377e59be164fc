package googletest

import (
	"cmp"
	"hash/fnv"
	"slices"
	"time"
)

// reconcile has a group go on towards what its document says.
func (m *manager) reconcile() {
	if m.deleted() {
		return
	}
	if m.rolls() {
		m.roll()
		return
	}
	m.fill(m.size())
	for len(m.active()) > m.size() {
		m.retire(m.victim(m.active()))
	}
}

// deleted goes on with the deletion of a group, if it is deleted.
func (m *manager) deleted() bool {
	if m.ended == nil {
		return false
	}
	for _, x := range m.active() {
		m.retire(x)
	}
	if len(m.members) == 0 && m.project.resources[m.path()] == m.resource {
		m.ended()
	}
	return true
}

// fill launches instances until there are as many.
func (m *manager) fill(size int) {
	for len(m.active()) < size {
		x := &member{name: m.freeName(), zone: m.emptiest(), action: creating, version: m.nextVersion(nil)}
		m.members = append(m.members, x)
		m.create(x)
	}
}

// nextVersion is the one that most members lack, not counting one of them.
func (m *manager) nextVersion(but *member) version {
	versions, sizes := m.versions()
	best, lack := 0, 0
	for i, v := range versions {
		have := 0
		for _, x := range m.active() {
			if x != but && x.version == v {
				have++
			}
		}
		if sizes[i]-have > lack {
			best, lack = i, sizes[i]-have
		}
	}
	return versions[best]
}

// zones are where the group's instances go.
func (m *manager) zones() []string {
	if m.scope == zonal {
		return []string{m.address.place}
	}
	var zones []string
	for _, z := range m.doc.sub("distributionPolicy").list("zones") {
		zones = append(zones, lastPart(z.text("zone")))
	}
	return zones
}

// emptiest is the zone with the fewest of the group's instances.
func (m *manager) emptiest() string {
	return slices.MinFunc(m.zones(), func(a, b string) int { return cmp.Compare(m.inZone(a), m.inZone(b)) })
}

func (m *manager) inZone(zone string) int {
	n := 0
	for _, x := range m.active() {
		if x.zone == zone {
			n++
		}
	}
	return n
}

// victim is which of some instances is ended first: one that does not run yet
// before one that does, an unhealthy one before a healthy one, one of no
// current version before others, and the one in the fullest zone.
func (m *manager) victim(of []*member) *member {
	rank := func(x *member) []int {
		return []int{truth(x.action == none), truth(x.verified), truth(!m.outdated(x)), -m.inZone(x.zone)}
	}
	return slices.MinFunc(of, func(a, b *member) int {
		return cmp.Or(slices.Compare(rank(a), rank(b)), a.since.Compare(b.since), cmp.Compare(a.name, b.name))
	})
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// freeName is the name of one more instance: the base name, and four letters
// that no other of the group has.
func (m *manager) freeName() string {
	for {
		m.names++
		name := m.doc.text("baseInstanceName") + "-" + letters(m.doc.text("id"), m.names)
		if !slices.ContainsFunc(m.members, func(x *member) bool { return x.name == name }) {
			return name
		}
	}
}

func letters(seed string, n int) string {
	const from = "bcdfghjklmnpqrstvwxz0123456789"
	h := fnv.New64a()
	_, _ = h.Write([]byte(seed + " " + itoa(n)))
	sum := h.Sum64()
	out := make([]byte, 4)
	for i := range out {
		out[i] = from[sum%uint64(len(from))]
		sum /= uint64(len(from))
	}
	return string(out)
}

// create launches a member's instance.
func (m *manager) create(x *member) {
	p := m.project
	if wait := m.blocked.Sub(p.cloud.now); wait > 0 {
		m.later(x, wait)
		return
	}
	template := p.at(x.version.template)
	if why := p.refuses(template, x.zone); why != nil {
		x.errors = []document{{"code": why.code, "message": why.message}}
		m.blocked = p.cloud.now.Add(p.cloud.config.Times.Relaunch)
		m.later(x, p.cloud.config.Times.Relaunch)
		return
	}
	x.turn++
	x.since, x.verified, x.errors = p.cloud.now, false, nil
	at := address{scope: zonal, place: x.zone, collection: "instances", name: x.name}
	x.machine = p.launch(at, template, m, func() { m.booted(x) })
}

// refuses is why no instance can be launched from a template in a zone; nil if
// one can.
func (p *Project) refuses(template *resource, zone string) *launchRefusal {
	if source := bootImage(template.doc.sub("properties")); p.refusal == nil && p.imageOf(source) == nil {
		return &launchRefusal{"RESOURCE_NOT_FOUND", "The resource '" + source + "' was not found"}
	}
	if p.refusal != nil {
		return p.refusal
	}
	return p.exceeds(template, regionOf(zone))
}

// later tries to launch again.
func (m *manager) later(x *member, wait time.Duration) {
	turn := x.turn
	m.project.cloud.after(wait, func() {
		if x.turn == turn && x.machine == nil && (x.action == creating || x.action == recreating) && slices.Contains(m.members, x) {
			m.create(x)
		}
	})
}

// booted has an instance that runs be served, and checked.
func (m *manager) booted(x *member) {
	if x.action != creating && x.action != recreating {
		return
	}
	x.joinPools(m.project, m.doc.texts("targetPools"))
	x.action = verifying
	m.examine(x)
	m.watchMember(x)
}

// retire takes an instance out of the group, and ends it.
func (m *manager) retire(x *member) {
	if x.action == deleting {
		return
	}
	old := x.action
	x.action = deleting
	x.turn++
	if x.machine == nil {
		m.drop(x)
		return
	}
	if old == recreating && x.machine.deleting {
		return // it stops already
	}
	m.end(x, func() { m.drop(x) })
}

// end drains and stops a member's instance.
func (m *manager) end(x *member, then func()) {
	machine := x.machine
	machine.deleting = true
	machine.leavePools()
	machine.stop(m.drainTime(machine), func() {
		if x.machine == machine {
			x.machine = nil
		}
		then()
	})
}

// drop takes a member whose instance is gone out of the group.
func (m *manager) drop(x *member) {
	m.members = slices.DeleteFunc(m.members, func(y *member) bool { return x == y })
	m.reconcile()
}

// recreate ends a member's instance, and makes it anew under its name.
func (m *manager) recreate(x *member, of version) {
	if x.action == deleting || x.action == recreating && x.machine != nil && x.machine.deleting {
		return
	}
	x.action, x.version = recreating, of
	x.turn++
	again := func() {
		if x.action == deleting {
			m.drop(x)
			return
		}
		m.create(x)
	}
	if x.machine == nil {
		m.create(x)
		return
	}
	m.end(x, again)
}

// lost hears of an instance that is gone without the group's doing.
func (m *manager) lost(machine *resource) {
	for _, x := range m.members {
		if x.machine != machine || machine.deleting && x.action == deleting {
			continue
		}
		x.machine = nil
		x.turn++
		if x.action != creating {
			x.action = recreating
		}
		m.create(x)
	}
}
