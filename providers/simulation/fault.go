package simulation

import (
	"context"
	"slices"
	"time"
)

// Faults are what goes wrong with the next calls of each name: a C is a call
// and an F what may go wrong with it, of which the zero value is nothing. The
// zero value of Faults lets all go well.
type Faults[C, F any] struct {
	// Decide, if any, is asked about the calls that nothing was injected for; nil
	// is nothing.
	Decide func(C) *F

	injected map[string][]injection[C, F]
}

type injection[C, F any] struct {
	about func(C) bool // nil is any call
	fault F
}

// Inject has the next calls of a name go wrong, one fault each.
func (f *Faults[C, F]) Inject(name string, faults ...F) { f.InjectAbout(name, nil, faults...) }

// InjectAbout is Inject that leaves alone the calls that are about something
// else, so that whoever shares a cloud has faults of his own.
func (f *Faults[C, F]) InjectAbout(name string, about func(C) bool, faults ...F) {
	if f.injected == nil {
		f.injected = map[string][]injection[C, F]{}
	}
	for _, fault := range faults {
		f.injected[name] = append(f.injected[name], injection[C, F]{about, fault})
	}
}

// Next is what goes wrong with this call.
func (f *Faults[C, F]) Next(name string, call C) F {
	queue := f.injected[name]
	if i := slices.IndexFunc(queue, func(j injection[C, F]) bool { return j.about == nil || j.about(call) }); i >= 0 {
		fault := queue[i].fault
		f.injected[name] = slices.Delete(queue, i, i+1)
		return fault
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
