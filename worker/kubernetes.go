package worker

import (
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/kubernetes"
)

func openKubernetes(s *section) (providers.Provider, error) {
	var f struct {
		Kubeconfig     string   `yaml:"kubeconfigFile"`
		Context        string   `yaml:"context"`
		Namespaces     []string `yaml:"namespaces"`
		OmitNamespaces []string `yaml:"omitNamespaces"`
	}
	if !s.decode(&f) {
		return nil, nil
	}
	return kubernetes.New(kubernetes.Config{
		Account:        s.account,
		Kubeconfig:     f.Kubeconfig,
		Context:        f.Context,
		Namespaces:     f.Namespaces,
		OmitNamespaces: f.OmitNamespaces,
		Limits:         s.report.requests,
	})
}
