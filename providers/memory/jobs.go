package memory

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gennaker/gennaker"
)

// SpecOutcome is the field of a job's spec that says how the job ends, with
// the fields of a gennaker.Job; without it a job succeeds at once. One whose
// jobState is Running runs until it is stopped.
const SpecOutcome = "outcome"

func (c *Cloud) RunJob(ctx context.Context, r gennaker.RunJob) error {
	return c.call(Call{Method: "RunJob", Job: r.Name}, func() error {
		if at := c.findJob(r.Ref()); at >= 0 {
			if c.jobs[at].Marks[gennaker.MarkToken] == r.Marks[gennaker.MarkToken] {
				return nil
			}
			return fmt.Errorf("memory: run %s: %w", r.Name, gennaker.ErrExists)
		}
		j, err := outcome(r.Spec)
		if err != nil {
			return fmt.Errorf("memory: run %s: %w", r.Name, err)
		}
		j.Location, j.Name, j.Marks, j.Created = r.Location, r.Name, r.Marks, c.now()
		if j.State != gennaker.JobRunning {
			j.Ended = j.Created
		}
		c.jobs = append(c.jobs, j)
		return nil
	})
}

func (c *Cloud) GetJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	var found gennaker.Job
	err := c.call(Call{Method: "GetJob", Job: ref.Name}, func() error {
		at := c.findJob(ref)
		if at < 0 {
			return fmt.Errorf("memory: job %s: %w", ref.Name, gennaker.ErrNotFound)
		}
		found = c.jobs[at]
		return nil
	})
	return found, err
}

func (c *Cloud) StopJob(ctx context.Context, ref gennaker.JobRef) error {
	return c.call(Call{Method: "StopJob", Job: ref.Name}, func() error {
		at := c.findJob(ref)
		if at < 0 || c.jobs[at].State != gennaker.JobRunning {
			return nil
		}
		j := &c.jobs[at]
		j.State, j.Reason, j.Ended = gennaker.JobFailed, "stopped", c.now()
		return nil
	})
}

// Jobs are all jobs so far, the oldest first.
func (c *Cloud) Jobs() []gennaker.Job {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]gennaker.Job{}, c.jobs...)
}

func (c *Cloud) findJob(ref gennaker.JobRef) int {
	for i, j := range c.jobs {
		if j.Name == ref.Name && j.Region == ref.Region {
			return i
		}
	}
	return -1
}

// outcome is the job that the spec describes.
func outcome(spec map[string]any) (gennaker.Job, error) {
	j := gennaker.Job{State: gennaker.JobSucceeded}
	if spec[SpecOutcome] == nil {
		j.ExitCode = new(int)
		return j, nil
	}
	data, err := json.Marshal(spec[SpecOutcome])
	if err == nil {
		err = json.Unmarshal(data, &j)
	}
	if err != nil {
		return j, fmt.Errorf("%s: %w: %w", SpecOutcome, gennaker.ErrInvalid, err)
	}
	return j, nil
}
