package gennaker

import (
	"fmt"
	"math"
)

// QuotaQuery asks how many more instances of a cluster block an account may
// have in a region.
type QuotaQuery struct {
	Location
	Spec map[string]any `json:"spec,omitempty"` // as of a CreateServerGroup
}

// Quota is how many more instances an account may have, beside all that it has.
type Quota struct {
	Left *int `json:"left,omitempty"` // nil is not known, or any number
	// Limit is what bounds them in the cloud's own words, such as "CPUS in
	// us-central1: 20 of 24 used"; or else why that is not known.
	Limit string `json:"limit,omitempty"`
}

// Allowance is something that a cloud gives an account so much of.
type Allowance struct {
	Text        string // the cloud's name of it, with how much of it is used
	Limit, Used float64
	Each        float64 // what one more instance takes
}

// Tightest is the quota by the allowance that is used up first. Those that an
// instance takes nothing of do not count; if none does, unknown is why nothing
// is known.
func Tightest(all []Allowance, unknown string) Quota {
	q := Quota{Limit: unknown}
	for _, a := range all {
		if a.Each <= 0 {
			continue
		}
		if left := a.left(); q.Left == nil || left < *q.Left {
			q = Quota{Left: &left, Limit: a.Text}
		}
	}
	return q
}

// left is how many instances it is enough for.
func (a Allowance) left() int {
	n := math.Floor((a.Limit-a.Used)/a.Each + 1e-9) // 0.3 is enough for three of 0.1
	return int(max(0, min(n, math.MaxInt32)))
}

// AllowanceText is the text of most clouds' allowances.
func AllowanceText(name, where string, used, limit any) string {
	return fmt.Sprintf("%s in %s: %v of %v used", name, where, used, limit)
}
