package aws

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// postOffice notes each request, which takes a second.
type postOffice struct {
	mu       sync.Mutex
	requests []string
	err      error
}

func (p *postOffice) ask(ctx context.Context, keys []string) (map[string]string, error) {
	p.mu.Lock()
	p.requests = append(p.requests, strings.Join(keys, "+"))
	p.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	all := map[string]string{}
	for _, key := range keys {
		if key != "none" {
			all[key] = "answer to " + key
		}
	}
	return all, p.err
}

func (p *postOffice) made() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.requests, " ")
}

func TestQuestionsGoTogetherWhileOthersAreUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &postOffice{}
		b := &batch[string]{ask: p.ask, most: 3, atOnce: 1}
		var asking sync.WaitGroup
		ask := func(keys ...string) {
			asking.Go(func() {
				got, err := b.get(t.Context(), keys...)
				for _, key := range keys {
					if want := "answer to " + key; err != nil || key != "none" && got[key] != want {
						t.Errorf("get(%s) = %v, %v, want %s", keys, got, err, want)
					}
				}
				if _, ok := got["none"]; ok || len(got) > len(keys) {
					t.Errorf("get(%s) = %v, want no more than was asked", keys, got)
				}
			})
			synctest.Wait()
		}
		ask("a")
		ask("a") // after the first was sent: it is not answered by that
		ask("b", "c")
		ask("a", "none")
		ask("d")
		asking.Wait()
		if got, want := p.made(), "a a+b+c none+d"; got != want {
			t.Errorf("the requests were %s, want %s", got, want)
		}
	})
}

func TestAnErrorIsEverybodysInTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &postOffice{err: errors.New("it rains")}
		b := &batch[string]{ask: p.ask, most: 3, atOnce: 1}
		var asking sync.WaitGroup
		for range 3 {
			asking.Go(func() {
				if _, err := b.get(t.Context(), "a"); err != p.err {
					t.Errorf("get = %v, want the request's error", err)
				}
			})
		}
		asking.Wait()
	})
}

func TestARequestThatNobodyWaitsForIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &postOffice{}
		b := &batch[string]{ask: p.ask, most: 1, atOnce: 1}
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		var asking sync.WaitGroup
		for _, q := range []struct {
			ctx context.Context
			key string
		}{{first, "a"}, {second, "b"}, {t.Context(), "c"}} {
			asking.Go(func() {
				if _, err := b.get(q.ctx, q.key); !errors.Is(err, q.ctx.Err()) {
					t.Errorf("get(%s) = %v, want %v", q.key, err, q.ctx.Err())
				}
			})
			synctest.Wait()
		}
		start := time.Now()
		leaveSecond()
		synctest.Wait()
		leaveFirst()
		asking.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("c took %s, want the second of its own request", took)
		}
		if got := strings.Fields(p.made()); !slices.Equal(got, []string{"a", "c"}) {
			t.Errorf("the requests were %s, want a and c", got)
		}
	})
}
