package simulation

import (
	"context"
	"time"
)

// Faults are what goes wrong with the next calls of each name: a C is a call
// and an F what may go wrong with it, of which the zero value is nothing. The
// zero value of Faults lets all go well.
type Faults[C, F any] struct {
	// Decide, if any, is asked about the calls that nothing was injected for; nil
	// is nothing.
	Decide func(C) *F

	injected map[string][]F
}

// Inject has the next calls of a name go wrong, one fault each.
func (f *Faults[C, F]) Inject(name string, faults ...F) {
	if f.injected == nil {
		f.injected = map[string][]F{}
	}
	f.injected[name] = append(f.injected[name], faults...)
}

// Next is what goes wrong with this call.
func (f *Faults[C, F]) Next(name string, call C) F {
	if queue := f.injected[name]; len(queue) > 0 {
		f.injected[name] = queue[1:]
		return queue[0]
	}
	if f.Decide != nil {
		if fault := f.Decide(call); fault != nil {
			return *fault
		}
	}
	var none F
	return none
}

// Hold keeps an answer back, in real time, as long as somebody waits for it.
func Hold(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
