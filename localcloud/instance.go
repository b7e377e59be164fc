package localcloud

import (
	"crypto/rand"
	"strings"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/process"
	"github.com/gennaker/gennaker/localcloud/internal/proxy"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// instance is one process of a server group, through all its restarts. One
// goroutine, keep, decides what becomes of it.
type instance struct {
	group string
	spec  client.Spec   // of the group; never changes
	stop  chan struct{} // closed to have it end; see dismiss
	ended chan struct{} // closed when keep is done with it
	anew  chan struct{} // holds one if its process is to be replaced; see reboot

	// What follows is guarded by Cloud.mu.
	row     store.Instance
	process *process.Process // nil while none runs
	backend *proxy.Backend   // of that process
	leaving bool             // gets no requests and is about to end
	wasUp   bool             // since the process was started
	streak  int              // checks in a row that speak against the verdict
	reason  string           // why it is not up
}

func newInstance(g *group, row store.Instance) *instance {
	i := &instance{group: g.Name, spec: g.Spec.WithDefaults(), row: row, stop: make(chan struct{}), ended: make(chan struct{}), anew: make(chan struct{}, 1)}
	if row.Stopping {
		i.leaving = true
		close(i.stop)
	}
	return i
}

// told reports whether the instance is to end.
func (i *instance) told() bool {
	select {
	case <-i.stop:
		return true
	default:
		return false
	}
}

// add records one more instance and starts it. Call with mu held.
func (c *Cloud) add(g *group) error {
	row := store.Instance{ID: g.Name + "-" + strings.ToLower(rand.Text()[:8]), ServerGroup: g.Name}
	if err := c.store.PutInstance(row); err != nil {
		return err
	}
	i := newInstance(g, row)
	g.instances = append(g.instances, i)
	c.keepers.Go(func() { c.keep(i) })
	return nil
}

// retire has instances end for good. Call with mu held.
func (c *Cloud) retire(list []*instance) {
	for _, i := range list {
		i.row.Stopping = true
		c.save(i)
	}
	c.dismiss(list)
}

// dismiss has instances end, once no load balancer sends them requests. Call
// with mu held.
func (c *Cloud) dismiss(list []*instance) {
	for _, i := range list {
		i.leaving = true
	}
	c.route()
	for _, i := range list {
		if !i.told() {
			close(i.stop)
		}
	}
}

// save keeps the instance's row. If that cannot be done, the next daemon finds
// the process by its environment. Call with mu held.
func (c *Cloud) save(i *instance) {
	if err := c.store.PutInstance(i.row); err != nil {
		c.log.Error("cannot record an instance", zap.String("instance", i.row.ID), zap.Error(err))
	}
}
