package program

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
)

// Server is what answers on a port of this machine.
type Server struct {
	// URL is where.
	URL    string
	server *http.Server
	failed chan error
}

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
func Serve(l net.Listener, controls, cloud http.Handler) *Server {
	s := &Server{URL: "http://" + l.Addr().String(), server: &http.Server{Handler: AtTheDoor(controls, cloud)}, failed: make(chan error, 1)}
	go func() { s.failed <- s.server.Serve(l) }()
	return s
}

// AtTheDoor sends calls where they belong.
func AtTheDoor(controls, cloud http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/-/") {
			controls.ServeHTTP(w, r)
			return
		}
		cloud.ServeHTTP(w, r)
	})
}

// Wait returns nil when ctx is done, or why it cannot go on.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.failed:
		return err
	}
}

// Failed is why it cannot go on.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop ends it with all its connections.
func (s *Server) Stop() { _ = s.server.Close() }
