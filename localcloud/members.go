package localcloud

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// terminate has instances of a server group end for good. Those that are gone,
// or on their way, do not count.
func (c *Cloud) terminate(name string, r client.Terminate) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.groups[name]
	if !ok {
		return fmt.Errorf("server group %s: %w", name, gennaker.ErrNotFound)
	}
	going := slices.DeleteFunc(g.staying(), func(i *instance) bool { return !slices.Contains(r.Instances, i.row.ID) })
	changed := g.ServerGroup
	if r.Shrink {
		changed.Capacity.Desired -= len(going)
	}
	if err := changed.Capacity.Check(); err != nil {
		return fmt.Errorf("server group %s: %w", name, err)
	}
	c.retire(going)
	if err := c.store.PutServerGroup(changed); err != nil {
		return fmt.Errorf("server group %s: %w", name, err)
	}
	g.ServerGroup = changed
	c.log.Info("instances terminated", zap.String("serverGroup", name), zap.Int("instances", len(going)), zap.Stringer("capacity", g.Capacity))
	return c.settle(g)
}

// reboot has instances of a server group start anew.
func (c *Cloud) reboot(name string, r client.Reboot) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.groups[name]
	if !ok {
		return fmt.Errorf("server group %s: %w", name, gennaker.ErrNotFound)
	}
	var list []*instance
	for _, id := range r.Instances {
		at := slices.IndexFunc(g.instances, func(i *instance) bool { return i.row.ID == id && !i.row.Stopping })
		if at < 0 {
			return fmt.Errorf("instance %s of server group %s: %w", id, name, gennaker.ErrNotFound)
		}
		list = append(list, g.instances[at])
	}
	for _, i := range list {
		i.leaving = true
		select {
		case i.anew <- struct{}{}:
		default: // it is about to be
		}
	}
	c.route()
	c.log.Info("instances reboot", zap.String("serverGroup", name), zap.Strings("instances", r.Instances))
	return nil
}

// stopForReboot lets the instance finish its requests and stops its process,
// so that another is started.
func (c *Cloud) stopForReboot(i *instance) {
	drain, cancel := context.WithTimeout(c.ctx, i.spec.Drain())
	defer cancel()
	if err := i.backend.Drained(drain); err != nil {
		c.log.Warn("instance reboots with requests in flight", zap.String("instance", i.row.ID), zap.Int64("requests", i.backend.InFlight()))
	}
	if i.process.Stop(c.ctx, i.spec.StopGrace()) != nil {
		return // the cloud is closed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i.process, i.row.Up, i.row.Process = nil, false, process.ID{}
	i.leaving = i.told()
	c.save(i)
}
