package providers

import "context"

type notesKey struct{}

// notes are what the tries of one call leave for each other.
type notes struct {
	before string
	keep   func(note string)
}

// Noting is a context for one try of a call. Before is the note that an earlier
// try left, perhaps on a worker that has died since; keep is told of each new
// one, which takes the place of the one before.
func Noting(ctx context.Context, before string, keep func(note string)) context.Context {
	return context.WithValue(ctx, notesKey{}, notes{before, keep})
}

// Note leaves a note for the next try of this call, such as the token of an
// operation that the cloud has begun. It may be lost with the worker: what must
// be known is derived from the call's own token, or looked for in the cloud.
func Note(ctx context.Context, note string) {
	if n, ok := ctx.Value(notesKey{}).(notes); ok {
		n.keep(note)
	}
}

// Noted is the last note of the tries before this one; empty if there is none.
func Noted(ctx context.Context) string {
	n, _ := ctx.Value(notesKey{}).(notes)
	return n.before
}
