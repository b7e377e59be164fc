// Package activities acts: each activity finds the provider of an account,
// calls one method of it and translates the error. Activities may run twice;
// the tokens and names that make this harmless come from the workflow.
package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Config is what activities need to act.
type Config struct {
	Providers  *providers.Registry
	Temporal   client.Client   // to wait for other workflows
	Executions ExecutionClient // to start other executions and wait for them
	Pipelines  PipelineStore
	Users      []gennaker.User // who has which role
	Webhooks   WebhookPolicy   // what webhooks may do
	Monitors   []Monitor       // of deployments
	Prices     []PriceList
	Artifacts  []ArtifactAccount
	// LookOnce leaves it to Temporal to look at a server group again, instead
	// of pausing between looks: for simulations, whose clock skips.
	LookOnce bool
	// Now is the clock of a simulation; default is the real one.
	Now func() time.Time
}

func (c Config) clock() func() time.Time {
	if c.Now == nil {
		return time.Now
	}
	return c.Now
}

// Activities is every activity there is.
type Activities struct {
	ServerGroups *ServerGroups
	Instances    *Instances
	Images       *Images
	Refreshes    *Refreshes
	Clusters     *Clusters
	Jobs         *Jobs
	Functions    *Functions
	Manifests    *Manifests
	Services     *Services
	Executions   *Executions
	People       *People
	Engine       *Engine
	Webhooks     *Webhooks
	Artifacts    *Artifacts
	Monitors     *Monitors
	Prices       *Prices
	Quotas       *Quotas
	Pipelines    *Pipelines
	Notify       *Notifications
}

// New makes the activities of one worker.
func New(c Config) Activities {
	webhooks := newWebhooks(c.Webhooks, c.Users)
	return Activities{
		ServerGroups: &ServerGroups{registry: c.Providers, lookOnce: c.LookOnce, now: c.clock()},
		Instances:    &Instances{registry: c.Providers},
		Images:       &Images{registry: c.Providers},
		Refreshes:    &Refreshes{registry: c.Providers, lookOnce: c.LookOnce},
		Clusters:     &Clusters{temporal: c.Temporal},
		Jobs:         &Jobs{registry: c.Providers},
		Functions:    &Functions{registry: c.Providers},
		Manifests:    &Manifests{registry: c.Providers, lookOnce: c.LookOnce},
		Services:     &Services{registry: c.Providers},
		Executions:   &Executions{client: c.Executions},
		People:       &People{users: c.Users},
		Engine:       &Engine{},
		Webhooks:     webhooks,
		Artifacts:    &Artifacts{webhooks: webhooks, accounts: c.Artifacts},
		Monitors:     &Monitors{webhooks: webhooks, all: c.Monitors},
		Prices:       &Prices{webhooks: webhooks, lists: c.Prices},
		Quotas:       &Quotas{registry: c.Providers},
		Pipelines:    &Pipelines{store: c.Pipelines},
		Notify:       &Notifications{},
	}
}

// Register makes a worker serve them.
func Register(r worker.ActivityRegistry, a Activities) {
	r.RegisterActivity(a.ServerGroups)
	r.RegisterActivity(a.Instances)
	r.RegisterActivity(a.Images)
	r.RegisterActivity(a.Refreshes)
	r.RegisterActivity(a.Clusters)
	r.RegisterActivity(a.Jobs)
	r.RegisterActivity(a.Functions)
	r.RegisterActivity(a.Manifests)
	r.RegisterActivity(a.Services)
	r.RegisterActivity(a.Executions)
	r.RegisterActivity(a.People)
	r.RegisterActivity(a.Engine)
	r.RegisterActivity(a.Webhooks)
	r.RegisterActivity(a.Artifacts)
	r.RegisterActivity(a.Monitors)
	r.RegisterActivity(a.Prices)
	r.RegisterActivity(a.Quotas)
	r.RegisterActivity(a.Pipelines)
	r.RegisterActivity(a.Notify)
}

// heartbeat is how often a working activity says that its worker lives.
const heartbeat = time.Second

// pulse is what a working activity last had to say: how far it is, or the note
// of a provider's call.
type pulse struct {
	mu   sync.Mutex // guards last
	last []any
}

// say changes what the heartbeat says, and says it.
func (b *pulse) say(ctx context.Context, details ...any) {
	b.mu.Lock()
	b.last = details
	b.mu.Unlock()
	activity.RecordHeartbeat(ctx, details...)
}

func (b *pulse) repeat(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	activity.RecordHeartbeat(ctx, b.last...)
}

// alive heartbeats while f runs, so that a worker's death is noticed and a
// cancellation arrives. What a provider notes goes along, and is there for the
// next attempt.
func alive(ctx context.Context, f func(ctx context.Context, b *pulse) error) error {
	done := make(chan struct{})
	defer close(done)
	b := &pulse{}
	var noted string
	if activity.GetHeartbeatDetails(ctx, &noted) == nil {
		b.last = []any{noted} // until there is something newer: a heartbeat that says nothing wipes it out
	}
	noting := providers.Noting(ctx, noted, func(note string) { b.say(ctx, note) })
	go func() {
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				b.repeat(ctx)
			}
		}
	}()
	return translate(f(noting, b))
}

// Engine is what exercises Gennaker itself.
type Engine struct{}

// Noop does nothing.
func (*Engine) Noop(context.Context) error { return nil }
