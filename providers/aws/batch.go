package aws

import (
	"context"
	"slices"
	"sync"
	"time"
)

// batchLimit bounds a request that is made for several who ask.
const batchLimit = time.Minute

// batch gathers questions of one kind, of which AWS answers many in one
// request. While as many requests are under way as may be, the questions that
// come wait, and go together. None is answered by a request that was made
// before it was asked, so that whoever asks sees what they have changed.
type batch[A any] struct {
	ask    func(ctx context.Context, keys []string) (map[string]A, error)
	most   int // questions in a request
	atOnce int // requests under way

	mu       sync.Mutex // guards what follows
	underWay int
	waiting  []*letter[A]
}

// letter is a request with the questions in it, and then its answers.
type letter[A any] struct {
	keys   []string
	askers int // those who wait for it; without any it is given up
	ctx    context.Context
	giveUp context.CancelFunc

	done    chan struct{}
	answers map[string]A
	err     error
}

// get returns the answers to questions. One that AWS has nothing to say about
// is missing.
func (b *batch[A]) get(ctx context.Context, keys ...string) (map[string]A, error) {
	all := make(map[string]A, len(keys))
	letters := b.post(keys)
	defer b.leave(letters)
	for _, l := range letters {
		select {
		case <-l.done:
		case <-ctx.Done():
			return nil, kinded(ctx.Err())
		}
		if l.err != nil {
			return nil, l.err
		}
		for _, key := range keys {
			if answer, ok := l.answers[key]; ok {
				all[key] = answer
			}
		}
	}
	return all, nil
}

// post puts questions into letters that are not sent yet.
func (b *batch[A]) post(keys []string) []*letter[A] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var mine []*letter[A]
	for _, key := range keys {
		if l := b.letterFor(key); !slices.Contains(mine, l) {
			l.askers++
			mine = append(mine, l)
		}
	}
	b.send()
	return mine
}

func (b *batch[A]) letterFor(key string) *letter[A] {
	for _, l := range b.waiting {
		if slices.Contains(l.keys, key) {
			return l
		}
	}
	last := len(b.waiting) - 1
	if last < 0 || len(b.waiting[last].keys) >= b.most {
		l := &letter[A]{done: make(chan struct{})}
		l.ctx, l.giveUp = context.WithTimeout(context.Background(), batchLimit)
		b.waiting = append(b.waiting, l)
		last++
	}
	b.waiting[last].keys = append(b.waiting[last].keys, key)
	return b.waiting[last]
}

// leave says that somebody waits for letters no more.
func (b *batch[A]) leave(letters []*letter[A]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range letters {
		if l.askers--; l.askers == 0 {
			l.giveUp()
			b.waiting = slices.DeleteFunc(b.waiting, func(waiting *letter[A]) bool { return waiting == l })
		}
	}
}

// send makes as many requests as may be. Its caller holds the lock.
func (b *batch[A]) send() {
	for b.underWay < b.atOnce && len(b.waiting) > 0 {
		l := b.waiting[0]
		b.waiting = b.waiting[1:]
		b.underWay++
		go b.deliver(l)
	}
}

func (b *batch[A]) deliver(l *letter[A]) {
	l.answers, l.err = b.ask(l.ctx, l.keys)
	close(l.done)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.underWay--
	b.send()
}
