package stages

import (
	"fmt"
	"slices"

	"github.com/gennaker/gennaker"
)

// address says which cluster or server group a stage is about, in the words
// that all cloud stages share.
type address struct {
	Provider     string   `json:"cloudProvider,omitempty"`
	ProviderType string   `json:"cloudProviderType,omitempty" jsonschema_description:"Says the same as cloudProvider."`
	Account      string   `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials  string   `json:"credentials,omitempty"`
	Cluster      string   `json:"cluster,omitempty"`
	Moniker      *moniker `json:"moniker,omitempty" jsonschema_description:"Says the same as cluster: by its own cluster, or by its parts."`
	ServerGroup  string   `json:"serverGroupName,omitempty"`
	Asg          string   `json:"asgName,omitempty" jsonschema_description:"The old name of serverGroupName."`
	Target       string   `json:"target,omitempty" jsonschema_description:"current_asg_dynamic (the newest), ancestor_asg_dynamic (the one before) or oldest_asg_dynamic; the words without _dynamic are older and mean the same."`
	places
}

// moniker is Spinnaker's: a gennaker.Moniker that may name the cluster whole.
type moniker struct {
	App      string `json:"app,omitempty"`
	Cluster  string `json:"cluster,omitempty"`
	Stack    string `json:"stack,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Sequence any    `json:"sequence,omitempty"`
}

func (m *moniker) cluster() string {
	switch {
	case m == nil:
		return ""
	case m.Cluster != "":
		return m.Cluster
	}
	return gennaker.Moniker{App: m.App, Stack: m.Stack, Detail: m.Detail}.Cluster()
}

// places are where a stage acts: the first of these fields that is filled
// counts.
type places struct {
	Regions    []string `json:"regions,omitempty"`
	Zones      []string `json:"zones,omitempty"`
	Namespaces []string `json:"namespaces,omitempty"`
	Region     string   `json:"region,omitempty"`
	Zone       string   `json:"zone,omitempty"`
	Namespace  string   `json:"namespace,omitempty"`
}

// in are the locations of an account, at least one.
func (p places) in(account string) []gennaker.Location {
	names := []string{first(p.Namespace, first(p.Region, p.Zone))}
	for _, list := range [][]string{p.Namespaces, p.Regions, p.Zones} {
		if len(list) > 0 {
			names = list
			break
		}
	}
	var list []gennaker.Location
	for _, name := range names {
		if l := gennaker.In(account, name); !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// cluster is the name of the cluster, whichever field says it.
func (a address) cluster() string {
	return first(a.Cluster, first(a.Moniker.cluster(), gennaker.ParseMoniker(a.serverGroup()).Cluster()))
}

// clusters are the cluster in each of the stage's regions.
func (a address) clusters() ([]gennaker.ClusterRef, error) {
	account, err := oneAccount(a.Account, a.Credentials)
	if err != nil {
		return nil, err
	}
	name := a.cluster()
	if name == "" {
		return nil, fmt.Errorf("cluster: %w: the stage names no cluster and no serverGroupName", gennaker.ErrInvalid)
	}
	var refs []gennaker.ClusterRef
	for _, l := range a.in(account) {
		refs = append(refs, gennaker.ClusterRef{Location: l, Name: name})
	}
	return refs, nil
}

// oneAccount is the account of a stage, whichever field names it.
func oneAccount(account, credentials string) (string, error) {
	name := first(account, credentials)
	if name == "" {
		return "", fmt.Errorf("account: %w: the stage names none", gennaker.ErrInvalid)
	}
	if credentials != "" && credentials != name {
		return "", fmt.Errorf("account: %w: account is %s and credentials is %s; they mean the same", gennaker.ErrInvalid, account, credentials)
	}
	return name, nil
}

func (a address) serverGroup() string { return first(a.ServerGroup, a.Asg) }

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
