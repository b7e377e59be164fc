// Package ratelimit keeps workers from asking a cloud faster than it answers.
// It knows no cloud: a provider asks for a turn before each request, and tells
// how it went.
//
// There are two limits. What people configure bounds an account in all its
// regions, and the workers share it evenly: each is told how many they are.
// What a cloud allows nobody configures, it is learned: a throttle cuts the
// rate of that account, region and family of requests, and without throttles
// it grows back, first to where the cloud throttled, then beyond. That is
// shared without a word: the cloud throttles whichever worker goes too far, so
// that the rates of all together settle below what it allows (as those of TCP
// connections on one line do).
package ratelimit

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gennaker/gennaker"
)

// Key is what a cloud counts requests by: the requests of a family, such as
// ec2 reads, in one region of an account.
type Key struct{ Account, Region, Family string }

func (k Key) String() string { return k.Family + " of " + k.Account + " in " + k.Region }

// Limits are those of one worker. The zero value and nil limit nothing before a
// cloud throttles. Limits are safe to share.
type Limits struct {
	// PerSecond is how many requests all workers together may make of each
	// account in a second; zero is as many as the cloud takes.
	PerSecond float64

	workers  atomic.Int64 // that share PerSecond; 0 is one
	mu       sync.Mutex   // guards what follows
	tell     func(Key, float64)
	accounts map[string]*queue
	keys     map[Key]*queue
}

// ShareWith says how many workers there are, this one among them.
func (l *Limits) ShareWith(workers int) { l.workers.Store(int64(max(workers, 1))) }

// Workers is how many share, as far as is known.
func (l *Limits) Workers() int { return int(max(l.workers.Load(), 1)) }

// Told has f told when a cloud has throttled, and the new rate.
func (l *Limits) Told(f func(k Key, perSecond float64)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell = f
}

// Turn is the permission to make one request. It must be told Done.
type Turn struct {
	limits *Limits
	key    Key
	queue  *queue
	began  time.Time
}

// Wait returns when the next request may be made. If the turn does not come
// before ctx is over, it is ErrThrottled, or the cancellation.
func (l *Limits) Wait(ctx context.Context, k Key) (Turn, error) {
	if l == nil {
		return Turn{}, nil
	}
	account, own := l.queues(k)
	for _, q := range []*queue{account, own} {
		if err := q.wait(ctx); err == context.DeadlineExceeded {
			return Turn{}, fmt.Errorf("%s: %w: its turn did not come in time, at %.3g requests per second",
				k, gennaker.ErrThrottled, q.rate(time.Now()))
		} else if err != nil {
			return Turn{}, err
		}
	}
	return Turn{limits: l, key: k, queue: own, began: time.Now()}, nil
}

// queues are those of the whole account and of the key alone.
func (l *Limits) queues(k Key) (account, own *queue) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keys == nil {
		l.accounts, l.keys = map[string]*queue{}, map[Key]*queue{}
	}
	if account = l.accounts[k.Account]; account == nil {
		account = newQueue(l.share)
		l.accounts[k.Account] = account
	}
	if own = l.keys[k]; own == nil {
		own = newQueue(nil)
		l.keys[k] = own
	}
	return account, own
}

// share is this worker's part of what is configured.
func (l *Limits) share() float64 { return l.PerSecond / float64(l.Workers()) }

// Answered tells that the cloud took the request, whatever it answered.
func (t Turn) Answered() {
	if t.queue != nil {
		t.queue.answered(time.Now())
	}
}

// Throttled tells that the cloud refused the request because it came too fast,
// and for how long it wants none; zero if it did not say.
func (t Turn) Throttled(pause time.Duration) {
	if t.queue == nil || !t.queue.throttled(t.began, time.Now(), pause) {
		return
	}
	t.limits.mu.Lock()
	tell := t.limits.tell
	t.limits.mu.Unlock()
	if tell != nil {
		tell(t.key, t.queue.rate(time.Now()))
	}
}
