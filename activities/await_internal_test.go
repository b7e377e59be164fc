package activities

import (
	"testing"

	"github.com/gennaker/gennaker"
)

func TestWhoRestsHasTheSizeThatItIsGiven(t *testing.T) {
	three := 3
	until := Until{Total: &three}
	for _, c := range []struct {
		name string
		is   gennaker.ServerGroup
		want bool
	}{
		{"without instances, in traffic", gennaker.ServerGroup{Enabled: true}, false},
		{"without instances, at rest", gennaker.ServerGroup{Resting: true}, true},
		{"with its instances", gennaker.ServerGroup{Instances: make([]gennaker.Instance, 3)}, true},
	} {
		if got := until.holds(c.is); got != c.want {
			t.Errorf("%s it has 3 instances: %t, want %t", c.name, got, c.want)
		}
	}
}
