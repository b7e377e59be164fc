package gennaker

import (
	"slices"
	"strconv"
)

// AssignRefIDs makes a list of stages that names none of them a line: refIds
// 0, 1, 2 …, each stage after the one before it (Spinnaker's rule). It changes
// nothing once a single stage has a refId.
func (p *Pipeline) AssignRefIDs() {
	for _, s := range p.Stages {
		if s.RefID != "" {
			return
		}
	}
	for i := range p.Stages {
		p.Stages[i].RefID = strconv.Itoa(i)
		p.Stages[i].Requisites = nil
		if i > 0 {
			p.Stages[i].Requisites = []string{strconv.Itoa(i - 1)}
		}
	}
}

// Cycle returns the refIds of stages that wait for each other in a ring, each
// after the one it depends on, and the first of them after the last. It is nil
// if there is no ring. Requisites that name no stage are passed over, and of
// two stages with one refId the first counts.
func (p Pipeline) Cycle() []string {
	s := search{stages: p.Stages, index: make(map[string]int, len(p.Stages)), state: make([]visit, len(p.Stages))}
	for i, stage := range p.Stages {
		if _, taken := s.index[stage.RefID]; !taken {
			s.index[stage.RefID] = i
		}
	}
	for i := range p.Stages {
		if cycle := s.from(i); cycle != nil {
			return cycle
		}
	}
	return nil
}

type visit int

const (
	unseen visit = iota
	onPath
	done
)

// search walks the graph against its arrows, depth first, each stage once.
type search struct {
	stages []Stage
	index  map[string]int // refId to stage
	state  []visit
	path   []int // the stages between the start of the walk and here
}

func (s *search) from(i int) []string {
	if s.state[i] != unseen {
		return nil
	}
	s.state[i] = onPath
	s.path = append(s.path, i)
	for _, refID := range s.stages[i].Requisites {
		next, known := s.index[refID]
		if !known {
			continue
		}
		if s.state[next] == onPath {
			return s.ring(next)
		}
		if cycle := s.from(next); cycle != nil {
			return cycle
		}
	}
	s.state[i] = done
	s.path = s.path[:len(s.path)-1]
	return nil
}

// ring is the path from a stage on, turned to run with the arrows and to
// begin at the stage that stands first in the document.
func (s *search) ring(start int) []string {
	ring := slices.Clone(s.path[slices.Index(s.path, start):])
	slices.Reverse(ring)
	first := slices.Index(ring, slices.Min(ring))
	var refIDs []string
	for _, i := range slices.Concat(ring[first:], ring[:first]) {
		refIDs = append(refIDs, s.stages[i].RefID)
	}
	return refIDs
}
