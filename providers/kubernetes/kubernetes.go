// Package kubernetes is the provider of Kubernetes: a region is a namespace, a
// server group a ReplicaSet, its instances are pods and load balancers are
// Services. Deployments and StatefulSets are seen as server groups too, under
// Spinnaker's names: "deployment shop". In a cluster block, beside the fields
// that all clouds share, it reads those of Spec, under Spinnaker's names.
//
// A pod takes traffic when it has the labels that the Services of its server
// group select. A ReplicaSet made here selects its pods by a label of its own,
// so that pods can lose the labels of the traffic and stay.
package kubernetes

import (
	"fmt"
	"net/http"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	client "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
)

// Config is an account: a cluster, and who asks it.
type Config struct {
	Account string
	// Kubeconfig is the path of a file as kubectl has it; empty is the cluster
	// that the worker itself runs in, by its service account.
	Kubeconfig string
	Context    string // of the file; empty is its current one
	// Namespaces are those that the account has; empty are all that there are
	// but OmitNamespaces.
	Namespaces     []string
	OmitNamespaces []string
	// Limits, if any, say when a request may be made.
	Limits *ratelimit.Limits
}

// Cloud is one account. It is safe to share.
type Cloud struct {
	account   string
	only      []string // namespaces; all if empty
	omit      []string // namespaces
	typed     client.Interface
	dynamic   dynamic.Interface
	discovery discovery.CachedDiscoveryInterface
	mapper    meta.ResettableRESTMapper // asks the cluster which kinds it has, once
}

var (
	_ providers.Provider       = (*Cloud)(nil)
	_ providers.ServerGroups   = (*Cloud)(nil)
	_ providers.PartialTraffic = (*Cloud)(nil)
	_ providers.Specs          = (*Cloud)(nil)
	_ providers.Quotas         = (*Cloud)(nil)
	_ providers.Instances      = (*Cloud)(nil)
	_ providers.LoadBalancers  = (*Cloud)(nil)
)

// New takes the configuration of an account. It does not call the cluster.
func New(c Config) (*Cloud, error) {
	if c.Account == "" {
		return nil, fmt.Errorf("kubernetes: %w: the account has no name", gennaker.ErrInvalid)
	}
	for _, name := range c.OmitNamespaces {
		if len(c.Namespaces) > 0 {
			return nil, fmt.Errorf("account %s: omitNamespaces: %w: %s is none of the account's if namespaces does not name it", c.Account, gennaker.ErrInvalid, name)
		}
	}
	config, err := c.rest()
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", c.Account, err)
	}
	cloud := &Cloud{account: c.Account, only: c.Namespaces, omit: c.OmitNamespaces}
	if err := cloud.connect(config); err != nil {
		return nil, fmt.Errorf("account %s: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	return cloud, nil
}

// connect makes the clients, which share their connections.
func (c *Cloud) connect(config *rest.Config) error {
	shared, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	if c.typed, err = client.NewForConfigAndClient(config, shared); err != nil {
		return err
	}
	if c.dynamic, err = dynamic.NewForConfigAndClient(config, shared); err != nil {
		return err
	}
	asks, err := discovery.NewDiscoveryClientForConfigAndClient(config, shared)
	if err != nil {
		return err
	}
	c.discovery = memory.NewMemCacheClient(asks)
	c.mapper = restmapper.NewDeferredDiscoveryRESTMapper(c.discovery)
	return nil
}

// rest is the configuration of client-go. Requests wait for our own limits, and
// not for those of client-go.
func (c Config) rest() (*rest.Config, error) {
	config, err := c.read()
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	config.UserAgent = "gennaker"
	config.WarningHandler = rest.NoWarnings{}
	config.Wrap(func(base http.RoundTripper) http.RoundTripper {
		return unready{c.Limits.Around(base, c.Account), readiness(config.Host)}
	})
	return config, nil
}

func (c *Cloud) Name() string { return "kubernetes" }

// has reports whether a namespace is one of the account's.
func (c *Cloud) has(namespace string) bool {
	if len(c.only) > 0 {
		return slices.Contains(c.only, namespace)
	}
	return !slices.Contains(c.omit, namespace)
}

// lists are the namespaces to ask for what is in a region, each by a request of
// its own; the empty name stands for all that there are.
func (c *Cloud) lists(region string) []string {
	switch {
	case region != "" && c.has(region):
		return []string{region}
	case region != "":
		return nil
	case len(c.only) > 0:
		return c.only
	}
	return []string{""}
}
