package providertest

import (
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// processCases are the contract of providers.Processes.
var processCases = []testCase{
	{"suspended processes are told, and resumed", suspends},
}

func suspends(s *suite) {
	processes := as[providers.Processes](s)
	c := s.request(0, "a", 1)
	s.create(c)
	for _, step := range []struct {
		suspend, resume []string
		want            int
	}{{[]string{"Launch"}, nil, 1}, {[]string{"Launch", "Terminate"}, nil, 2}, {nil, []string{"Launch", "Terminate"}, 0}} {
		set := gennaker.SetProcesses{ServerGroupRef: c.Ref(), Suspend: step.suspend, Resume: step.resume}
		for range 2 { // each may run twice
			if err := processes.SetProcesses(s.ctx, set); err != nil {
				s.Fatalf("SetProcesses(%+v) = %v", set, err)
			}
		}
		s.eventually(c.Ref(), "left as asked", func(g gennaker.ServerGroup) bool { return len(g.Suspended) == step.want })
	}
	gone := gennaker.SetProcesses{ServerGroupRef: s.request(9, "a", 0).Ref(), Suspend: []string{"Launch"}}
	if err := processes.SetProcesses(s.ctx, gone); !errors.Is(err, gennaker.ErrNotFound) {
		s.Errorf("SetProcesses of what is not there = %v, want ErrNotFound", err)
	}
}
