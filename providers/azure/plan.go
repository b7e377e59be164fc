package azure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// plan is a server group to be made, with what the document names by name
// looked up.
type plan struct {
	gennaker.CreateServerGroup
	spec   Spec
	group  string   // resource group
	pools  []string // ids of its backend pools
	probe  string   // id of the load balancer's probe that says whether an instance is healthy
	subnet string   // id
	user   string   // who administers the machines
	key    string   // and with which SSH key
}

// plan decodes the request and looks up what it names. It changes nothing.
func (c *Cloud) plan(ctx context.Context, q gennaker.CreateServerGroup) (plan, error) {
	p := plan{CreateServerGroup: q}
	err := q.Capacity.Check()
	if err != nil {
		return p, err
	}
	if p.spec, err = decode(q.Spec); err != nil {
		return p, err
	}
	if p.group, err = c.groupFor(p); err != nil {
		return p, err
	}
	if err := c.administer(&p); err != nil {
		return p, err
	}
	p.subnet = p.spec.SubnetID
	if p.subnet == "" {
		group := p.group
		if p.spec.NetworkGroup != "" {
			group = p.spec.NetworkGroup
		}
		p.subnet = c.id(group, typeNetwork, p.spec.Network) + "/subnets/" + p.spec.Subnet
	}
	if p.probe, err = c.probe(p); err != nil {
		return p, err
	}
	p.pools, err = c.findPools(ctx, p)
	return p, err
}

// groupFor is the resource group that a server group goes to.
func (c *Cloud) groupFor(p plan) (string, error) {
	known := c.groupsOf(p.Moniker.App, p.Region)
	if p.spec.ResourceGroup == "" {
		return known[0], nil
	}
	if !slices.ContainsFunc(known, func(g string) bool { return same(g, p.spec.ResourceGroup) }) {
		return "", fmt.Errorf("resourceGroup %s: %w: account %s has %s: add it to the account's resourceGroups",
			p.spec.ResourceGroup, gennaker.ErrInvalid, c.config.Account, strings.Join(known, ", "))
	}
	return p.spec.ResourceGroup, nil
}

// administer finds who may get into the machines: the document says it, or the
// account.
func (c *Cloud) administer(p *plan) error {
	os := p.spec.OS
	p.user, p.key = os.AdminUser, os.SSHKey
	if p.user == "" {
		p.user = c.config.AdminUser
	}
	if p.key == "" && os.AdminPassword == "" && p.spec.system() == systemLinux {
		p.key = c.config.SSHKey
	}
	switch {
	case p.user == "":
		return fmt.Errorf("%w: osConfig.adminUserName: it is missing, and the account has no adminUserName", gennaker.ErrInvalid)
	case p.key == "" && os.AdminPassword == "" && p.spec.system() == systemWin:
		return fmt.Errorf("%w: osConfig.adminPassword: it is missing: Azure never gives one back, so that a clone needs it again", gennaker.ErrInvalid)
	case p.key == "" && os.AdminPassword == "":
		return fmt.Errorf("%w: osConfig.sshPublicKey: it is missing, and so is adminPassword, and the account has no sshPublicKey", gennaker.ErrInvalid)
	}
	return nil
}
