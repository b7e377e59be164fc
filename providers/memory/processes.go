package memory

import (
	"context"
	"fmt"
	"slices"

	"github.com/gennaker/gennaker"
)

// The processes of this cloud: while one is suspended, server groups get no
// new instances, or keep those that they have too many.
const (
	Launch    = gennaker.ProcessLaunch
	Terminate = gennaker.ProcessTerminate
)

func (c *Cloud) SetProcesses(ctx context.Context, p gennaker.SetProcesses) error {
	for _, name := range slices.Concat(p.Suspend, p.Resume) {
		if name != Launch && name != Terminate {
			return fmt.Errorf("memory: process %q: %w: it is %s or %s", name, gennaker.ErrInvalid, Launch, Terminate)
		}
	}
	return c.change("SetProcesses", p.ServerGroupRef, func(g *group) {
		left := slices.Concat(g.Suspended, p.Suspend)
		left = slices.DeleteFunc(left, func(name string) bool { return slices.Contains(p.Resume, name) })
		slices.Sort(left)
		g.Suspended = slices.Compact(left)
	})
}
