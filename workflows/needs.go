package workflows

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/ops"
)

// need is what a function needs from outside. As an error it ends the
// evaluation: the stage then finds it and evaluates again.
type need struct {
	kind string // of finders
	name string // what is needed, such as a URL
	in   string // where, for kinds that ask; else empty
}

func (n need) Error() string { return "it needs " + n.String() }

func (n need) String() string {
	text := n.kind + " '" + line(n.name) + "'"
	if n.in != "" {
		text += " in '" + line(n.in) + "'"
	}
	return text
}

// finders meet needs, by kind. Each acts through ops, and gives what JSON has.
var finders = map[string]func(workflow.Context, need) (any, error){
	"URL":      findURL,
	"pipeline": findPipelineID,
}

func findURL(ctx workflow.Context, n need) (any, error) { return ops.Fetch(ctx, n.name) }

// found is what a need came to: a value, or why there is none.
type found struct {
	value any
	err   error
}

// need gives what was found for a need, or ends the evaluation with it.
func (sc *scope) need(n need) (any, error) {
	f, ok := sc.found[n]
	if !ok {
		return nil, n
	}
	return f.value, f.err
}

// The bounds of what one evaluation may need: how much, and of how many bytes.
const (
	maxNeeds = 20
	maxFound = 1 << 20
)

// knowing evaluates, and whenever something is needed finds it and evaluates
// again. What cannot be found is the function's error then, at its place.
func (sc *scope) knowing(ctx workflow.Context, evaluate func(*scope) error) error {
	inner, size := *sc, 0
	inner.found = map[need]found{}
	sc.r.turns++
	inner.turn = sc.r.turns
	for {
		var n need
		inner.drawn = 0
		err := evaluate(&inner)
		if !errors.As(err, &n) {
			return err
		}
		if len(inner.found) == maxNeeds {
			return fmt.Errorf("%w: %w, and one evaluation finds %d things at most", err, gennaker.ErrInvalid, maxNeeds)
		}
		f, err := find(ops.InStage(ctx, sc.stage.Title()), n)
		if err != nil {
			return err
		}
		if size += f.size(); size > maxFound {
			f = found{err: fmt.Errorf("%w: what this evaluation needs has more than %d bytes", gennaker.ErrInvalid, maxFound)}
		}
		inner.found[n] = f
		sc.r.remember(sc.state.RefID, n, f)
	}
}

// find meets a need. The error is that of the stage: it was cancelled.
func find(ctx workflow.Context, n need) (found, error) {
	value, err := finders[n.kind](ctx, n)
	if temporal.IsCanceledError(err) {
		return found{}, err
	}
	return found{plainJSON(value), err}, nil
}

func (f found) size() int {
	if text, ok := f.value.(string); ok {
		return len(text)
	}
	data, err := json.Marshal(f.value)
	if err != nil {
		return 0
	}
	return len(data)
}

// memory is what a stage found. Queries evaluate with it: they cannot find
// anything themselves.
type memory struct {
	stage string
	need  need
	found found
}

// maxMemory bounds the bytes that an execution remembers for queries.
const maxMemory = 4 << 20

// remember keeps what was found, and forgets the oldest when it is too much.
func (r *run) remember(stage string, n need, f found) {
	r.memory = append(r.memory, memory{stage, n, f})
	left := maxMemory
	for i := len(r.memory) - 1; i >= 0; i-- {
		if left -= r.memory[i].found.size() + len(n.name); left < 0 {
			r.memory = r.memory[i+1:]
			return
		}
	}
}

// recalled is what was found so far, by the stage itself before all others,
// the newest first.
func (sc *scope) recalled() map[need]found {
	all := map[need]found{}
	for _, own := range []bool{false, true} {
		for _, m := range sc.r.memory {
			if own == (m.stage == sc.state.RefID) {
				all[m.need] = m.found
			}
		}
	}
	return all
}

// unmet is what a query answers about a need that no stage had.
func unmet(err error) error {
	var n need
	var where *expression.Error
	if !errors.As(err, &n) || !errors.As(err, &where) {
		return err
	}
	told := *where
	told.Reason += ", which no stage has asked for so far: only a running stage can"
	return &told
}
