package gennaker

import (
	"slices"
	"time"
)

// ServiceRef names a service instance, such as a database, that a cloud keeps
// for the server groups of a place.
type ServiceRef struct {
	Location
	Name string `json:"serviceInstanceName"`
}

// Service is a service instance as its cloud reports it.
type Service struct {
	Location
	Name   string       `json:"serviceInstanceName"`
	State  ServiceState `json:"state"`
	Reason string       `json:"reason,omitempty"` // why it is as it is, in the cloud's words
	// Shared are the other regions that may use it, Keys the names of its keys,
	// and Bound the server groups of its region that it is bound to.
	Shared  []string          `json:"sharedWith,omitempty"`
	Keys    []string          `json:"serviceKeys,omitempty"`
	Bound   []string          `json:"boundTo,omitempty"`
	Created time.Time         `json:"created,omitzero"`
	Marks   map[string]string `json:"marks,omitempty"`
}

// ServiceState is how far a service instance is.
type ServiceState string

// The states of a service instance. One that changes is being made, changed or
// deleted.
const (
	ServiceReady    ServiceState = "Ready"
	ServiceChanging ServiceState = "Changing"
	ServiceFailed   ServiceState = "Failed"
)

// SharedWith reports whether that region may use it.
func (s Service) SharedWith(region string) bool { return slices.Contains(s.Shared, region) }

// PutService asks for a service instance, or for one that is there to be as
// the spec says, which only the provider understands. The token among the marks
// makes a repeat harmless.
type PutService struct {
	ServiceRef
	Marks map[string]string `json:"marks"`
	Spec  map[string]any    `json:"spec,omitempty"`
}

// ShareService asks to share a service instance with other regions, or not to
// share it any more.
type ShareService struct {
	ServiceRef
	Regions []string `json:"regions"`
}

// ServiceKey names a key of a service instance: credentials for somebody who is
// no server group.
type ServiceKey struct {
	ServiceRef
	Key string `json:"serviceKeyName"`
}

// BindServices asks for a server group to be bound to service instances, or not
// to be any more.
type BindServices struct {
	ServerGroupRef
	Services []ServiceBinding `json:"services"`
}

// ServiceBinding is one service instance, and what its binding is made with.
type ServiceBinding struct {
	Name       string         `json:"serviceInstanceName"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

// LoadBalancersOf asks for load balancers to spread traffic over a server group
// too, or not to any more.
type LoadBalancersOf struct {
	ServerGroupRef
	LoadBalancers []string `json:"loadBalancers"`
}
