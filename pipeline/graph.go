package pipeline

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gennaker/gennaker"
)

// graphStage is a stage as the graph sees it.
type graphStage struct {
	*node
	path       *path
	refID      *node // nil if it has none
	requisites []*node
}

// addToGraph remembers a stage whose fields were checked.
func (c *checker) addToGraph(n *node, p *path) {
	s := graphStage{node: n, path: p, refID: n.field("refId")}
	if s.refID != nil && s.refID.refText() == "" {
		s.refID = nil
	}
	if requisites := n.field("requisiteStageRefIds"); requisites != nil {
		s.requisites = requisites.items
	}
	c.graph = append(c.graph, s)
}

// refText is what a refId says, written as text or as a whole number.
func (n *node) refText() string {
	if n.kind == number && n.number == math.Trunc(n.number) {
		return strconv.FormatFloat(n.number, 'f', -1, 64)
	}
	return n.text
}

// checkGraph checks how the stages depend on each other.
func (c *checker) checkGraph() {
	refIDs, known := c.refIDs()
	if len(refIDs) == 0 {
		c.checkLine()
		return
	}
	var p gennaker.Pipeline
	for _, s := range c.graph {
		if s.refID != nil {
			p.Stages = append(p.Stages, gennaker.Stage{RefID: s.refID.refText(), Requisites: c.requisites(s, refIDs, known)})
		}
	}
	c.cycles(p)
}

// refIDs are all refIds in the order of the document, and as a set, after
// checking that each stage has its own.
func (c *checker) refIDs() ([]string, map[string]graphStage) {
	first := map[string]graphStage{}
	var refIDs []string
	var without []graphStage
	for _, s := range c.graph {
		if s.refID == nil {
			without = append(without, s)
			continue
		}
		refID := s.refID.refText()
		if other, taken := first[refID]; taken {
			c.problem(s.refID.position, s.path.field("refId"), "%s is the refId of %s on line %d too: give it another",
				strconv.Quote(shorten(refID)), other.path, other.refID.line)
			continue
		}
		first[refID] = s
		refIDs = append(refIDs, refID)
	}
	for _, s := range without {
		if len(refIDs) > 0 {
			c.problem(s.position, s.path.field("refId"), "is missing, and other stages have one: give every stage a refId, or none")
		}
	}
	return refIDs, first
}

// checkLine refuses requisites among stages that have no refIds to require.
func (c *checker) checkLine() {
	for _, s := range c.graph {
		if len(s.requisites) > 0 {
			c.problem(s.requisites[0].position, s.path.field("requisiteStageRefIds"),
				"no stage has a refId, so they run one after another: give every stage a refId, or take this away")
		}
	}
}

// requisites are those of one stage that name another stage.
func (c *checker) requisites(s graphStage, refIDs []string, known map[string]graphStage) []string {
	var good []string
	for i, r := range s.requisites {
		refID, at := r.refText(), s.path.field("requisiteStageRefIds").item(i)
		_, exists := known[refID]
		switch {
		case r.kind != text && r.kind != number:
			// The types were checked before.
		case refID == s.refID.refText():
			c.problem(r.position, at, "the stage depends on itself: take %s away", strconv.Quote(shorten(refID)))
		case !exists:
			c.problem(r.position, at, "no stage has the refId %s%s", strconv.Quote(shorten(refID)), c.nearest(refID, refIDs))
		default:
			good = append(good, refID)
		}
	}
	return good
}

// cycles reports the rings of stages, as many as do not share a stage.
func (c *checker) cycles(p gennaker.Pipeline) {
	const enough = 20
	for range enough {
		cycle := p.Cycle()
		if cycle == nil {
			return
		}
		s := c.byRefID(cycle[0])
		c.problem(s.node.field("requisiteStageRefIds").position, s.path.field("requisiteStageRefIds"),
			"these stages wait for each other: %s → %s: take one of the requisites away", strings.Join(cycle, " → "), cycle[0])
		p.Stages = slices.DeleteFunc(p.Stages, func(s gennaker.Stage) bool { return slices.Contains(cycle, s.RefID) })
	}
}

func (c *checker) byRefID(refID string) graphStage {
	i := slices.IndexFunc(c.graph, func(s graphStage) bool { return s.refID != nil && s.refID.refText() == refID })
	return c.graph[i]
}
