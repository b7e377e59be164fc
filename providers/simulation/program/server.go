package program

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Listen takes a port of the loopback interface; 0 is a free one.
func Listen(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken: stop what listens there, or give another --port", port)
	}
	return listener, err
}

// Serve has the controls answer the calls of people, which are those below /-/,
// and the cloud all others.
func Serve(l net.Listener, controls, cloud http.Handler) *simulation.Server {
	return simulation.ServeOn(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/-/") {
			controls.ServeHTTP(w, r)
			return
		}
		cloud.ServeHTTP(w, r)
	}))
}
