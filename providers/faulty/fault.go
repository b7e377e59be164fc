package faulty

import (
	"fmt"
	"time"

	"github.com/gennaker/gennaker"
)

// Kind is a way in which a call goes wrong.
type Kind string

const (
	None        Kind = ""
	Throttled   Kind = "throttle"     // refused; it had no effect
	Internal    Kind = "500"          // refused; it had no effect
	Unavailable Kind = "503"          // refused; it had no effect
	ResetBefore Kind = "reset before" // the connection ends before the cloud has the call
	ResetAfter  Kind = "reset after"  // the call takes effect, and its answer is lost
	Slow        Kind = "slow"         // the answer is late
	Stale       Kind = "stale"        // the answer of a read shows what was there before
)

// The kinds that befall calls that change something, and calls that read.
var (
	OfChanges = []Kind{Throttled, Internal, Unavailable, ResetBefore, ResetAfter, Slow}
	OfReads   = append(OfChanges[:len(OfChanges):len(OfChanges)], Stale)
)

// Fault is what goes wrong with one call. The zero value is nothing.
type Fault struct {
	Kind Kind
	// By is how late a slow answer is, or how old a stale one.
	By time.Duration
}

var early = map[Kind]error{
	Throttled:   fmt.Errorf("%w: Rate exceeded", gennaker.ErrThrottled),
	Internal:    fmt.Errorf("%w: 500 Internal Server Error", gennaker.ErrUnavailable),
	Unavailable: fmt.Errorf("%w: 503 Service Unavailable", gennaker.ErrUnavailable),
	ResetBefore: fmt.Errorf("%w: connection reset by peer", gennaker.ErrUnavailable),
}

// before is the error of a call that never reaches the cloud.
func (f Fault) before(c Call) error {
	if cause, ok := early[f.Kind]; ok {
		return fmt.Errorf("%s: %w", c, cause)
	}
	return nil
}

// after is the error of a call that has had its effect.
func (f Fault) after(c Call) error {
	if f.Kind == ResetAfter {
		return fmt.Errorf("%s: %w", c, early[ResetBefore]) // the caller cannot tell them apart
	}
	return nil
}
