package providertest

import "github.com/gennaker/gennaker"

// healthCases are for targets whose instances can be made ill.
var healthCases = []testCase{
	{"an instance that falls ill is seen, and that it is well again", seesIllness},
}

func knowsInstances(s *suite) {
	g := s.have(0, 3)
	seen := map[string]bool{}
	for _, i := range g.Instances {
		if i.ID == "" || seen[i.ID] || i.Launched.IsZero() {
			s.Errorf("instance = %+v, want it with an id of its own, and dated", i)
		}
		seen[i.ID] = true
	}
}

func seesIllness(s *suite) {
	g := s.have(0, 2)
	s.Sicken(g, true)
	s.eventually(g.Ref(), "ill", func(now gennaker.ServerGroup) bool { return now.Count(gennaker.Up) == 0 })
	if now := s.get(g.Ref()); !now.Enabled || now.Serves() {
		s.Errorf("a server group whose instances are ill is enabled: %t, serves: %t; want true, false", now.Enabled, now.Serves())
	}
	s.Sicken(g, false)
	s.eventually(g.Ref(), "well again", up(2))
}
