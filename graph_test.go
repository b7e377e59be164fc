package gennaker_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/gennaker/gennaker"
)

// graph makes stages from refId, requisites, refId, requisites …
func graph(edges ...[]string) gennaker.Pipeline {
	var p gennaker.Pipeline
	for _, e := range edges {
		p.Stages = append(p.Stages, gennaker.Stage{RefID: e[0], Requisites: e[1:]})
	}
	return p
}

func TestAssignRefIDs(t *testing.T) {
	tests := []struct {
		name string
		in   gennaker.Pipeline
		want string
	}{
		{"stages without refIds become a line", graph([]string{""}, []string{""}, []string{""}), "[0 [] 1 [0] 2 [1]]"},
		{"one refId keeps the document as it is", graph([]string{""}, []string{"x"}), "[ [] x []]"},
		{"no stages stay no stages", gennaker.Pipeline{}, "[]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.AssignRefIDs()
			var got []any
			for _, s := range tt.in.Stages {
				got = append(got, s.RefID, s.Requisites)
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("AssignRefIDs = %v, want %s", got, tt.want)
			}
		})
	}
}

func TestCycle(t *testing.T) {
	tests := []struct {
		name string
		in   gennaker.Pipeline
		want []string
	}{
		{"a line has none", graph([]string{"1"}, []string{"2", "1"}), nil},
		{"a diamond has none", graph([]string{"1"}, []string{"2", "1"}, []string{"3", "1"}, []string{"4", "2", "3"}), nil},
		{"a ring is named in the order it would run", graph([]string{"1", "3"}, []string{"2", "1"}, []string{"3", "2"}), []string{"1", "2", "3"}},
		{"what leads into a ring is not part of it", graph([]string{"a", "1"}, []string{"1", "2"}, []string{"2", "1"}), []string{"1", "2"}},
		{"a stage after itself is a ring of one", graph([]string{"1", "1"}), []string{"1"}},
		{"unknown requisites are passed over", graph([]string{"1", "9"}), nil},
		{"the first of two with one refId counts", graph([]string{"1"}, []string{"2", "1"}, []string{"1", "2"}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.Cycle(); !slices.Equal(got, tt.want) {
				t.Errorf("Cycle = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCycleVisitsEachEdgeOnce(t *testing.T) {
	// Each stage after all before it: a walk that forgot where it had been
	// would take 2^1000 steps.
	var p gennaker.Pipeline
	var before []string
	for i := range 1000 {
		refID := strconv.Itoa(i)
		p.Stages = append(p.Stages, gennaker.Stage{RefID: refID, Requisites: slices.Clone(before)})
		before = append(before, refID)
	}
	if got := p.Cycle(); got != nil {
		t.Errorf("Cycle = %v, want none", got)
	}
}
