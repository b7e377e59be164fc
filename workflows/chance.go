package workflows

import (
	"crypto/sha256"
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker/expression"
)

var _ expression.Chancer = (*scope)(nil)

// Chance gives what Java would draw at random. It comes from the run and from
// how often it was asked for, so that a replay draws the same, and so does an
// evaluation that begins again.
func (sc *scope) Chance() (drawn [16]byte) {
	sc.drawn++
	info := workflow.GetInfo(sc.r.top.ctx)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d %d %d", info.WorkflowExecution.ID, info.OriginalRunID,
		sc.state.RefID, sc.state.Attempt, sc.turn, sc.drawn))
	copy(drawn[:], sum[:])
	return drawn
}
