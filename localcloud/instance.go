package localcloud

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/proxy"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// instance is one process of a server group, through all its restarts. One
// goroutine, keep, decides what becomes of it.
type instance struct {
	group string
	spec  client.Spec   // of the group; never changes
	stop  chan struct{} // closed to have it end; see dismiss
	ended chan struct{} // closed when keep is done with it

	// What follows is guarded by Cloud.mu.
	row     store.Instance
	process *process.Process // nil while none runs
	backend *proxy.Backend   // of that process
	leaving bool             // gets no requests and is about to end
	up      bool             // the health check's verdict
	wasUp   bool             // since the process was started
	streak  int              // checks in a row that speak against the verdict
	reason  string           // why it is not up
}

// The pauses before restarts: each twice the one before.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
	// steady is how long a process has run when its end counts as the first.
	steady = time.Minute
)

func newInstance(g *group, row store.Instance) *instance {
	i := &instance{group: g.Name, spec: g.Spec.WithDefaults(), row: row, stop: make(chan struct{}), ended: make(chan struct{})}
	if row.Stopping {
		i.leaving = true
		close(i.stop)
	}
	return i
}

// told reports whether the instance is to end.
func (i *instance) told() bool {
	select {
	case <-i.stop:
		return true
	default:
		return false
	}
}

// add records one more instance and starts it. Call with mu held.
func (c *Cloud) add(g *group) error {
	row := store.Instance{ID: g.Name + "-" + strings.ToLower(rand.Text()[:8]), ServerGroup: g.Name}
	if err := c.store.PutInstance(row); err != nil {
		return err
	}
	i := newInstance(g, row)
	g.instances = append(g.instances, i)
	c.keepers.Go(func() { c.keep(i) })
	return nil
}

// retire has instances end for good. Call with mu held.
func (c *Cloud) retire(list []*instance) {
	for _, i := range list {
		i.row.Stopping = true
		c.save(i)
	}
	c.dismiss(list)
}

// dismiss has instances end, once no load balancer sends them requests. Call
// with mu held.
func (c *Cloud) dismiss(list []*instance) {
	for _, i := range list {
		i.leaving = true
	}
	c.route()
	for _, i := range list {
		if !i.told() {
			close(i.stop)
		}
	}
}

// save keeps the instance's row. If that cannot be done, the next daemon finds
// the process by its environment. Call with mu held.
func (c *Cloud) save(i *instance) {
	if err := c.store.PutInstance(i.row); err != nil {
		c.log.Error("cannot record an instance", zap.String("instance", i.row.ID), zap.Error(err))
	}
}

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
	case <-i.stop:
	case <-c.ctx.Done():
	}
	return ""
}

// processOf is the process that was adopted, or a new one.
func (c *Cloud) processOf(i *instance) (*process.Process, error) {
	if i.process != nil {
		return i.process, nil
	}
	if !i.row.Launched.IsZero() {
		if err := c.sweep(i.row.ID); err != nil {
			return nil, err
		}
	}
	program, err := c.intend(i)
	if err != nil {
		return nil, err
	}
	p, err := process.Start(program)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i.row.Process = p.ID()
	c.save(i)
	c.attach(i, p)
	c.log.Info("instance started", zap.String("instance", i.row.ID), zap.Int("pid", p.ID().PID), zap.Int("port", i.row.Port))
	return p, nil
}

// intend records that a process is about to be started, before it is. Its
// port stays the same as long as it is free.
func (c *Cloud) intend(i *instance) (process.Program, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i.row.Port == 0 || !isFree(i.row.Port) {
		port, err := freePort(c.takenPorts())
		if err != nil {
			return process.Program{}, err
		}
		i.row.Port = port
	}
	i.row.Process, i.row.Launched = process.ID{}, time.Now().UTC()
	if err := c.store.PutInstance(i.row); err != nil {
		return process.Program{}, fmt.Errorf("record: %w", err)
	}
	return c.program(i)
}

// attach gives the instance its process. Call with mu held.
func (c *Cloud) attach(i *instance, p *process.Process) {
	i.process, i.backend = p, &proxy.Backend{Name: i.row.ID, Address: loopback(i.row.Port)}
	i.up, i.wasUp, i.streak = false, false, 0
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
	i.process, i.up = nil, false
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
	if c.sweep(i.row.ID) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i.process, i.up, i.row.Process = nil, false, process.ID{}
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
