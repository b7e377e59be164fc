package localcloud

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
	"github.com/gennaker/gennaker/localcloud/internal/proxy"
	"github.com/gennaker/gennaker/localcloud/internal/store"
)

// balancer is a load balancer that there shall be. Its proxy is nil while its
// address is taken by another program.
type balancer struct {
	row   store.LoadBalancer
	proxy *proxy.Balancer
	err   error // why there is no proxy
}

// route tells every load balancer which instances get requests from now on.
// Call with mu held after anything that may change that.
func (c *Cloud) route() {
	for name, b := range c.balancers {
		if b.proxy != nil {
			b.proxy.Set(c.backends(name))
		}
	}
}

// backends are the instances that are Up behind a load balancer.
func (c *Cloud) backends(balancer string) []*proxy.Backend {
	var up []*proxy.Backend
	for _, g := range c.groups {
		if !slices.Contains(g.LoadBalancers, balancer) {
			continue
		}
		for _, i := range g.instances {
			if health, _ := i.health(g); health == gennaker.Up {
				up = append(up, i.backend)
			}
		}
	}
	return up
}

func (c *Cloud) loadBalancers() []client.LoadBalancer {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []client.LoadBalancer{}
	for _, name := range slices.Sorted(maps.Keys(c.balancers)) {
		list = append(list, c.viewBalancer(c.balancers[name]))
	}
	return list
}

func (c *Cloud) viewBalancer(b *balancer) client.LoadBalancer {
	v := client.LoadBalancer{LoadBalancer: gennaker.LoadBalancer{
		Location: gennaker.In("", ""), Name: b.row.Name, Address: "http://" + b.row.Listen, ServerGroups: c.naming(b.row.Name)}}
	if b.err != nil {
		v.Error = b.err.Error()
	}
	return v
}

// naming are the server groups that name a load balancer.
func (c *Cloud) naming(balancer string) []string {
	var names []string
	for name, g := range c.groups {
		if slices.Contains(g.LoadBalancers, balancer) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// putLoadBalancer makes a load balancer, or moves it to another address.
func (c *Cloud) putLoadBalancer(name, listen string) (client.LoadBalancer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := c.ensureBalancer(name, listen)
	if err != nil {
		return client.LoadBalancer{}, fmt.Errorf("load balancer %s: %w", name, err)
	}
	return c.viewBalancer(b), nil
}

// ensureBalancer has the new address served before the old one is given up.
// Call with mu held.
func (c *Cloud) ensureBalancer(name, listen string) (*balancer, error) {
	if err := client.CheckName(name); err != nil {
		return nil, err
	}
	old, exists := c.balancers[name]
	address, err := c.balancerAddress(old, listen)
	if err != nil || exists && address == old.row.Listen {
		return old, err
	}
	b := &balancer{row: store.LoadBalancer{Name: name, Listen: address}}
	if !c.listen(b) {
		return nil, b.err
	}
	if err := c.store.PutLoadBalancer(b.row); err != nil {
		b.close()
		return nil, err
	}
	c.balancers[name] = b
	c.log.Info("load balancer listens", zap.String("loadBalancer", name), zap.String("address", address))
	if exists {
		c.keepers.Go(old.close)
	}
	return b, nil
}

// balancerAddress is where a load balancer shall listen: where it does if
// that satisfies the wish, and otherwise as wished, with port 0 chosen.
func (c *Cloud) balancerAddress(old *balancer, wish string) (string, error) {
	if wish == "" && old != nil {
		return old.row.Listen, nil
	}
	wish = cmp.Or(wish, loopback(0))
	host, port, err := checkListen(wish)
	if err != nil || port != 0 {
		return wish, err
	}
	if old != nil {
		if at, _, _ := net.SplitHostPort(old.row.Listen); at == host {
			return old.row.Listen, nil
		}
	}
	port, err = freePort(c.takenPorts())
	return net.JoinHostPort(host, strconv.Itoa(port)), err
}

// close accepts no more, and waits a few seconds for what is in flight.
func (b *balancer) close() {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	if b.proxy != nil {
		b.proxy.Close(ctx)
	}
}

func (c *Cloud) deleteLoadBalancer(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, ok := c.balancers[name]
	if !ok {
		return fmt.Errorf("load balancer %s: %w", name, gennaker.ErrNotFound)
	}
	if users := c.naming(name); len(users) > 0 {
		return fmt.Errorf("load balancer %s: %w: server groups name it: %v", name, gennaker.ErrInvalid, users)
	}
	if err := c.store.DeleteLoadBalancer(name); err != nil {
		return fmt.Errorf("load balancer %s: %w", name, err)
	}
	delete(c.balancers, name)
	c.keepers.Go(b.close)
	return nil
}

// restoreBalancers listens where the load balancers listened before. Where
// another program has the port by now, it tries until that is gone.
func (c *Cloud) restoreBalancers() error {
	rows, err := c.store.LoadBalancers()
	if err != nil {
		return err
	}
	for _, row := range rows {
		b := &balancer{row: row}
		c.balancers[row.Name] = b
		if !c.listen(b) {
			c.log.Error("load balancer cannot listen", zap.String("loadBalancer", row.Name), zap.Error(b.err))
			c.keepers.Go(func() { c.listenLater(b) })
		}
	}
	return nil
}

func (c *Cloud) listen(b *balancer) bool {
	p, err := proxy.Listen(b.row.Name, b.row.Listen, c.backends(b.row.Name), c.log)
	if err != nil {
		b.err = listenError(b.row.Listen, err)
		return false
	}
	b.proxy, b.err = p, nil
	return true
}

func (c *Cloud) listenLater(b *balancer) {
	retry := time.NewTicker(time.Second)
	defer retry.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-retry.C:
		}
		if c.listenNow(b) {
			return
		}
	}
}

// listenNow reports whether nothing is left to do.
func (c *Cloud) listenNow(b *balancer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.balancers[b.row.Name] != b || c.ctx.Err() != nil {
		return true
	}
	return c.listen(b)
}

// closeBalancers answers what is in flight; call it after ctx has ended.
func (c *Cloud) closeBalancers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.balancers {
		c.keepers.Go(b.close)
	}
}
