package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gennaker/gennaker/providers/faulty"
)

// latest is how late an answer is at most, in the cloud's time. One that is
// later than a step's time-out is a reset.
const latest = 25 * time.Second

// chance decides what goes wrong in one deployment. It goes by what a call is,
// and not by when it comes, so that deployments of one seed are alike whatever
// the machine does meanwhile.
type chance struct {
	seed       uint64
	deployment int
	rate       float64
	kinds      []faulty.Kind // of what goes wrong; empty for all
	oldest     time.Duration // an answer may be
}

func (c chance) fault(call faulty.Call, reads bool) faulty.Fault {
	r := c.dice("fault", call)
	if r.Float64() >= c.rate {
		return faulty.Fault{}
	}
	kinds := faulty.OfChanges
	if reads {
		kinds = faulty.OfReads
	}
	if kinds = c.among(kinds); len(kinds) == 0 {
		return faulty.Fault{}
	}
	f := faulty.Fault{Kind: kinds[r.IntN(len(kinds))]}
	switch f.Kind {
	case faulty.Slow:
		f.By = time.Second + time.Duration(r.Int64N(int64(latest-time.Second)))
	case faulty.Stale:
		f.By = time.Second + time.Duration(r.Int64N(int64(c.oldest-time.Second)))
	}
	return f
}

// among leaves out the kinds that shall not be.
func (c chance) among(kinds []faulty.Kind) []faulty.Kind {
	if len(c.kinds) == 0 {
		return kinds
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k faulty.Kind) bool { return !slices.Contains(c.kinds, k) })
}

func (c chance) dice(what string, about any) *rand.Rand {
	seed := sha256.Sum256(fmt.Append(nil, c.seed, " ", c.deployment, " ", what, " ", fmt.Sprintf("%#v", about)))
	return rand.New(rand.NewChaCha8(seed))
}
