package ops

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var jobs *activities.Jobs // for its names alone

// stopLimit bounds the wait for a job that was told to end.
const stopLimit = time.Minute

// RunJob starts a job.
func RunJob(ctx workflow.Context, r gennaker.RunJob) error {
	return run(ctx, changing, "run job "+r.Name, jobs.RunJob, r, nil)
}

// AwaitJob waits until a job has ended, however that is.
func AwaitJob(ctx workflow.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	var j gennaker.Job
	err := run(ctx, waiting, "wait until job "+ref.Name+" ends", jobs.AwaitJob, ref, &j)
	return j, err
}

// StopJob has a job end and waits until it has, for a minute at most. It may
// have ended, or be gone.
func StopJob(ctx workflow.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	if err := run(ctx, changing, "stop job "+ref.Name, jobs.StopJob, ref, nil); err != nil {
		return gennaker.Job{}, err
	}
	var j gennaker.Job
	options := waiting
	options.ScheduleToCloseTimeout = stopLimit
	err := run(ctx, options, "wait until job "+ref.Name+" has stopped", jobs.AwaitJob, ref, &j)
	return j, err
}
