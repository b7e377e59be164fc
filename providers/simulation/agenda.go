package simulation

import (
	"container/heap"
	"time"
)

// Agenda is what will happen, each at its time. The zero value is an empty one.
type Agenda[F any] struct {
	entries entries[F]
	added   int
}

type entry[F any] struct {
	at   time.Time
	nth  int
	then F
}

type entries[F any] []entry[F]

func (q entries[F]) Len() int { return len(q) }
func (q entries[F]) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].nth < q[j].nth
}
func (q entries[F]) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *entries[F]) Push(e any)   { *q = append(*q, e.(entry[F])) }
func (q *entries[F]) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	*q = (*q)[:last]
	return e
}

// Add has something happen at a time, after all that was added for it before.
func (a *Agenda[F]) Add(at time.Time, then F) {
	a.added++
	heap.Push(&a.entries, entry[F]{at, a.added, then})
}

// First is when something will happen next, if anything will.
func (a *Agenda[F]) First() (at time.Time, ok bool) {
	if len(a.entries) == 0 {
		return at, false
	}
	return a.entries[0].at, true
}

// Next takes out what is due first, if that is so by now.
func (a *Agenda[F]) Next(now time.Time) (at time.Time, then F, due bool) {
	if first, ok := a.First(); !ok || first.After(now) {
		return at, then, false
	}
	e := heap.Pop(&a.entries).(entry[F])
	return e.at, e.then, true
}
