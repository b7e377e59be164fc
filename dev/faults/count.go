package main

import (
	"maps"
	"math"

	"github.com/gennaker/gennaker/providers/faulty"
)

// Count is what was counted in some deployments.
type Count struct {
	Deployments int                 `json:"deployments"`
	Calls       int                 `json:"cloudOperations"`
	Faults      map[faulty.Kind]int `json:"faults"`
	// Failed did not succeed; Wrong say that they did, and the cluster is not
	// as it should be.
	Failed  int `json:"failed"`
	Wrong   int `json:"wrong"`
	Doubled int `json:"doubledEffects"`
	Orphans int `json:"orphans"`
	Floor   int `json:"floorViolations"`
}

// Spotless reports whether nothing went wrong.
func (c Count) Spotless() bool { return c.Failed+c.Wrong+c.Doubled+c.Orphans+c.Floor == 0 }

// Injected is the number of all faults.
func (c Count) Injected() (n int) {
	for _, of := range c.Faults {
		n += of
	}
	return n
}

// Bound is what the share of deployments that fail is below, with a confidence
// of 95 %: by Clopper and Pearson, which is 3/n, the rule of three, if none
// did.
func (c Count) Bound() float64 { return bound(c.Failed+c.Wrong, c.Deployments) }

func (c *Count) add(other Count) {
	c.Deployments += other.Deployments
	c.Calls += other.Calls
	c.Failed += other.Failed
	c.Wrong += other.Wrong
	c.Doubled += other.Doubled
	c.Orphans += other.Orphans
	c.Floor += other.Floor
	sum := maps.Clone(other.Faults)
	for kind, n := range c.Faults {
		sum[kind] += n
	}
	c.Faults = sum
}

// bound is the greatest rate at which so few of n fail one time in twenty.
func bound(failed, n int) float64 {
	if failed >= n {
		return 1
	}
	low, high := 0.0, 1.0
	for range 60 {
		middle := (low + high) / 2
		if atMost(failed, n, middle) > 0.05 {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// atMost is how likely it is that k or fewer of n fail at that rate.
func atMost(k, n int, rate float64) float64 {
	sum := 0.0
	for i := 0; i <= k; i++ {
		sum += math.Exp(logChoose(n, i) + float64(i)*math.Log(rate) + float64(n-i)*math.Log1p(-rate))
	}
	return sum
}

func logChoose(n, k int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	some, _ := math.Lgamma(float64(k + 1))
	rest, _ := math.Lgamma(float64(n - k + 1))
	return all - some - rest
}
