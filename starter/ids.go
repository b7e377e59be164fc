package starter

import (
	"strings"
	"unicode"

	"github.com/oklog/ulid/v2"

	"github.com/gennaker/gennaker"
)

// newID is the id of a new execution: application/pipeline/ULID, or with the
// last part that was asked for.
func newID(p gennaker.Pipeline, last string) string {
	if last == "" {
		last = ulid.Make().String()
	}
	return safe(p.Application) + "/" + safe(p.Name) + "/" + safe(last)
}

// safe makes a text fit to be one part of an id that people type: letters,
// digits and ._- stay, everything else becomes a "-".
func safe(part string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, strings.TrimSpace(part))
}

// short is the shortest that people need to type of an id: the end of a ULID,
// or else all of it.
func short(id string) string {
	last := id[strings.LastIndex(id, "/")+1:]
	if _, err := ulid.ParseStrict(last); err != nil {
		return id
	}
	return last[len(last)-8:]
}
