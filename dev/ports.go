package dev

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gofrs/flock"
)

const loopback = "127.0.0.1"

// Port names one of the ports, as in --temporal-port.
type Port string

const (
	TemporalPort Port = "temporal"
	UIPort       Port = "ui"
	CloudPort    Port = "cloud"
	MetricsPort  Port = "metrics" // the worker's metrics and health
)

// DefaultPorts are used where they are free.
var DefaultPorts = map[Port]int{TemporalPort: 7233, UIPort: 8233, CloudPort: 7243, MetricsPort: 7253}

// Another port is looked for in these steps above the default. They stay
// below those that the system gives to outgoing connections, which may not be
// free when the process comes back.
const (
	portStep  = 100
	portTries = 100
)

// choosePorts settles all ports and remembers them. Those of the parts that
// run here must be free; of the others it is known where they run or ran.
func (d *Dev) choosePorts(chosen []part) (map[Port]int, error) {
	ours := map[Port]bool{}
	for _, p := range chosen {
		for _, port := range p.ports {
			ours[port] = true
		}
	}
	ports := map[Port]int{}
	err := change(d.config.State, "ports.json", func(remembered *map[Port]int) error {
		if *remembered == nil {
			*remembered = map[Port]int{}
		}
		for port := range DefaultPorts {
			n, err := d.choosePort(port, (*remembered)[port], ours[port])
			if err != nil {
				return err
			}
			ports[port] = n
			if ours[port] || d.config.Ports[port] != 0 {
				(*remembered)[port] = n
			}
		}
		return nil
	})
	return ports, err
}

func (d *Dev) choosePort(port Port, remembered int, ours bool) (int, error) {
	asked := d.config.Ports[port]
	first := DefaultPorts[port]
	if remembered != 0 {
		first = remembered
	}
	switch {
	case !ours && asked != 0:
		return asked, nil
	case !ours || asked == 0 && d.lock.claim(first):
		return first, nil
	case asked != 0 && d.lock.claim(asked):
		return asked, nil
	case asked != 0:
		return 0, fmt.Errorf("port %d: %w: stop what listens there, or give another --%s-port", asked, errTaken, port)
	}
	for i := range portTries {
		if n := DefaultPorts[port] + (i+1)*portStep; d.lock.claim(n) {
			d.say("port %d is taken: %s uses %d", first, port, n)
			return n, nil
		}
	}
	return 0, fmt.Errorf("port %d: %w, and so are those tried instead: give a --%s-port", first, errTaken, port)
}

var errTaken = errors.New("taken by another program")

// claim reports whether a port is free, and has it stay so for other processes
// of gennaker-dev until this one ends: they may choose before it listens.
func (l *locks) claim(port int) bool {
	f := flock.New(filepath.Join(os.TempDir(), fmt.Sprintf("gennaker-port-%d", port)))
	if got, err := f.TryLock(); err != nil || !got {
		return false
	}
	l.held = append(l.held, f)
	return free(port)
}

func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
