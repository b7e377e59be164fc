package local

import (
	"context"
	"errors"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func (c *Cloud) RunJob(ctx context.Context, r gennaker.RunJob) error {
	if err := only("run", r.Name, r.Region); err != nil {
		return err
	}
	return c.do("run", r.Location, r.Name, func() error {
		spec, err := decode[client.JobSpec](r.Spec)
		if err != nil {
			return err
		}
		return c.client.RunJob(ctx, r.Name, client.RunJob{Marks: r.Marks, Spec: spec})
	})
}

func (c *Cloud) GetJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	var j client.Job
	err := c.do("get", ref.Location, ref.Name, func() (err error) {
		j, err = c.client.Job(ctx, ref.Name)
		return err
	})
	j.Location = gennaker.In(c.account, "")
	return j.Job, err
}

func (c *Cloud) StopJob(ctx context.Context, ref gennaker.JobRef) error {
	err := c.do("stop", ref.Location, ref.Name, func() error { return c.client.StopJob(ctx, ref.Name) })
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}
