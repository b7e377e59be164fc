package proxy

import (
	"context"
	"sync/atomic"
	"time"
)

// Backend is one address that requests can go to. The same backend may stand
// behind several load balancers; its requests are counted together.
type Backend struct {
	Name    string // for people
	Address string // host:port
	flying  atomic.Int64
}

// InFlight is how many requests it is answering.
func (b *Backend) InFlight() int64 { return b.flying.Load() }

// Drained waits until no request is in flight, or for ctx. A backend that no
// load balancer has any more gets no new ones.
func (b *Backend) Drained(ctx context.Context) error {
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for b.InFlight() > 0 {
		select {
		case <-poll.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
