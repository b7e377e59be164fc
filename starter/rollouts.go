package starter

import (
	"context"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// rollouts asks how far the objects are that stages wait for.
func (s *session) rollouts(ctx context.Context, e gennaker.Execution) []gennaker.RolloutProgress {
	if !slices.ContainsFunc(e.Stages, awaitsRollout) {
		return nil
	}
	return slices.Concat(heartbeats[[]gennaker.RolloutProgress](ctx, s, e.ID)...)
}

// awaitsRollout reports whether the stage, or one within it, waits for objects.
func awaitsRollout(s gennaker.StageExecution) bool {
	waits := strings.HasSuffix(s.Waiting, " to be stable") || strings.HasSuffix(s.Waiting, " to be gone")
	return s.Status == gennaker.Running && waits ||
		slices.ContainsFunc(s.Synthetic, func(inner *gennaker.StageExecution) bool { return awaitsRollout(*inner) })
}
