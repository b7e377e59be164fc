package stages

import (
	"fmt"

	"github.com/gennaker/gennaker"
)

// address says which cluster or server group a stage is about, in the words
// that all cloud stages share.
type address struct {
	Provider     string            `json:"cloudProvider,omitempty"`
	ProviderType string            `json:"cloudProviderType,omitempty" jsonschema_description:"Says the same as cloudProvider."`
	Account      string            `json:"account,omitempty" jsonschema_description:"An account of the worker's configuration; credentials says the same."`
	Credentials  string            `json:"credentials,omitempty"`
	Region       string            `json:"region,omitempty"`
	Regions      []string          `json:"regions,omitempty"`
	Cluster      string            `json:"cluster,omitempty"`
	Moniker      *gennaker.Moniker `json:"moniker,omitempty"`
	ServerGroup  string            `json:"serverGroupName,omitempty"`
	Asg          string            `json:"asgName,omitempty" jsonschema_description:"The old name of serverGroupName."`
	Target       string            `json:"target,omitempty" jsonschema_description:"current_asg_dynamic (the newest), ancestor_asg_dynamic (the one before) or oldest_asg_dynamic."`
}

// clusters are the cluster in each of the stage's regions.
func (a address) clusters() ([]gennaker.ClusterRef, error) {
	account, err := oneAccount(a.Account, a.Credentials)
	if err != nil {
		return nil, err
	}
	cluster := a.Cluster
	if cluster == "" && a.Moniker != nil {
		cluster = a.Moniker.Cluster()
	}
	if cluster == "" {
		cluster = gennaker.ParseMoniker(a.serverGroup()).Cluster()
	}
	if cluster == "" {
		return nil, fmt.Errorf("cluster: %w: the stage names no cluster and no serverGroupName", gennaker.ErrInvalid)
	}
	regions := a.Regions
	if len(regions) == 0 {
		regions = []string{a.Region}
	}
	var refs []gennaker.ClusterRef
	for _, region := range regions {
		refs = append(refs, gennaker.ClusterRef{Location: gennaker.In(account, region), Name: cluster})
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
