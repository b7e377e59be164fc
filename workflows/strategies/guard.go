package strategies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// Guard refuses, as ErrGuarded, to let server groups go that are the last of
// their cluster to serve. A cluster that does not serve has nothing to lose.
func Guard(cluster []gennaker.ServerGroup, going ...string) error {
	serving := false
	for _, g := range cluster {
		if !g.Serves() {
			continue
		}
		if !slices.Contains(going, g.Name) {
			return nil
		}
		serving = true
	}
	if !serving {
		return nil
	}
	return lastOf(going)
}

func lastOf(going []string) error {
	names, verb, what := strings.Join(going, " and "), "it is", "server group"
	if len(going) > 1 {
		verb, what = "they are", "server groups"
	}
	return fmt.Errorf("%s: %w: %s the last healthy %s of cluster %s; deploy or enable another first, or say allowLastServerGroup",
		names, gennaker.ErrGuarded, verb, what, gennaker.ParseMoniker(going[0]).Cluster())
}
