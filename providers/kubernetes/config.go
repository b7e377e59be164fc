package kubernetes

import (
	"fmt"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gennaker/gennaker"
)

// read finds the cluster and the credentials.
func (c Config) read() (*rest.Config, error) {
	if c.Kubeconfig == "" {
		return c.own()
	}
	file := &clientcmd.ClientConfigLoadingRules{ExplicitPath: c.Kubeconfig}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(file,
		&clientcmd.ConfigOverrides{CurrentContext: c.Context}).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfigFile: %w: %w", gennaker.ErrInvalid, err)
	}
	return config, nil
}

// own is the cluster that the worker runs in.
func (c Config) own() (*rest.Config, error) {
	if c.Context != "" {
		return nil, fmt.Errorf("context: %w: it is of a kubeconfigFile, which is missing", gennaker.ErrInvalid)
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfigFile: %w: it is missing, and the worker does not run in a cluster: %w", gennaker.ErrInvalid, err)
	}
	return config, nil
}
