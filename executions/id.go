package executions

import (
	"crypto/sha256"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/gennaker/gennaker"
)

// NewID is the id of a new execution: application/pipeline/ULID, or with the
// last part that was asked for.
func NewID(p gennaker.Pipeline, last string) string {
	if last == "" {
		last = ulid.Make().String()
	}
	return Prefix(p.Application, p.Name) + gennaker.IDPart(last)
}

// DerivedID is the id of the execution that something starts once: the same
// for the same moment and key.
func DerivedID(p gennaker.Pipeline, at time.Time, key string) string {
	last := ulid.ULID{}
	_ = last.SetTime(ulid.Timestamp(at)) // fails for years after 10889
	sum := sha256.Sum256([]byte(key))
	_ = last.SetEntropy(sum[:10]) // ten bytes is what it takes
	return Prefix(p.Application, p.Name) + last.String()
}

// Prefix begins the ids of all executions of a pipeline.
func Prefix(application, pipeline string) string {
	return gennaker.IDPart(application) + "/" + gennaker.IDPart(pipeline) + "/"
}
