package ratelimit

import (
	"context"
	"math"
	"sync"
	"time"
)

const (
	// burst is how much of a second's requests may be made at once.
	burst = 0.25
	// look is how often whoever is next looks whether the rate has changed.
	look = time.Second
	// longestPause bounds what a cloud can ask for.
	longestPause = time.Minute
)

// queue is where requests wait for their turn, first come, first served.
type queue struct {
	next chan struct{} // whoever holds it is next

	mu         sync.Mutex // guards what follows
	configured func() float64
	learned    curve
	taken      meter     // what the cloud took
	due        time.Time // when the next request would be, if there were no bursts
	paused     time.Time // the cloud wants no request before this
}

// newQueue makes one whose rate is what is configured, if that is not zero, or
// less.
func newQueue(configured func() float64) *queue {
	return &queue{next: make(chan struct{}, 1), configured: configured}
}

// wait returns when it is the caller's turn.
func (q *queue) wait(ctx context.Context) error {
	select {
	case q.next <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-q.next }()
	for {
		d := q.take(time.Now())
		if d <= 0 {
			return ctx.Err()
		}
		if until, ok := ctx.Deadline(); ok && time.Until(until) < min(d, look) {
			return context.DeadlineExceeded
		}
		select {
		case <-time.After(min(d, look)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take takes a turn if there is one now, and says else how long it will be.
func (q *queue) take(now time.Time) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d := q.paused.Sub(now); d > 0 {
		return d
	}
	rate := q.current(now)
	if math.IsInf(rate, 1) {
		return 0
	}
	between := time.Duration(float64(time.Second) / rate)
	ahead := time.Duration(burst * float64(time.Second))
	if d := q.due.Sub(now); d > max(0, ahead-between) {
		return d - max(0, ahead-between)
	}
	if q.due.Before(now) {
		q.due = now
	}
	q.due = q.due.Add(between)
	return 0
}

func (q *queue) rate(now time.Time) float64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.current(now)
}

// current is the rate now. It does not grow while nobody needs it: at most to
// twice what the cloud takes, or else to where it throttled last.
func (q *queue) current(now time.Time) float64 {
	rate := q.learned.at(now)
	if q.learned.peak > 0 {
		rate = min(rate, max(q.learned.peak, 2*q.taken.perSecond(now)))
	}
	if q.configured != nil && q.configured() > 0 {
		rate = min(rate, q.configured())
	}
	return rate
}

func (q *queue) answered(now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.taken.add(now)
}

// throttled cuts the rate, and reports whether it did: of the requests that
// were under way together, one counts.
func (q *queue) throttled(began, now time.Time, pause time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if until := now.Add(min(pause, longestPause)); pause > 0 && until.After(q.paused) {
		q.paused = until
	}
	if began.Before(q.learned.from) {
		return false
	}
	// What it took says more than what was sent, which may be a burst.
	q.learned = curve{peak: max(least, min(q.current(now), q.taken.perSecond(now))), from: now}
	return true
}
