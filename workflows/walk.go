package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// graph is stages that run as far as their requisites allow: those of the
// document, or those that one stage runs within itself. The coroutines of an
// execution take turns, so nothing guards it.
type graph struct {
	r       *run
	parent  *scope // the stage that they run within; nil for the document's
	nodes   []*node
	byRefID map[string]*node
	ctx     workflow.Context // of its stages
	stop    workflow.CancelFunc
	running int
	changed bool // since its walk last looked
	ending  bool // no more stages start
}

// node is a stage and how it stands.
type node struct {
	graph *graph
	state *gennaker.StageExecution
	doc   gennaker.Stage
	leave workflow.CancelFunc // of the coroutine that runs it; nil if none does
	idle  bool                // it only waits, and may be left and begun again
}

// over sets the stages that the graph walks over.
func (g *graph) over(nodes []*node) {
	g.nodes = nodes
	g.byRefID = make(map[string]*node, len(nodes))
	for _, n := range nodes {
		n.graph = g
		g.byRefID[n.state.RefID] = n
		g.r.known[n.state.RefID] = n
	}
}

// startReady starts every stage whose requisites have passed. A stage that is
// RUNNING though nothing runs it was left when a long history was continued.
func (g *graph) startReady() {
	if g.ending || g.r.gate.Closed() {
		return
	}
	for _, n := range g.nodes {
		left := n.state.Status == gennaker.Running && n.leave == nil
		if left || n.state.Status == gennaker.NotStarted && g.passed(n.state.Requisites) {
			g.start(n)
		}
	}
}

func (g *graph) start(n *node) {
	n.state.Status = gennaker.Running
	g.running++
	ctx, leave := workflow.WithCancel(g.ctx)
	n.leave = leave
	workflow.GoNamed(ctx, "stage "+n.state.RefID, func(ctx workflow.Context) {
		g.r.stage(ctx, n.scope())
		n.leave, n.idle = nil, false
		g.running--
		g.changed, g.r.top.changed = true, true
		g.ended(n)
	})
}

// ended stops the others when a stage fails them all. One that fails and lets
// the others go on still keeps its synthetic siblings from starting, unless it
// says otherwise (Spinnaker's allowSiblingStagesToContinueOnFailure).
func (g *graph) ended(n *node) {
	switch n.state.Status {
	case gennaker.Terminal, gennaker.Canceled:
		g.ending = true
		g.stop()
	case gennaker.FailedContinue:
		others, _ := n.doc.Config["allowSiblingStagesToContinueOnFailure"].(bool)
		g.ending = g.ending || (g.parent != nil && !others)
	}
}

func (g *graph) passed(requisites []string) bool {
	for _, ref := range requisites {
		if n := g.byRefID[ref]; n == nil || !n.state.Status.Passes() {
			return false
		}
	}
	return true
}

func (n *node) scope() *scope {
	return &scope{r: n.graph.r, node: n, state: n.state, stage: n.doc, parent: n.graph.parent}
}

// waits notes whether the stage only waits now.
func (n *node) waits(idle bool) {
	n.idle = idle
	n.graph.r.wake()
}

// unfinished reports whether a stage was left or may start.
func (g *graph) unfinished() bool {
	for _, n := range g.nodes {
		if n.state.Status == gennaker.Running || n.state.Status == gennaker.NotStarted && g.passed(n.state.Requisites) {
			return true
		}
	}
	return false
}
