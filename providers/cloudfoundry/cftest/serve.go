// Package cftest is a Cloud Foundry of our own for tests: as much of the v3
// API of the Cloud Controller as the provider uses, with a UAA that gives
// tokens and a Log Cache that keeps what was written. Things take their time by
// a clock that a test can hold, requests are refused as the Cloud Controller
// refuses them, and what they change is counted.
//
// What has an image or a buildpack whose name ends in -sick crashes once it has
// started; one that ends in -broken cannot be staged. Tasks are run, by sh.
package cftest

import (
	"time"

	"github.com/gennaker/gennaker/providers/simulation"
)

// Config is how a cloud begins. The zero value is one in which nothing takes
// any time.
type Config struct {
	// Clock is what all goes by; default is the real one. With a virtual one, each
	// request that may change something takes a second: the Cloud Controller
	// dates by the second.
	Clock simulation.Clock
	Times Times
}

// Times are how long things take.
type Times struct {
	Staging  time.Duration // build STAGING → STAGED
	Starting time.Duration // instance STARTING → RUNNING
	Job      time.Duration // job PROCESSING → COMPLETE
}

// Usual are times that people can watch.
var Usual = Times{Staging: 3 * time.Second, Starting: 2 * time.Second, Job: time.Second}

// Server is a cloud that listens.
type Server struct {
	*Cloud
	*simulation.Server
}

// Serve makes a cloud and has it listen on a free port of the loopback.
func Serve(c Config) (*Server, error) {
	cloud := New(c)
	server, err := simulation.Serve(cloud)
	return &Server{cloud, server}, err
}

// Close ends it, with the tasks that run.
func (s *Server) Close() error {
	s.EndTasks()
	return s.Server.Close()
}
