package localcloud

import (
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/proxy"
)

// processOf is the process that was adopted, or a new one.
func (c *Cloud) processOf(i *instance) (*process.Process, error) {
	if i.process != nil {
		return i.process, nil
	}
	if !i.row.Launched.IsZero() {
		if err := c.sweep(client.EnvInstance, i.row.ID); err != nil {
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
	i.row.Process, i.row.Up, i.row.Launched = process.ID{}, false, time.Now().UTC()
	if err := c.store.PutInstance(i.row); err != nil {
		return process.Program{}, fmt.Errorf("record: %w", err)
	}
	return c.program(i)
}

// attach gives the instance its process. Call with mu held.
func (c *Cloud) attach(i *instance, p *process.Process) {
	i.process, i.backend = p, &proxy.Backend{Name: i.row.ID, Address: loopback(i.row.Port)}
	i.wasUp, i.streak = i.row.Up, 0
}
