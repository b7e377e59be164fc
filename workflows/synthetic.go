package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/stages"
)

// withinEnd says that the stages within a stage ended so that it cannot go on.
type withinEnd struct {
	status gennaker.Status
	text   string
}

func (w *withinEnd) Error() string { return w.text }

// whole runs a stage's own work between the stages before and after it.
func (r *run) whole(ctx workflow.Context, sc *scope, t stages.Type, in stages.Input) (stages.Outputs, error) {
	if err := r.within(ctx, sc, in, gennaker.StageBefore, t.Before); err != nil {
		return nil, err
	}
	outputs, err := t.Run(ctx, in)
	if err != nil || t.After == nil {
		return outputs, err
	}
	if err := r.keep(sc.state, outputs); err != nil {
		return nil, err
	}
	return outputs, r.within(ctx, sc, in, gennaker.StageAfter, t.After)
}

// afterFailure runs the stages that a type has for when the stage has failed.
// The stage stays failed, whatever becomes of them.
func (r *run) afterFailure(ctx workflow.Context, sc *scope, t stages.Type, in stages.Input) {
	switch sc.state.Status {
	case gennaker.Terminal, gennaker.Stopped, gennaker.FailedContinue:
	default:
		return
	}
	status := sc.state.Status
	sc.state.Status = gennaker.Running
	if err := r.within(ctx, sc, in, gennaker.StageOnFailure, t.OnFailure); err != nil {
		sc.warn("after its failure: " + err.Error())
	}
	sc.state.Status = status
}

// within plans the stages of one place within a stage and runs them to their
// end: as a graph of their own, which sees what the stage sees. None planned
// costs nothing.
func (r *run) within(ctx workflow.Context, sc *scope, in stages.Input, owner string, plan func(stages.Input) ([]gennaker.Stage, error)) error {
	if plan == nil {
		return nil
	}
	docs, err := plan(in)
	if err != nil || len(docs) == 0 {
		return err
	}
	g := &graph{r: r, parent: sc}
	if err := g.plan(owner, docs); err != nil {
		return err
	}
	g.ctx, g.stop = workflow.WithCancel(ctx)
	if err := g.walk(ctx); err != nil {
		return err
	}
	return g.verdict()
}

// plan makes the synthetic stages. Their refIds are made of the parent's, the
// place and their own, which need only be unique there; like those of a
// document, stages that name none run one after another.
func (g *graph) plan(owner string, docs []gennaker.Stage) error {
	p := gennaker.Pipeline{Stages: docs}
	p.AssignRefIDs()
	if err := checkGraph(p); err != nil {
		return err
	}
	prefix := g.parent.state.RefID + places[owner]
	var nodes []*node
	for _, doc := range p.Stages {
		if _, ok := g.r.types.Find(doc); !ok {
			return fmt.Errorf("stage %s within %s: type %q: %w: there is no such type", doc.RefID, g.parent.state.RefID, doc.Type, gennaker.ErrInvalid)
		}
		doc.RefID = prefix + doc.RefID
		requisites := make([]string, len(doc.Requisites))
		for i, ref := range doc.Requisites {
			requisites[i] = prefix + ref
		}
		doc.Requisites = requisites
		state := notStarted(doc)
		state.Owner, state.Attempt = owner, g.parent.state.Attempt
		nodes = append(nodes, &node{state: &state, doc: doc})
		g.parent.state.Synthetic = append(g.parent.state.Synthetic, &state)
	}
	g.over(nodes)
	return nil
}

// places name the place of a synthetic stage in its refId.
var places = map[string]string{
	gennaker.StageBefore: "<", gennaker.StageAfter: ">", gennaker.StageOnFailure: "!",
}

// walk runs the graph to its end. It outlives a cancellation, to see the
// stages clean up.
func (g *graph) walk(ctx workflow.Context) error {
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	for {
		if ctx.Err() != nil {
			g.ending = true
		}
		g.startReady()
		if g.running == 0 && (g.ending || !g.r.gate.Closed()) {
			return nil
		}
		held := g.r.gate.Closed()
		err := workflow.Await(outlive, func() bool {
			return g.changed || (held && !g.r.gate.Closed()) || (ctx.Err() != nil && !g.ending)
		})
		if err != nil {
			return err
		}
		g.changed = false
	}
}

// verdict is how the stages make their parent end, by the worst of them
// (Spinnaker's CompleteStage); nil if it goes on.
func (g *graph) verdict() error {
	for _, worst := range []gennaker.Status{gennaker.Terminal, gennaker.Stopped, gennaker.Canceled, gennaker.FailedContinue} {
		for _, n := range g.nodes {
			if n.state.Status == worst {
				return g.ends(worst, n)
			}
		}
	}
	return nil
}

func (g *graph) ends(status gennaker.Status, n *node) error {
	if status == gennaker.Canceled && g.ctx.Err() != nil {
		return g.ctx.Err()
	}
	return &withinEnd{status, fmt.Sprintf("stage %s (%s) within it: %s", n.state.RefID, n.state.Name, n.state.Error)}
}
