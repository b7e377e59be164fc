package exactlyonce

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// mortal is a worker that can die as if its machine had: from one moment to the
// next Temporal hears nothing of it any more.
type mortal struct {
	worker       worker.Worker
	life, buried context.Context
	die, bury    context.CancelFunc
}

func newMortal() *mortal {
	m := &mortal{}
	m.life, m.die = context.WithCancel(context.Background())
	m.buried, m.bury = context.WithCancel(context.Background())
	bury := m.bury
	m.bury = func() {
		m.die()
		bury()
		m.worker.Stop()
	}
	return m
}

var errDead = status.Error(codes.Unavailable, "the worker is dead")

// intercept stands between the worker and Temporal.
func (m *mortal) intercept(ctx context.Context, method string, request, reply any, c *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.life, cancel)()
	err := invoke(ctx, method, request, reply, c, options...)
	if m.life.Err() != nil {
		return errDead
	}
	return err
}

func (w *world) dial(intercept grpc.UnaryClientInterceptor) client.Client {
	w.t.Helper()
	options := client.Options{HostPort: w.address, Namespace: namespace, Logger: &w.told}
	if intercept != nil {
		options.ConnectionOptions.DialOptions = []grpc.DialOption{grpc.WithChainUnaryInterceptor(intercept)}
	}
	c, err := client.DialContext(w.t.Context(), options)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

// loss loses answers of Temporal.
type loss struct {
	mu    sync.Mutex // guards what follows
	rules []*rule
}

// rule is about the requests that name something: once the answer to one of a
// method is lost, none of them is answered.
type rule struct {
	name, method string
	armed, dead  bool
	struck       chan struct{}
}

func (l *loss) add(name, method string) *rule {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := &rule{name: name, method: method, struck: make(chan struct{})}
	l.rules = append(l.rules, r)
	return r
}

func (l *loss) arm(r *rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.armed = true
}

// of is the rule about a request, if there is one, and whether it has struck
// already or strikes now.
func (l *loss) of(method string, request any) (r *rule, dead, strikes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := fmt.Sprint(request)
	for _, r := range l.rules {
		if r.armed && strings.Contains(text, r.name) {
			return r, r.dead, strings.HasSuffix(method, "/"+r.method)
		}
	}
	return nil, false, false
}

func (l *loss) strike(r *rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !r.dead {
		r.dead = true
		close(r.struck)
	}
}

func (l *loss) intercept(life context.Context) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, reply any, c *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		r, dead, strikes := l.of(method, request)
		if !dead {
			err := invoke(ctx, method, request, reply, c, options...)
			if !strikes || err != nil {
				return err
			}
			l.strike(r)
		}
		select {
		case <-life.Done():
		case <-ctx.Done():
		}
		return errDead
	}
}
