package azure_test

import (
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/azure"
)

// whole is a block with about all there is.
func whole() map[string]any {
	return map[string]any{
		"image":             map[string]any{"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "24.04.202601010", "isCustom": false, "ostype": "linux", "imageName": "Ubuntu", "account": "azure-cred1", "region": "westus"},
		"sku":               map[string]any{"name": "Standard_D2s_v5", "tier": "Standard", "capacity": "1"},
		"vnet":              "shop",
		"vnetResourceGroup": "networks",
		"subnet":            "web",
		"securityGroupName": "web",
		"loadBalancerName":  "gate", "loadBalancerType": "Azure Application Gateway", "backendPools": []any{"gate/blue"},
		"osConfig":              map[string]any{"adminUserName": "ada", "sshPublicKey": "ssh-ed25519 BBBB ada", "computerNamePrefix": "web", "customData": "#cloud-config\nruncmd: [shop]\n"},
		"customScriptsSettings": map[string]any{"fileUris": []any{"https://example.com/start.sh"}, "commandToExecute": "sh start.sh"},
		"healthSettings":        map[string]any{"protocol": "https", "port": 8443, "requestPath": "/health"},
		"dataDisks":             []any{map[string]any{"lun": 0, "diskSizeGB": "64", "managedDisk": map[string]any{"storageAccountType": "Premium_LRS"}, "caching": "ReadOnly"}},
		"zones":                 []any{"1", "2"}, "upgradePolicy": "Manual", "useSystemManagedIdentity": true,
		"userAssignedIdentities":               "/subscriptions/s/resourceGroups/shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web",
		"terminationNotBeforeTimeoutInMinutes": 5, "doNotRunExtensionsOnOverprovisionedVMs": true,
		"instanceTags": map[string]any{"team": "shop", "tier": 1},
	}
}

func TestASpecComesBackAsItWasAskedFor(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	r := request(0, 1, whole())
	if err := c.Create(t.Context(), r); err != nil {
		t.Fatalf("Create = %v", err)
	}
	first, err := c.Spec(t.Context(), r.Ref())
	if err != nil {
		t.Fatalf("Spec = %v", err)
	}
	os, _ := first["osConfig"].(map[string]any)
	if first["imageId"] != "Canonical:ubuntu-24_04-lts:server:24.04.202601010" || os["customData"] != "#cloud-config\nruncmd: [shop]\n" || os["adminUserName"] != "ada" {
		t.Errorf("Spec = %v", first)
	}
	twin := request(1, 1, first)
	twin.LoadBalancers = []string{"gate"} // as a clone has it
	if err := c.Create(t.Context(), twin); err != nil {
		t.Fatalf("Create of the twin = %v", err)
	}
	second, err := c.Spec(t.Context(), twin.Ref())
	if err != nil || !reflect.DeepEqual(first, second) {
		t.Errorf("the twin's spec is\n%v, %v, want\n%v", second, err, first)
	}
}

// A password is told nobody, also not who clones.
func TestACloneOfWindowsNeedsItsPasswordAgain(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	block := spec("Uniform")
	block["imageId"], block["osType"], block["windowsTimeZone"] = "MicrosoftWindowsServer:WindowsServer:2022-datacenter:latest", "Windows", "UTC"
	block["osConfig"] = map[string]any{"adminPassword": "Secret-1234"}
	r := request(0, 0, block)
	if err := c.Create(t.Context(), r); err != nil {
		t.Fatalf("Create = %v", err)
	}
	read, err := c.Spec(t.Context(), r.Ref())
	if err != nil {
		t.Fatalf("Spec = %v", err)
	}
	err = c.Create(t.Context(), request(1, 0, read))
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "Azure never gives one back") {
		t.Errorf("Create from it = %v, want ErrInvalid that asks for the password", err)
	}
	read["osConfig"] = block["osConfig"]
	if err := c.Create(t.Context(), request(1, 0, read)); err != nil {
		t.Errorf("Create with the password = %v", err)
	}
}

func TestABlockThatCannotWorkIsRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	for _, one := range []struct {
		change map[string]any
		says   string
	}{
		{map[string]any{"imageId": ""}, "imageId: it is missing"},
		{map[string]any{"sku": nil}, "sku.name: it is missing"},
		{map[string]any{"instanceType": "Standard_B1s"}, "mean the same, and differ"},
		{map[string]any{"orchestrationMode": "Loose"}, "Uniform or Flexible"},
		{map[string]any{"upgradePolicy": "Rolling"}, "Manual or Automatic"},
		{map[string]any{"vnet": ""}, "nowhere to run"},
		{map[string]any{"createNewSubnet": true}, "subnets are not made here"},
		{map[string]any{"enableInboundNAT": true}, "inbound NAT is not supported"},
		{map[string]any{"healthSettings": map[string]any{"protocol": "tcp"}}, "a port for tcp"},
		{map[string]any{"customScriptsSettings": map[string]any{"fileUris": []any{"https://example.com/x"}}}, "commandToExecute: it is missing"},
		{map[string]any{"osConfig": map[string]any{"adminName": "ada"}}, "there is no such field"},
		{map[string]any{"windowsTimeZone": "UTC"}, "the osType is Linux"},
		{map[string]any{"resourceGroup": "other"}, "add it to the account's resourceGroups"},
		{map[string]any{"loadBalancerName": "gate"}, "it has several backend pools: name one in backendPools, of gate/blue, gate/green"},
		{map[string]any{"loadBalancerName": "nowhere"}, "load balancer nowhere: not found"},
		{map[string]any{"backendPools": []any{"gate/red"}}, "it has no such backend pool"},
		{map[string]any{"healthProbe": "web"}, "LOADBALANCER/PROBE"},
	} {
		block := spec("Uniform")
		maps.Copy(block, one.change)
		err := c.Create(t.Context(), request(0, 1, block))
		if err == nil || !strings.Contains(err.Error(), one.says) {
			t.Errorf("Create with %v = %v, want an error that says %q", one.change, err, one.says)
		}
	}
	if made := it.cloud.Effects(); len(made) != 0 {
		t.Errorf("it has made %v", made)
	}
}

func TestAnAccountWithoutAKeyNeedsOneInTheDocument(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	config := it.config()
	config.SSHKey, config.AdminUser = "", ""
	c, err := azure.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for says, os := range map[string]map[string]any{
		"adminUserName: it is missing": {},
		"sshPublicKey: it is missing":  {"adminUserName": "ada"},
	} {
		block := spec("Uniform")
		block["osConfig"] = os
		if err := c.Create(t.Context(), request(0, 0, block)); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("Create with osConfig %v = %v, want ErrInvalid that says %q", os, err, says)
		}
	}
}

// Spinnaker's rule: each application has a resource group in each region.
func TestWithoutResourceGroupsEachApplicationHasItsOwn(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	it.cloud.AddLoadBalancer("shop-westeurope", region, "front", "web")
	config := it.config()
	config.ResourceGroups = nil
	c, err := azure.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := c.List(t.Context(), gennaker.Scope{Application: "none-yet"}); err != nil || len(list) != 0 {
		t.Errorf("List of an application that has no resource group = %v, %v", list, err)
	}
	ours := have(t, c, request(0, 1, spec("Uniform")))
	have(t, it.account(t), request(1, 0, spec("Uniform"))) // in the resource group shop, which is no application's
	for _, scope := range []gennaker.Scope{{}, {Region: region}, {Application: "shop"}, {Cluster: "shop-web"}} {
		list, err := c.List(t.Context(), scope)
		if err != nil || len(list) != 1 || list[0].Name != ours.Name {
			t.Errorf("List(%+v) = %+v, %v, want %s alone", scope, list, err, ours.Name)
		}
	}
	err = c.Create(t.Context(), gennaker.CreateServerGroup{Location: ours.Location, Name: "other-v000", Moniker: gennaker.Moniker{App: "other"}, Spec: map[string]any{
		"imageId": ubuntu, "instanceType": "Standard_B1s", "vnet": "shop", "subnet": "web"}})
	if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "resource group other-westeurope: invalid: there is none: make it first") {
		t.Errorf("Create in a resource group that there is not = %v, want ErrInvalid that names it", err)
	}
	if list, err := c.ListLoadBalancers(t.Context(), ""); err != nil || len(list) != 1 || list[0].Name != "front" {
		t.Errorf("ListLoadBalancers = %+v, %v, want that of the application's resource group alone", list, err)
	}
}

