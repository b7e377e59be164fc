package azure_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/providertest"
)

// implied are what Azure wants for a part of another call: to put machines into
// a subnet, behind a firewall and into pools, with an identity. The simulated
// Azure asks for none.
var implied = []string{
	"Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
	"Microsoft.Network/applicationGateways/backendAddressPools/join/action",
	"Microsoft.Network/loadBalancers/backendAddressPools/join/action",
	"Microsoft.Network/loadBalancers/probes/join/action",
	"Microsoft.Network/networkSecurityGroups/join/action",
	"Microsoft.Network/virtualNetworks/subnets/join/action",
}

const page = "../../docs/providers/azure.md"

func TestTheRoleInTheDocumentationAllowsWhatIsAskedAndNoMore(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	it.cloud.Break("shop-web-v002", "no luck") // so that its trouble is asked for
	exercise(t, it)
	providertest.CheckPage(t, page, allowed(t), append(it.cloud.Actions(), implied...))
}

// exercise makes every call of the provider, on both modes of scale sets.
func exercise(t *testing.T, it *target) {
	t.Helper()
	c, ctx := it.account(t), t.Context()
	where := gennaker.Location{Account: "test", Region: region}
	images := []string{it.cloud.AddImage(group, region, "shop-1"), it.cloud.AddVersion(group, region, "apps", "shop", "1.0.0")}
	try := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s = %v", what, err)
		}
	}
	for sequence, mode := range []string{"Uniform", "Flexible"} {
		block := spec(mode)
		if sequence == 1 {
			block["loadBalancerName"], block["backendPools"] = "gate", []any{"gate/blue"}
		}
		g := have(t, c, request(sequence, 2, block))
		try("Disable", c.Disable(ctx, g.Ref()))
		try("Enable", c.Enable(ctx, g.Ref()))
		try("Resize", c.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: g.Ref(), Capacity: gennaker.Capacity{Desired: 3, Max: 3}}))
		first := gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: []string{g.Instances[0].ID}}
		try("RebootInstances", c.RebootInstances(ctx, first))
		try("TerminateInstances", c.TerminateInstances(ctx, gennaker.TerminateInstances{InstancesRef: first}))
		_, err := c.Spec(ctx, g.Ref())
		try("Spec", err)
		try("TagImage", c.TagImage(ctx, gennaker.TagImage{Location: where, ID: images[sequence], Tags: map[string]string{"stage": "prod"}}))
	}
	broken := request(2, 1, spec("Uniform"))
	if err := c.Create(ctx, broken); !errors.Is(err, gennaker.ErrUnhealthy) {
		t.Errorf("Create of what is broken = %v, want ErrUnhealthy", err)
	}
	eventually(t, c, broken.Ref(), "in trouble", func(g gennaker.ServerGroup) bool { return g.Trouble != "" })
	try("Destroy", c.Destroy(ctx, broken.Ref()))
	_, err := c.FindImages(ctx, gennaker.ImageQuery{Location: where})
	try("FindImages", err)
	_, err = c.ListLoadBalancers(ctx, "")
	try("ListLoadBalancers", err)
	_, err = c.GetQuota(ctx, gennaker.QuotaQuery{Location: where, Spec: spec("Uniform")})
	try("GetQuota", err)
	_, err = c.List(ctx, gennaker.Scope{})
	try("List", err)
}

// allowed are the actions of the role in the documentation.
func allowed(t *testing.T) []string {
	t.Helper()
	var role struct {
		Name             string
		IsCustom         bool
		Actions          []string
		AssignableScopes []string
	}
	if err := json.Unmarshal([]byte(providertest.InPage(t, page, "```json\n", "```")), &role); err != nil || role.Name == "" || !role.IsCustom || len(role.AssignableScopes) == 0 {
		t.Fatalf("the role: %+v, %v", role, err)
	}
	return role.Actions
}
