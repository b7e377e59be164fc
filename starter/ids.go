package starter

import (
	"strings"

	"github.com/oklog/ulid/v2"
)

// short is the shortest that people need to type of an id: the end of a ULID,
// or else all of it.
func short(id string) string {
	last := id[strings.LastIndex(id, "/")+1:]
	if _, err := ulid.ParseStrict(last); err != nil {
		return id
	}
	return last[len(last)-8:]
}
