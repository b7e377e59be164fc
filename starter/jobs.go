package starter

import (
	"context"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// jobs asks what the jobs that stages wait for wrote last, by name.
func (s *session) jobs(ctx context.Context, e gennaker.Execution) map[string]string {
	if !slices.ContainsFunc(e.Stages, awaitsJob) {
		return nil
	}
	found := map[string]string{}
	for _, p := range heartbeats[gennaker.JobProgress](ctx, s, e.ID) {
		found[p.Job] = p.Text
	}
	return found
}

// awaitsJob reports whether the stage, or one within it, waits for a job.
func awaitsJob(s gennaker.StageExecution) bool {
	return awaitedJob(s) != "" || slices.ContainsFunc(s.Synthetic, func(inner *gennaker.StageExecution) bool { return awaitsJob(*inner) })
}

// awaitedJob is the name of the job that the stage waits for; empty for none.
func awaitedJob(s gennaker.StageExecution) string {
	rest, ok := strings.CutPrefix(s.Waiting, "job ")
	if !ok || s.Status != gennaker.Running {
		return ""
	}
	name, _, _ := strings.Cut(rest, " ")
	return name
}