// That a resource group of the configuration is not there is no answer to what
// is in it.
func TestAResourceGroupThatIsNotThereIsAMistake(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	config := it.config()
	config.ResourceGroups = []string{"shpo"}
	c, err := azure.New(config)
	if err != nil {
		t.Fatal(err)
	}
	_, listed := c.List(t.Context(), gennaker.Scope{})
	_, got := c.Get(t.Context(), request(0, 0, nil).Ref())
	for what, err := range map[string]error{"List": listed, "Get": got} {
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "resource group shpo") {
			t.Errorf("%s = %v, want ErrInvalid that names the resource group", what, err)
		}
	}
}

func TestWhyAServerGroupDoesNotStartIsToldInAzuresWords(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	it.cloud.Break("shop-web-v000", "VM has reported a failure when processing extension 'CustomScript'.")
	c := it.account(t)
	r := request(0, 2, spec("Uniform"))
	if err := c.Create(t.Context(), r); !errors.Is(err, gennaker.ErrUnhealthy) || !strings.Contains(err.Error(), "extension 'CustomScript'") {
		t.Errorf("Create = %v, want ErrUnhealthy in Azure's words", err)
	}
	g := eventually(t, c, r.Ref(), "in trouble", func(g gennaker.ServerGroup) bool { return g.Trouble != "" })
	if !strings.Contains(g.Trouble, "extension 'CustomScript'") || g.Count(gennaker.Down) != 2 {
		t.Errorf("it is %+v", g)
	}
	if err := c.Destroy(t.Context(), r.Ref()); err != nil {
		t.Errorf("Destroy of what never was well = %v", err)
	}
}

func TestAQuotaIsNoReasonToTryAgain(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	r := request(0, 2000, spec("Uniform"))
	r.Capacity.Max = 2000
	if err := c.Create(t.Context(), r); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "quota") {
		t.Errorf("Create = %v, want ErrInvalid in Azure's words", err)
	}
}

func TestImagesInGalleriesAreFoundAndDeployed(t *testing.T) {
	t.Parallel()
	it := startTarget(t)
	c := it.account(t)
	it.cloud.AddImage(group, region, "shop-1")
	id := it.cloud.AddVersion("images", "West Europe", "apps", "shop", "1.0.7")
	it.cloud.AddVersion("images", "East US", "apps", "shop", "1.0.8")
	where := gennaker.Location{Account: "test", Region: region}
	found, err := c.FindImages(t.Context(), gennaker.ImageQuery{Location: where, Name: "apps/shop/*"})
	if err != nil || len(found) != 1 || found[0].ID != id || found[0].Region != region || found[0].Name != "apps/shop/1.0.7" {
		t.Fatalf("FindImages = %+v, %v, want the version that is in %s", found, err, region)
	}
	if err := c.TagImage(t.Context(), gennaker.TagImage{Location: where, ID: id, Tags: map[string]string{"stage": "prod"}}); err != nil {
		t.Fatalf("TagImage = %v", err)
	}
	found, err = c.FindImages(t.Context(), gennaker.ImageQuery{Location: where, Tags: map[string]string{"stage": "prod"}})
	if err != nil || len(found) != 1 || found[0].ID != id {
		t.Fatalf("FindImages by tag = %+v, %v", found, err)
	}
	block := spec("Uniform")
	block["imageId"] = id
	if g := have(t, c, request(0, 1, block)); g.Image != id {
		t.Errorf("it runs %s, want %s", g.Image, id)
	}
	block["imageId"] = "shop-1" // by name, in the resource group
	if g := have(t, c, request(1, 1, block)); !strings.HasSuffix(g.Image, "/resourceGroups/shop/providers/Microsoft.Compute/images/shop-1") {
		t.Errorf("it runs %s, want the image shop-1", g.Image)
	}
}
