package ratelimit

import (
	"math"
	"time"
)

const (
	// keep is the part of the rate that a throttle leaves.
	keep = 0.7
	// regain is how long it takes without throttles to be as fast as before.
	// Around that rate it grows slowly, so that throttles are rare; from then
	// on faster and faster, so that a limit which was raised is found: twice
	// the rate is allowed after two and a half times regain.
	regain = 20 * time.Second
	// least is the slowest rate, and as much is added to every rate in each
	// regain: the slow gain more than the fast, until they are equal.
	least = 1.0
)

// curve is how a rate goes after the cloud throttled. The zero value is no
// limit.
type curve struct {
	peak float64 // the rate at which it throttled, in requests per second
	from time.Time
}

func (c curve) at(now time.Time) float64 {
	if c.peak == 0 {
		return math.Inf(1)
	}
	passed := now.Sub(c.from).Seconds() / regain.Seconds()
	return max(least, c.peak*(1+(1-keep)*math.Pow(passed-1, 3))+least*passed)
}

// meter counts requests in a sliding second.
type meter struct {
	second      time.Time // when the counted second began
	count, last float64   // in it, and in the one before
}

func (m *meter) move(now time.Time) {
	switch passed := now.Sub(m.second); {
	case passed >= 2*time.Second:
		*m = meter{second: now}
	case passed >= time.Second:
		*m = meter{second: m.second.Add(time.Second), last: m.count}
	}
}

func (m *meter) add(now time.Time) {
	m.move(now)
	m.count++
}

func (m *meter) perSecond(now time.Time) float64 {
	m.move(now)
	return m.count + m.last*(1-now.Sub(m.second).Seconds())
}
