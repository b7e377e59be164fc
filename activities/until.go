package activities

import (
	"slices"
	"time"

	"github.com/gennaker/gennaker"
)

// Until is the state of a server group that is waited for.
type Until struct {
	gennaker.ServerGroupRef
	// Up is how many instances must be up, and Total, if not nil, how many
	// there must be in all.
	Up    int  `json:"up"`
	Total *int `json:"total,omitempty"`
	// Ready counts instances as up that are out of service alone because they
	// are not to have traffic.
	Ready bool `json:"ready,omitempty"`
	// Down is how many instances must have no traffic.
	Down int `json:"down,omitempty"`
	// Fewer, if not 0, waits until fewer than that many are up.
	Fewer int `json:"fewer,omitempty"`
	// Of, if not nil, are the only instances that count, and Without those that
	// must be gone.
	Of      []string `json:"of,omitempty"`
	Without []string `json:"without,omitempty"`
	// Suspended are processes that must be suspended, and Resumed those that
	// must not.
	Suspended []string `json:"suspended,omitempty"`
	Resumed   []string `json:"resumed,omitempty"`
	// Health is whose judgment counts.
	Health gennaker.HealthProviders `json:"health,omitzero"`
	// Idle waits until no instance takes traffic, Gone until there is no such
	// server group.
	Idle bool `json:"idle,omitempty"`
	Gone bool `json:"gone,omitempty"`
	// Changed is when the cluster was last changed: what is looked at must show
	// that.
	Changed time.Time `json:"changed,omitzero"`
}

// holds reports whether the server group is as wanted.
func (u Until) holds(g gennaker.ServerGroup) bool {
	switch {
	case u.Gone:
		return false
	case u.Idle:
		return !g.Enabled && u.down(g) == len(g.Instances)
	}
	if len(g.Having(u.Without)) > 0 || !u.processes(g) {
		return false
	}
	if u.Of != nil {
		g = only(g, u.Of)
	}
	up := u.Health.CountUp(g)
	if u.Ready {
		up += g.Count(gennaker.OutOfService)
		if g.Resting {
			return true
		}
	}
	return up >= u.Up && (u.Fewer == 0 || up < u.Fewer) && u.down(g) >= u.Down && (u.Total == nil || g.Resting || len(g.Instances) == *u.Total)
}

// processes reports whether those that shall be suspended are, and no others
// that shall not.
func (u Until) processes(g gennaker.ServerGroup) bool {
	for _, name := range u.Suspended {
		if !slices.Contains(g.Suspended, name) {
			return false
		}
	}
	return !slices.ContainsFunc(u.Resumed, func(name string) bool { return slices.Contains(g.Suspended, name) })
}

// only is the server group with those of its instances alone.
func only(g gennaker.ServerGroup, ids []string) gennaker.ServerGroup {
	g.Instances = slices.DeleteFunc(slices.Clone(g.Instances), func(i gennaker.Instance) bool { return !slices.Contains(ids, i.ID) })
	return g
}

// down is how many instances have no traffic.
func (u Until) down(g gennaker.ServerGroup) int {
	n := 0
	for _, i := range g.Instances {
		if u.Health.Down(i) {
			n++
		}
	}
	return n
}

func (u Until) progress(g gennaker.ServerGroup) gennaker.Progress {
	p := gennaker.Progress{ServerGroup: g.Name, Up: u.Health.CountUp(g), Total: g.Capacity.Desired, Reason: g.Trouble}
	for _, i := range g.Instances {
		if i.Health != gennaker.Up && i.Reason != "" {
			p.Reason = i.Reason
		}
	}
	return p
}
