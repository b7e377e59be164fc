package starter

import (
	"slices"

	"github.com/gennaker/gennaker"
)

// place is a stage and how far it is indented.
type place struct {
	gennaker.StageExecution
	depth int
}

// layout orders stages so that each stands below those it depends on and a
// branch stays together. The branches of a fork are one deeper than the stage
// they leave, and a join is back where its fork was.
func layout(stages []gennaker.StageExecution) []place {
	children := map[string]int{}
	for _, s := range stages {
		for _, r := range s.Requisites {
			children[r]++
		}
	}
	depths := map[string]int{}
	var placed []place
	waiting := slices.Clone(stages)
	for last := ""; len(waiting) > 0; {
		i := next(waiting, depths, last)
		s := waiting[i]
		waiting = slices.Delete(waiting, i, i+1)
		depths[s.RefID] = depth(s, depths, children)
		placed = append(placed, place{s, depths[s.RefID]})
		last = s.RefID
	}
	return placed
}

// next is the stage to place: one that follows the last placed if there is,
// or else the last in the document order whose requisites are all placed.
func next(waiting []gennaker.StageExecution, placed map[string]int, last string) int {
	ready := -1
	for i, s := range waiting {
		if !slices.ContainsFunc(s.Requisites, func(r string) bool { _, ok := placed[r]; return !ok }) {
			if slices.Contains(s.Requisites, last) {
				return i
			}
			if ready < 0 {
				ready = i
			}
		}
	}
	return max(ready, 0)
}

func depth(s gennaker.StageExecution, depths, children map[string]int) int {
	switch len(s.Requisites) {
	case 0:
		return 0
	case 1:
		of := s.Requisites[0]
		if children[of] > 1 {
			return depths[of] + 1
		}
		return depths[of]
	}
	least := depths[s.Requisites[0]]
	for _, r := range s.Requisites {
		least = min(least, depths[r])
	}
	return max(least-1, 0)
}
