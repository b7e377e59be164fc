// Package activities acts: each activity finds the provider of an account,
// calls one method of it and translates the error. Activities may run twice;
// the tokens and names that make this harmless come from the workflow.
package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Config is what activities need to act.
type Config struct {
	Providers *providers.Registry
	Temporal  client.Client   // to wait for other workflows
	Users     []gennaker.User // who has which role
}

// Activities is every activity there is.
type Activities struct {
	ServerGroups *ServerGroups
	Clusters     *Clusters
	People       *People
	Engine       *Engine
}

// New makes the activities of one worker.
func New(c Config) Activities {
	return Activities{
		ServerGroups: &ServerGroups{registry: c.Providers},
		Clusters:     &Clusters{temporal: c.Temporal},
		People:       &People{users: c.Users},
		Engine:       &Engine{},
	}
}

// Register makes a worker serve them.
func Register(r worker.ActivityRegistry, a Activities) {
	r.RegisterActivity(a.ServerGroups)
	r.RegisterActivity(a.Clusters)
	r.RegisterActivity(a.People)
	r.RegisterActivity(a.Engine)
}

// heartbeat is how often a working activity says that its worker lives.
const heartbeat = 2 * time.Second

// alive heartbeats while f runs, so that a worker's death is noticed and a
// cancellation arrives.
func alive(ctx context.Context, f func(ctx context.Context) error) error {
	done := make(chan struct{})
	defer close(done)
	go func() {
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return translate(f(ctx))
}

// Engine is what exercises Gennaker itself.
type Engine struct{}

// Noop does nothing.
func (*Engine) Noop(context.Context) error { return nil }
