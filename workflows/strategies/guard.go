package strategies

import (
	"fmt"

	"github.com/gennaker/gennaker"
)

// Guard refuses, as ErrGuarded, to let a server group go that is the last of
// its cluster to serve. A cluster that does not serve has nothing to lose.
func Guard(cluster []gennaker.ServerGroup, going string) error {
	serving := false
	for _, g := range cluster {
		if !g.Serves() {
			continue
		}
		if g.Name != going {
			return nil
		}
		serving = true
	}
	if !serving {
		return nil
	}
	return fmt.Errorf("%s: %w: it is the last healthy server group of cluster %s; deploy or enable another first, or say allowLastServerGroup",
		going, gennaker.ErrGuarded, gennaker.ParseMoniker(going).Cluster())
}
