package simulation

import "time"

// Throttle is a bucket of tokens: every call takes one.
type Throttle struct {
	PerSecond float64 // zero is no limit
	Burst     int     // tokens in a full bucket; at least one
}

// Buckets are those of all who are limited apart from each other.
type Buckets[K comparable] map[K]*bucket

type bucket struct {
	tokens float64
	at     time.Time
}

// Take takes a token out of a bucket, and reports whether there was one.
func (b Buckets[K]) Take(of K, t Throttle, now time.Time) bool {
	if t.PerSecond == 0 {
		return true
	}
	full := float64(max(t.Burst, 1))
	one := b[of]
	if one == nil {
		one = &bucket{tokens: full, at: now}
		b[of] = one
	}
	one.tokens = min(full, one.tokens+now.Sub(one.at).Seconds()*t.PerSecond)
	one.at = now
	if one.tokens < 1 {
		return false
	}
	one.tokens--
	return true
}
