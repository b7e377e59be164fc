// Package localcloud is a cloud on one machine. Its server groups are real
// processes with health checks and log files, its load balancers real reverse
// proxies; requests in flight are answered before an instance stops. Its jobs
// are real processes too, that run once. It is reached over HTTP on loopback
// with a token; see package client.
//
// What there shall be is kept in a state directory, and what runs outlives the
// daemon: after it was killed, the next one on the same directory adopts the
// processes that still run, starts those that do not, and goes on with what
// was half done. A process is recorded before it is started and carries its
// name in its environment, so none is ever lost.
package localcloud

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// Config says where a cloud keeps its state and where its API listens.
type Config struct {
	State string // a directory; made if it is not there
	// Listen is a loopback host:port. Port 0 is one that is chosen once and
	// then kept for as long as it is free; that is also the default.
	Listen string
	Log    *zap.Logger // nil: nothing is logged
}

// Cloud is a running cloud. One process at a time may have a state directory
// open.
type Cloud struct {
	config   Config
	log      *zap.Logger
	id       string // marks the processes of this state directory
	token    string
	lock     *flock.Flock
	store    *store.Store
	listener net.Listener
	server   *http.Server

	ctx     context.Context // ends when the cloud is closed
	cancel  context.CancelFunc
	keepers sync.WaitGroup // everything that runs until ctx ends

	mu        sync.Mutex // guards what follows
	groups    map[string]*group
	balancers map[string]*balancer
	jobs      map[string]*job
	created   time.Time // of the newest server group or job: no two are equal
	halted    bool      // nothing is to run any more
}

// closing bounds how long Close waits for requests in flight.
const closing = 5 * time.Second

// Open starts the cloud of a state directory and returns when it serves. It is
// gennaker.ErrBusy if another process has the directory open, and ErrInvalid
// if the API would listen beyond this machine.
func Open(ctx context.Context, config Config) (*Cloud, error) {
	c := &Cloud{config: config, log: config.Log, groups: map[string]*group{}, balancers: map[string]*balancer{}, jobs: map[string]*job{}}
	if c.log == nil {
		c.log = zap.NewNop()
	}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, step := range []func(context.Context) error{c.openState, c.restore, c.serve} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("local cloud in %s: %w", config.State, errors.Join(err, c.Close()))
		}
	}
	c.log.Info("the cloud is open", zap.String("url", c.URL()), zap.String("state", config.State))
	return c, nil
}

// URL is the address of the API.
func (c *Cloud) URL() string { return "http://" + c.listener.Addr().String() }

// Token is what the API asks for; it is also in the state directory.
func (c *Cloud) Token() string { return c.token }

// Close ends the API and the load balancers, once requests in flight are
// answered or a few seconds are over. The instances and jobs keep running until
// the state directory is opened again.
func (c *Cloud) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	if c.server != nil && c.server.Shutdown(ctx) != nil {
		c.server.Close()
	}
	c.cancel()
	c.closeBalancers()
	c.keepers.Wait()
	var err error
	if c.store != nil {
		err = c.store.Close()
	}
	if c.lock != nil {
		err = errors.Join(err, c.lock.Close())
	}
	return err
}

// StopInstances drains and stops every instance and starts no more, as when
// the machine is about to be shut down. The server groups stay, and their
// instances are started again when the state directory is opened again. Jobs
// are stopped, and have failed.
func (c *Cloud) StopInstances(ctx context.Context) error {
	for name, ended := range c.halt() {
		select {
		case <-ended:
		case <-ctx.Done():
			return fmt.Errorf("stop %s: %w", name, context.Cause(ctx))
		}
	}
	return nil
}

// halt tells everything to end, and returns by name what is closed then.
func (c *Cloud) halt() map[string]chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halted = true
	ended := map[string]chan struct{}{}
	var all []*instance
	for _, g := range c.groups {
		all = append(all, g.instances...)
	}
	for _, i := range all {
		ended["instance "+i.row.ID] = i.ended
	}
	c.dismiss(all)
	for _, j := range c.jobs {
		if j.over() {
			continue
		}
		ended["job "+j.name] = j.ended
		if err := c.tellToEnd(j, "stopped with the cloud"); err != nil {
			c.log.Error("cannot record a job", zap.String("job", j.name), zap.Error(err))
		}
	}
	return ended
}

// file is the path of something in the state directory.
func (c *Cloud) file(name ...string) string {
	return filepath.Join(append([]string{c.config.State}, name...)...)
}

// mark is the variable that all processes of this cloud carry.
func (c *Cloud) mark() string { return client.EnvCloud + "=" + c.id }

// sweep kills what an instance or a job has left behind, which carries its
// name in a variable.
func (c *Cloud) sweep(variable, name string) error {
	n, err := process.Sweep(c.ctx, c.mark(), variable+"="+name)
	if n > 0 {
		c.log.Warn("killed what was left behind", zap.String("by", name), zap.Int("processes", n))
	}
	return err
}
