package worker

import (
	"slices"
	"testing"

	"github.com/gennaker/gennaker"
)

// What the CLI tells of a document follows from gennaker.Clouds: it does not
// see the drivers.
func TestTheCloudsAreThoseThatHaveADriver(t *testing.T) {
	if got := gennaker.SortedKeys(drivers); !slices.Equal(got, gennaker.Clouds) {
		t.Errorf("gennaker.Clouds = %v, want the providers of the table of drivers, %v", gennaker.Clouds, got)
	}
}
