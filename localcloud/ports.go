package localcloud

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"

	"github.com/gennaker/gennaker"
)

// Ports are taken from below those that systems give to outgoing connections,
// so that a port that is to be taken again is not one of those by then.
const (
	firstPort = 20_000
	portCount = 12_000
)

// freePort is a port that nobody listens on and that is not taken.
func freePort(taken map[int]bool) (int, error) {
	start := rand.IntN(portCount)
	for i := range portCount {
		port := firstPort + (start+i)%portCount
		if !taken[port] && isFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("%w: no port is free from %d on", gennaker.ErrUnavailable, firstPort)
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// takenPorts are those of all instances, running or not. Call with mu held.
func (c *Cloud) takenPorts() map[int]bool {
	taken := map[int]bool{}
	for _, g := range c.groups {
		for _, i := range g.instances {
			taken[i.row.Port] = true
		}
	}
	return taken
}
