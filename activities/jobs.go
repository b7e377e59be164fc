package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Jobs runs processes once and waits for their end.
type Jobs struct {
	registry *providers.Registry
}

// RunJob starts a job, once, however often it runs.
func (a *Jobs) RunJob(ctx context.Context, r gennaker.RunJob) error {
	return a.call(ctx, r.Account, func(ctx context.Context, p providers.Jobs, _ *pulse) error { return p.RunJob(ctx, r) })
}

// StopJob has a job end. It may have ended, or be gone.
func (a *Jobs) StopJob(ctx context.Context, ref gennaker.JobRef) error {
	return a.call(ctx, ref.Account, func(ctx context.Context, p providers.Jobs, _ *pulse) error { return p.StopJob(ctx, ref) })
}

// AwaitJob returns a job once it has ended. Its heartbeats carry a
// gennaker.JobProgress. A cloud that cannot be reached is waited for.
func (a *Jobs) AwaitJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	var j gennaker.Job
	err := a.call(ctx, ref.Account, func(ctx context.Context, p providers.Jobs, b *pulse) error {
		w := wait{what: "await job " + ref.Name}.on(p, func(ctx context.Context, cloud providers.Watching) <-chan struct{} {
			return cloud.WatchJob(ctx, ref)
		})
		return w.until(ctx, func() (done bool, err error) {
			j, done, err = lookAtJob(ctx, p, ref, b)
			return done, err
		})
	})
	return j, err
}

// lookAtJob reads a job once, says what it saw, and whether that is its end.
func lookAtJob(ctx context.Context, jobs providers.Jobs, ref gennaker.JobRef, b *pulse) (j gennaker.Job, done bool, err error) {
	j, err = jobs.GetJob(ctx, ref)
	switch {
	case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled):
		b.say(ctx, gennaker.JobProgress{Job: ref.Name, Text: err.Error()})
		return j, false, nil
	case err != nil:
		return j, false, fmt.Errorf("await job %s: %w", ref.Name, err)
	case j.State == gennaker.JobRunning:
		b.say(ctx, gennaker.JobProgress{Job: ref.Name, State: j.State, Text: lastLine(j.Log)})
		return j, false, nil
	}
	return j, true, nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return cut(text[strings.LastIndexByte(text, '\n')+1:])
}

// call finds the account's jobs and calls f with them.
func (a *Jobs) call(ctx context.Context, account string, f func(context.Context, providers.Jobs, *pulse) error) error {
	jobs, err := providers.Find[providers.Jobs](a.registry, account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, b *pulse) error { return f(ctx, jobs, b) })
}
