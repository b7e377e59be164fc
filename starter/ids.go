package starter

import (
	"strings"

	"github.com/oklog/ulid/v2"

	"github.com/gennaker/gennaker"
)

// newID is the id of a new execution: application/pipeline/ULID, or with the
// last part that was asked for.
func newID(p gennaker.Pipeline, last string) string {
	if last == "" {
		last = ulid.Make().String()
	}
	return gennaker.IDPart(p.Application) + "/" + gennaker.IDPart(p.Name) + "/" + gennaker.IDPart(last)
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
