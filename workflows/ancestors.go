package workflows

import (
	"slices"

	"github.com/gennaker/gennaker"
)

// above searches the outputs of the ancestors, the nearest first.
func (sc *scope) above(name string) (any, bool) {
	for _, s := range sc.ancestors() {
		if v, ok := s.Outputs[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// ancestors are the stages whose outputs the stage sees, in Spinnaker's order:
// itself; its requisites as the document has them, what ran within those, and
// then what is above each of them. At the top of the stages within a stage
// come those that ran in it before their place, the stage, and what is above
// it.
func (sc *scope) ancestors() []*gennaker.StageExecution {
	a := ancestry{r: sc.r, been: map[string]bool{}, listed: map[string]bool{}}
	a.add(sc.state)
	a.climb(sc.state, sc.parent)
	return a.list
}

// ancestry is a list of ancestors under way.
type ancestry struct {
	r      *run
	list   []*gennaker.StageExecution
	been   map[string]bool // refIds that were climbed from
	listed map[string]bool
}

func (a *ancestry) add(s *gennaker.StageExecution) {
	if !a.listed[s.RefID] {
		a.listed[s.RefID] = true
		a.list = append(a.list, s)
	}
}

func (a *ancestry) climb(s *gennaker.StageExecution, parent *scope) {
	a.been[s.RefID] = true
	if len(s.Requisites) > 0 {
		a.upstream(a.requisites(s))
		return
	}
	if parent == nil || a.been[parent.state.RefID] {
		return
	}
	for _, before := range parent.state.Synthetic {
		if slices.Contains(placesBefore[s.Owner], before.Owner) {
			a.add(before)
		}
	}
	a.add(parent.state)
	a.climb(parent.state, parent.parent)
}

// placesBefore are the places of the stages that ran before one of a place.
var placesBefore = map[string][]string{
	gennaker.StageAfter:     {gennaker.StageBefore},
	gennaker.StageOnFailure: {gennaker.StageBefore, gennaker.StageAfter},
}

func (a *ancestry) upstream(near []*node) {
	for _, n := range near {
		a.add(n.state)
	}
	for _, n := range near {
		for _, within := range n.state.Synthetic {
			a.add(within)
		}
	}
	for _, n := range near {
		a.climb(n.state, n.graph.parent)
	}
}

// requisites are the stages that a stage requires and that nothing was climbed
// from yet, in the order of their graph.
func (a *ancestry) requisites(s *gennaker.StageExecution) []*node {
	var near []*node
	required := map[string]bool{}
	for _, ref := range s.Requisites {
		if n := a.r.known[ref]; n != nil && !a.been[ref] && !required[ref] {
			required[ref] = true
			near = append(near, n)
		}
	}
	if len(near) < 2 {
		return near
	}
	ordered := near[:0]
	for _, n := range near[0].graph.nodes {
		if required[n.state.RefID] {
			ordered = append(ordered, n)
		}
	}
	return ordered
}
