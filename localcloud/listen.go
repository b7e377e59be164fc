package localcloud

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/gennaker/gennaker"
)

// listenAPI listens on the address of the configuration.
func (c *Cloud) listenAPI() error {
	wish := cmp.Or(c.config.Listen, loopback(0))
	host, port, err := checkListen(wish)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen on %s: %w: the API is for this machine alone, so the address must be a loopback one", wish, gennaker.ErrInvalid)
	}
	if port == 0 {
		return c.listenAgain(host)
	}
	if c.listener, err = net.Listen("tcp", wish); err != nil {
		return listenError(wish, err)
	}
	return c.store.PutFact(factListen, wish)
}

// listenAgain listens where the API was the last time, or else on a port that
// it will try first the next time.
func (c *Cloud) listenAgain(host string) error {
	last, err := c.store.Fact(factListen)
	if err != nil {
		return err
	}
	if at, _, _ := net.SplitHostPort(last); at == host {
		if c.listener, err = net.Listen("tcp", last); err == nil {
			return nil
		}
	}
	c.mu.Lock()
	port, err := freePort(c.takenPorts())
	c.mu.Unlock()
	if err != nil {
		return err
	}
	address := net.JoinHostPort(host, strconv.Itoa(port))
	if c.listener, err = net.Listen("tcp", address); err != nil {
		return listenError(address, err)
	}
	return c.store.PutFact(factListen, address)
}

// listenError gives a failed attempt to listen its kind.
func listenError(address string, err error) error {
	kind := gennaker.ErrInvalid
	if errors.Is(err, syscall.EADDRINUSE) {
		kind = gennaker.ErrExists
	}
	return fmt.Errorf("listen on %s: %w: %w", address, kind, err)
}

// checkListen says whether an address names a host and a port.
func checkListen(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err == nil && host == "" {
		err = errors.New("the host is missing")
	}
	number, numberErr := strconv.ParseUint(text, 10, 16)
	if err := errors.Join(err, numberErr); err != nil {
		return "", 0, fmt.Errorf("listen on %q: %w: %w", address, gennaker.ErrInvalid, err)
	}
	return host, int(number), nil
}
