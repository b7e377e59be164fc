package googletest

import (
	"container/heap"
	"time"
)

// event is something that will happen.
type event struct {
	at   time.Time
	nth  int
	then func()
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].nth < q[j].nth
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(e any)   { *q = append(*q, e.(event)) }
func (q *events) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	*q = (*q)[:last]
	return e
}

// after has something happen after a while. Who it is about may be gone by
// then.
func (c *Cloud) after(d time.Duration, then func()) {
	c.ids++
	heap.Push(&c.queue, event{c.now.Add(max(0, d)), c.ids, then})
}

// settle lets everything happen that is due.
func (c *Cloud) settle(now time.Time) {
	for len(c.queue) > 0 && !c.queue[0].at.After(now) {
		e := heap.Pop(&c.queue).(event)
		c.now = e.at
		e.then()
	}
	if now.After(c.now) {
		c.now = now
	}
}

// change runs f on the cloud as it is now.
func (c *Cloud) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle(c.config.Clock.Now())
	f()
	c.settle(c.now)
}
