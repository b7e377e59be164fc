package localcloud

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

const (
	// keepJobs is how long a job is kept after its end, and maxJobs how many
	// are; but those that have just ended stay, so that one that is asked for
	// again is not run again.
	keepJobs    = 7 * 24 * time.Hour
	maxJobs     = 1000
	justEnded   = time.Hour
	excerptSize = 4 << 10 // bytes of its log that a job is shown with
)

func (c *Cloud) listJobs() []client.Job {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []client.Job{}
	for _, j := range c.jobs {
		v := j.view()
		v.Properties = nil
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b client.Job) int { return a.Created.Compare(b.Created) })
	return list
}

func (c *Cloud) findJob(name string) (client.Job, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j, ok := c.jobs[name]
	if !ok {
		return client.Job{}, fmt.Errorf("job %s: %w", name, gennaker.ErrNotFound)
	}
	v := j.view()
	text, err := c.jobTail(name, excerptSize)
	v.Log = string(text)
	return v, err
}

// runJob starts a job. It can be called again with the same token mark, and
// then does nothing.
func (c *Cloud) runJob(name string, r client.RunJob) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.jobs[name]; ok {
		token := r.Marks[gennaker.MarkToken]
		if token == "" || token != old.row.Marks[gennaker.MarkToken] {
			return fmt.Errorf("job %s: %w", name, gennaker.ErrExists)
		}
		return nil
	}
	j, err := c.newJob(name, r)
	if err != nil {
		return fmt.Errorf("job %s: %w", name, err)
	}
	c.jobs[name] = j
	c.keepers.Go(func() { c.keepJob(j) })
	return c.pruneJobs()
}

// newJob records a job before anything of it is done.
func (c *Cloud) newJob(name string, r client.RunJob) (*job, error) {
	if c.halted || c.ctx.Err() != nil {
		return nil, fmt.Errorf("%w: the cloud is being stopped", gennaker.ErrUnavailable)
	}
	spec, err := resolveJob(r.Spec)
	if err = errors.Join(client.CheckName(name), err); err != nil {
		return nil, err
	}
	row := store.Job{Job: client.Job{Spec: spec, Job: gennaker.Job{Location: gennaker.In("", ""), Name: name,
		State: gennaker.JobRunning, Created: c.now(), Marks: r.Marks}}}
	if err := errors.Join(c.removeJob(name), c.store.PutJob(row)); err != nil {
		return nil, err
	}
	return newJob(row), nil
}

// stopJob has a job end. One that has ended stays as it is.
func (c *Cloud) stopJob(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	j, ok := c.jobs[name]
	if !ok {
		return fmt.Errorf("job %s: %w", name, gennaker.ErrNotFound)
	}
	if err := c.tellToEnd(j, "stopped"); err != nil {
		return fmt.Errorf("job %s: %w", name, err)
	}
	return nil
}

// pruneJobs forgets the jobs that ended long ago, and the oldest of those that
// are too many. Call with mu held.
func (c *Cloud) pruneJobs() error {
	var ended []*job
	for _, j := range c.jobs {
		if j.over() {
			ended = append(ended, j)
		}
	}
	slices.SortFunc(ended, func(a, b *job) int { return a.row.Ended.Compare(b.row.Ended) })
	var err error
	for i, j := range ended {
		age := time.Since(j.row.Ended)
		if age > keepJobs || len(ended)-i > maxJobs && age > justEnded {
			err = errors.Join(err, c.forgetJob(j))
		}
	}
	return err
}

func (c *Cloud) forgetJob(j *job) error {
	if err := errors.Join(c.removeJob(j.name), c.store.DeleteJob(j.name)); err != nil {
		return fmt.Errorf("forget job %s: %w", j.name, err)
	}
	delete(c.jobs, j.name)
	c.log.Info("job forgotten", zap.String("job", j.name))
	return nil
}
