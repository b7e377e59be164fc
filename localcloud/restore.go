package localcloud

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// restore takes up what an earlier daemon has left: it adopts the processes
// that still run, each as healthy as it was known to be, and only then has the
// load balancers listen, so that they know whom to send requests to. Then it
// goes on with what was half done.
func (c *Cloud) restore(ctx context.Context) error {
	if err := c.load(); err != nil {
		return err
	}
	if err := c.adopt(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.pruneLogs(), c.pruneJobs(), c.restoreBalancers()); err != nil {
		return err
	}
	c.restoreJobs()
	for _, g := range c.groups {
		for _, i := range g.instances {
			c.keepers.Go(func() { c.keep(i) })
		}
		if err := c.settle(g); err != nil {
			return err
		}
	}
	return nil
}

// load reads what there shall be.
func (c *Cloud) load() error {
	groups, err := c.store.ServerGroups()
	if err != nil {
		return err
	}
	for _, kept := range groups {
		c.groups[kept.Name] = &group{ServerGroup: kept}
		if kept.Created.After(c.created) {
			c.created = kept.Created
		}
	}
	rows, err := c.store.Instances()
	if err != nil {
		return err
	}
	for _, row := range rows {
		g, ok := c.groups[row.ServerGroup]
		if !ok {
			return fmt.Errorf("instance %s: its server group %s is not in the state", row.ID, row.ServerGroup)
		}
		g.instances = append(g.instances, newInstance(g, row))
	}
	return c.loadJobs()
}

// adopt finds the process of each instance and job, and ends processes of this
// cloud that belong to none.
func (c *Cloud) adopt(ctx context.Context) error {
	found, err := process.Find(ctx, c.mark())
	if err != nil {
		return err
	}
	leaders := map[string]process.ID{}
	for _, f := range found {
		instance, job := f.Env(client.EnvInstance), f.Env(client.EnvJob)
		if !c.knows(instance) && !c.runs(job) {
			c.log.Warn("ends a process of no instance and no job", zap.Int("pid", f.PID), zap.String("instance", instance), zap.String("job", job))
			syscall.Kill(f.PID, syscall.SIGKILL)
		}
		for _, owner := range []string{"instance " + instance, "job " + job} {
			if _, older := leaders[owner]; f.Leader && !older {
				leaders[owner] = f.ID
			}
		}
	}
	for _, g := range c.groups {
		for _, i := range g.instances {
			c.adoptOne(i, leaders["instance "+i.row.ID])
		}
	}
	for _, j := range c.jobs {
		c.adoptJob(j, leaders["job "+j.name])
	}
	return nil
}

// adoptOne gives an instance its process, if that still runs. One that was
// started but not recorded is found as the eldest leader with its name.
func (c *Cloud) adoptOne(i *instance, leader process.ID) {
	if i.row.Process == (process.ID{}) && leader.PID != 0 {
		i.row.Process = leader
		c.save(i)
	}
	p, runs := process.Adopt(i.row.Process)
	if !runs {
		i.row.Up = false
		c.log.Info("instance does not run any more", zap.String("instance", i.row.ID))
		return
	}
	c.attach(i, p)
	c.log.Info("instance adopted", zap.String("instance", i.row.ID), zap.Int("pid", i.row.Process.PID))
}
