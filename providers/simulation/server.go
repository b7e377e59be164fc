package simulation

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Server has a simulated cloud answer on a port of this machine.
type Server struct {
	// URL is where.
	URL    string
	server *http.Server
	ended  chan error
}

// Serve takes a free port of the loopback interface. The caller closes it.
func Serve(cloud http.Handler) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return ServeOn(l, cloud), nil
}

// ServeOn has the cloud answer there.
func ServeOn(l net.Listener, cloud http.Handler) *Server {
	s := &Server{URL: "http://" + l.Addr().String(), ended: make(chan error, 1),
		server: &http.Server{Handler: cloud, ReadHeaderTimeout: time.Minute}}
	go func() { s.ended <- s.server.Serve(l) }()
	return s
}

// Ended tells why it has ended before it was closed.
func (s *Server) Ended() <-chan error { return s.ended }

// Wait returns nil when ctx is done, or why it cannot go on.
func (s *Server) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.ended:
		return err
	}
}

// Close ends it with all its connections.
func (s *Server) Close() error { return s.server.Close() }
