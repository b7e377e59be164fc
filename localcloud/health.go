package localcloud

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

// eager is how often an instance is looked at that is not up yet.
const eager = 50 * time.Millisecond

// health is the instance's state and why it is not Up. Call with mu held.
func (i *instance) health(g *group) (gennaker.Health, string) {
	switch {
	case i.leaving:
		return gennaker.Draining, i.draining()
	case i.row.Up && g.out(i):
		return gennaker.OutOfService, fmt.Sprintf("%d %% of the server group are out of traffic", g.Out)
	case i.row.Up && g.Enabled:
		return gennaker.Up, ""
	case i.row.Up:
		return gennaker.OutOfService, "the server group is disabled"
	case i.row.Launched.IsZero():
		return gennaker.Starting, "about to be started"
	case i.process != nil && !i.wasUp && time.Since(i.row.Launched) < i.spec.HealthCheck.Grace():
		return gennaker.Starting, i.reason
	}
	return gennaker.Down, i.reason
}

func (i *instance) draining() string {
	if i.backend == nil {
		return "stopping"
	}
	return fmt.Sprintf("stopping; requests in flight: %d", i.backend.InFlight())
}

// examine checks the instance's health until ctx ends.
func (c *Cloud) examine(ctx context.Context, i *instance) {
	h := i.spec.HealthCheck
	for {
		err := c.look(ctx, i)
		pause := h.Interval()
		if !c.judge(ctx, i, err) {
			pause = min(pause, eager)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

// judge counts one check and reports whether the instance is up.
func (c *Cloud) judge(ctx context.Context, i *instance, err error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return i.row.Up
	}
	if err != nil {
		i.reason = err.Error()
	}
	if i.row.Up == (err == nil) {
		i.streak = 0
		return i.row.Up
	}
	i.streak++
	needed := i.spec.HealthCheck.Healthy
	if i.row.Up {
		needed = i.spec.HealthCheck.Unhealthy
	}
	if i.streak < needed {
		return i.row.Up
	}
	i.row.Up, i.streak = err == nil, 0
	i.wasUp = i.wasUp || i.row.Up
	c.save(i)
	c.route()
	c.log.Info("instance health", zap.String("instance", i.row.ID), zap.Bool("up", i.row.Up), zap.Error(err))
	return i.row.Up
}

// look checks the instance once.
func (c *Cloud) look(ctx context.Context, i *instance) error {
	h := i.spec.HealthCheck
	ctx, cancel := context.WithTimeout(ctx, h.Timeout())
	defer cancel()
	return looks[h.Type](ctx, loopback(i.port(c)), h.Path)
}

func (i *instance) port(c *Cloud) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return i.row.Port
}

// looks has what each type of check does.
var looks = map[string]func(ctx context.Context, address, path string) error{
	client.CheckHTTP:    lookHTTP,
	client.CheckTCP:     lookTCP,
	client.CheckProcess: func(context.Context, string, string) error { return nil },
}

// checker asks each time over a connection of its own: an instance that takes
// no new connections is not healthy.
var checker = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func lookHTTP(ctx context.Context, address, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "gennaker-cloud")
	answer, err := checker.Do(request)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode >= 400 {
		return fmt.Errorf("health check: GET %s answers %s", path, answer.Status)
	}
	return nil
}

func lookTCP(ctx context.Context, address, _ string) error {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	return connection.Close()
}
