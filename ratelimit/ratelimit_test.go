package ratelimit_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/ratelimit"
)

var (
	reads  = ratelimit.Key{Account: "prod", Region: "us-east-1", Family: "ec2 reads"}
	writes = ratelimit.Key{Account: "prod", Region: "us-east-1", Family: "ec2 changes"}
)

// cloud allows so many requests per second, and answers after 50 ms.
type cloud struct {
	*rate.Limiter
	work    sync.WaitGroup
	mu      sync.Mutex // guards what follows
	refused int
	taken   map[*ratelimit.Limits]int
}

func newCloud(perSecond rate.Limit) *cloud {
	return &cloud{Limiter: rate.NewLimiter(perSecond, 2*int(perSecond)), taken: map[*ratelimit.Limits]int{}}
}

// ask makes one request, and waits a second if the cloud refused it.
func (c *cloud) ask(ctx context.Context, l *ratelimit.Limits, k ratelimit.Key) error {
	turn, err := l.Wait(ctx, k)
	if err != nil {
		return err
	}
	time.Sleep(50 * time.Millisecond)
	if c.Allow() {
		turn.Answered()
		c.count(func() { c.taken[l]++ })
		return nil
	}
	turn.Throttled(0)
	c.count(func() { c.refused++ })
	time.Sleep(time.Second)
	return nil
}

func (c *cloud) count(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// busy asks the cloud all the time, fifty requests at once, until ctx is over.
func (c *cloud) busy(ctx context.Context, l *ratelimit.Limits, k ratelimit.Key) {
	for range 50 {
		c.work.Go(func() {
			for ctx.Err() == nil && c.ask(ctx, l, k) == nil {
			}
		})
	}
}

// during is how many requests the cloud took in a second, in all and from a
// worker, and how many it refused of a hundred.
func (c *cloud) during(d time.Duration, of *ratelimit.Limits) (all, one, refused float64) {
	c.count(func() { c.refused, c.taken = 0, map[*ratelimit.Limits]int{} })
	time.Sleep(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	for l, n := range c.taken {
		all += float64(n)
		if l == of {
			one = float64(n)
		}
	}
	return all / d.Seconds(), one / d.Seconds(), 100 * float64(c.refused) / (all + float64(c.refused))
}

func TestWorkersShareWhatTheCloudAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, first, second := newCloud(20), &ratelimit.Limits{}, &ratelimit.Limits{}
		ctx, stop := context.WithCancel(t.Context())
		defer c.work.Wait()
		defer stop()
		expect := func(when string, d time.Duration, least, most, share float64) {
			t.Helper()
			all, one, refused := c.during(d, second)
			t.Logf("%s: %.1f requests per second, %.1f of them of the second worker, %.1f %% throttled", when, all, one, refused)
			if all < least || all > most || refused > 2 || math.Abs(one/all-share) > 0.25 {
				t.Errorf("%s: want %g to %g per second, a share of %g for the second worker, and 2 %% throttled at most", when, least, most, share)
			}
		}
		c.busy(ctx, first, reads)
		time.Sleep(10 * time.Second) // the burst
		expect("one worker", 2*time.Minute, 19, 21, 0)
		c.busy(ctx, second, reads)
		time.Sleep(10 * time.Second)
		expect("two workers", 5*time.Minute, 19, 21, 0.5)
		c.SetLimit(60)
		c.SetBurst(120)
		time.Sleep(time.Minute)
		expect("the limit was raised", 5*time.Minute, 57, 63, 0.5)
		c.SetLimit(10)
		c.SetBurst(20)
		time.Sleep(time.Minute)
		expect("the limit was lowered", 5*time.Minute, 9.5, 10.5, 0.5)
	})
}

func TestWithoutLimitsTheCloudThrottles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(20)
		ctx, stop := context.WithCancel(t.Context())
		defer c.work.Wait()
		defer stop()
		c.busy(ctx, nil, reads)
		if _, _, refused := c.during(time.Minute, nil); refused < 30 {
			t.Errorf("%.0f %% of the requests were throttled: the cloud of these tests is too patient to show anything", refused)
		}
	})
}

func TestWhatIsConfiguredBoundsAllWorkersAndRequestsOfAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(10_000)
		ctx, stop := context.WithCancel(t.Context())
		defer c.work.Wait()
		defer stop()
		other := ratelimit.Key{Account: "test", Region: "us-east-1", Family: "ec2 reads"}
		for range 2 {
			l := &ratelimit.Limits{PerSecond: 10}
			l.ShareWith(2)
			for _, k := range []ratelimit.Key{reads, writes, other} {
				c.busy(ctx, l, k)
			}
		}
		time.Sleep(time.Second)
		if all, _, _ := c.during(time.Minute, nil); math.Abs(all-20) > 1 {
			t.Errorf("two workers made %.1f requests per second of two accounts, want 10 of each", all)
		}
	})
}

func TestAThrottleSlowsItsOwnKindOfRequestsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := &ratelimit.Limits{}, time.Now()
		turn, err := l.Wait(t.Context(), reads)
		if err != nil {
			t.Fatal(err)
		}
		turn.Throttled(0)
		for range 1000 {
			if _, err := l.Wait(t.Context(), writes); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("1000 requests that nothing limits waited %s, want not at all", took)
		}
		for range 10 {
			if _, err := l.Wait(t.Context(), reads); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < 5*time.Second {
			t.Errorf("ten requests of the throttled kind took %s, want 5s at least", took)
		}
	})
}

func TestAPauseThatTheCloudAsksForIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, start := &ratelimit.Limits{}, time.Now()
		turn, _ := l.Wait(t.Context(), reads)
		turn.Throttled(7 * time.Second)
		if _, err := l.Wait(t.Context(), reads); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 7*time.Second {
			t.Errorf("the next request was made after %s, want 7s", took)
		}
	})
}

func TestWhoeverTellsOfThrottlesTellsOncePerCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []float64
		l := &ratelimit.Limits{}
		l.Told(func(k ratelimit.Key, perSecond float64) { told = append(told, perSecond) })
		var turns []ratelimit.Turn
		for range 30 {
			turn, _ := l.Wait(t.Context(), reads)
			turns = append(turns, turn)
		}
		time.Sleep(time.Millisecond)
		for _, turn := range turns[:20] {
			turn.Answered()
		}
		for _, turn := range turns[20:] {
			turn.Throttled(0)
		}
		if len(told) != 1 || math.Abs(told[0]-14) > 0.1 {
			t.Errorf("of ten throttles at 20 requests per second were told the rates %.1f, want 14 alone", told)
		}
	})
}

func TestWhoeverCannotWaitIsToldWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ratelimit.Limits{PerSecond: 0.1}
		for range 2 {
			_, _ = l.Wait(t.Context(), reads)
		}
		start := time.Now()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := l.Wait(short, reads); !errors.Is(err, gennaker.ErrThrottled) {
			t.Errorf("Wait for a second = %v, want ErrThrottled", err)
		}
		canceled, stop := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, stop)
		if _, err := l.Wait(canceled, reads); !errors.Is(err, context.Canceled) {
			t.Errorf("Wait that is cancelled = %v, want the cancellation", err)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("both took %s, want no longer than they could wait", took)
		}
	})
}
