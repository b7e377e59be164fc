package localcloud

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
)

// The pauses before restarts: each twice the one before.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
	// steady is how long a process has run when its end counts as the first.
	steady = time.Minute
)

// keep has the instance's process run, again and again, until the instance is
// told to end or the cloud is closed. In the latter case the process goes on.
func (c *Cloud) keep(i *instance) {
	defer close(i.ended)
	for !i.told() && c.ctx.Err() == nil {
		if end := c.live(i); end != "" {
			c.rest(i, end)
		}
	}
	if c.ctx.Err() == nil {
		c.end(i)
	}
}

// live runs the process and watches its health. It returns how the process
// ended, or nothing if it is to be left or stopped.
func (c *Cloud) live(i *instance) string {
	p, err := c.processOf(i)
	if err != nil {
		return err.Error()
	}
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	c.keepers.Go(func() { c.examine(ctx, i) })
	select {
	case <-p.Done():
		return p.End()
	case <-i.anew:
		c.stopForReboot(i)
	case <-i.stop:
	case <-c.ctx.Done():
	}
	return ""
}

// rest takes an instance whose process has ended out of traffic and pauses
// until it is to be started again.
func (c *Cloud) rest(i *instance, end string) {
	pause := c.fell(i, end)
	select {
	case <-time.After(pause):
	case <-i.stop:
	case <-c.ctx.Done():
	}
}

// fell records that a process has ended and returns how long to pause.
func (c *Cloud) fell(i *instance, end string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(i.row.Launched) > steady {
		i.row.Restarts = 0
	}
	i.row.Restarts++
	pause := min(firstPause<<min(i.row.Restarts-1, 10), lastPause)
	i.process, i.row.Up = nil, false
	i.reason = fmt.Sprintf("%s, restart %d in %s", end, i.row.Restarts, pause)
	c.save(i)
	c.route()
	c.log.Warn("instance ended", zap.String("instance", i.row.ID), zap.String("reason", i.reason))
	return pause
}

// end lets the instance finish its requests, stops its process with all that
// it has started, and forgets the instance if it was retired. If the cloud is
// closed meanwhile, the next daemon goes on.
func (c *Cloud) end(i *instance) {
	if i.process != nil {
		drain, cancel := context.WithTimeout(c.ctx, i.spec.Drain())
		defer cancel()
		if err := i.backend.Drained(drain); err != nil {
			c.log.Warn("instance stops with requests in flight", zap.String("instance", i.row.ID), zap.Int64("requests", i.backend.InFlight()))
		}
		if i.process.Stop(c.ctx, i.spec.StopGrace()) != nil {
			return
		}
	}
	if c.sweep(client.EnvInstance, i.row.ID) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i.process, i.row.Up, i.row.Process = nil, false, process.ID{}
	c.log.Info("instance stopped", zap.String("instance", i.row.ID))
	if !i.row.Stopping {
		c.save(i)
		return
	}
	c.forget(i)
}

// forget removes an instance that has no process any more. Call with mu held.
func (c *Cloud) forget(i *instance) {
	if err := c.store.DeleteInstance(i.row.ID); err != nil {
		c.log.Error("cannot forget an instance", zap.String("instance", i.row.ID), zap.Error(err))
	}
	g := c.groups[i.group]
	g.instances = slices.DeleteFunc(g.instances, func(other *instance) bool { return other == i })
	if err := c.settle(g); err != nil {
		c.log.Error("server group is not as it shall be", zap.String("serverGroup", g.Name), zap.Error(err))
	}
}
