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
	depths, order := map[string]int{}, map[string]int{}
	var placed []place
	waiting := slices.Clone(stages)
	for len(waiting) > 0 {
		i := next(waiting, order)
		s := waiting[i]
		waiting = slices.Delete(waiting, i, i+1)
		depths[s.RefID] = depth(s, depths, children)
		order[s.RefID] = len(placed)
		placed = append(placed, place{s, depths[s.RefID]})
	}
	return placed
}

// next is the stage to place: of those whose requisites are all placed, the
// one whose last requisite was placed last. Order is where stages are placed.
func next(waiting []gennaker.StageExecution, order map[string]int) int {
	best, latest := 0, -2
	for i, s := range waiting {
		last := -1
		for _, r := range s.Requisites {
			at, ok := order[r]
			if !ok {
				last = -2
				break
			}
			last = max(last, at)
		}
		if last > latest {
			best, latest = i, last
		}
	}
	return best
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
