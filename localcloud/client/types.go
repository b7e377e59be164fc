// Package client speaks to a local cloud: the words of its API, and a client
// that finds the daemon again after it was restarted on another port. It
// brings nothing of the daemon with it.
package client

import "github.com/gennaker/gennaker"

// Region is the only region a local cloud has.
const Region = gennaker.DefaultRegion

// ServerGroup is a group of processes, as its cloud reports it.
type ServerGroup struct {
	gennaker.ServerGroup
	Spec Spec `json:"spec"`
	// Out is the percent of its instances that are kept out of traffic while it
	// is enabled.
	Out int `json:"out,omitempty"`
	// Destroying says that it is going away; it takes no traffic any more.
	Destroying bool `json:"destroying,omitempty"`
	// InFlight is how many requests its instances are answering now.
	InFlight int64 `json:"inFlight,omitempty"`
	// Processes holds the process id of each instance that has a process.
	Processes map[string]int `json:"processes,omitempty"`
}

// Create asks for a server group. A moniker without an application is read
// from the name.
type Create struct {
	Moniker       gennaker.Moniker  `json:"moniker"`
	Capacity      gennaker.Capacity `json:"capacity"`
	LoadBalancers []string          `json:"loadBalancers,omitempty"`
	Marks         map[string]string `json:"marks,omitempty"`
	Spec          Spec              `json:"spec"`
	Disabled      bool              `json:"disabled,omitempty"` // made out of traffic
}

// Terminate names instances of a server group that are to end for good. With
// Shrink it wants that many fewer, otherwise others take their place.
type Terminate struct {
	Instances []string `json:"instances"`
	Shrink    bool     `json:"shrink,omitempty"`
}

// Reboot names instances of a server group that are to start anew.
type Reboot struct {
	Instances []string `json:"instances"`
}

// Part is the percent of a server group's instances that is meant.
type Part struct {
	Percent int `json:"percent"`
}

// LoadBalancer is a reverse proxy. Error says why it does not listen; empty
// if it does.
type LoadBalancer struct {
	gennaker.LoadBalancer
	Error string `json:"error,omitempty"`
}

// Listen is where a load balancer shall listen, as host:port. Port 0 is one
// that the cloud chooses, and empty means wherever it listens already.
type Listen struct {
	Listen string `json:"listen"`
}

// Failure is the body of an answer that is an error. Kind is the text of one
// of the errors of package gennaker.
type Failure struct {
	Error string `json:"error"`
	Kind  string `json:"kind"`
}
