package exactlyonce

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/azure/azuretest"
	"github.com/gennaker/gennaker/providers/providertest"
)

const location = "westeurope"

// onAzure is a scene in a subscription of its own. A request is the action of a
// role definition that allows it, without Microsoft.Compute/.
func onAzure(t *testing.T, _ *world, r row) (*scene, error) {
	server, err := azuretest.Serve(azuretest.Config{Speed: 400})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = server.Close() })
	server.AddLoadBalancer("shop", location, "front", "web")
	link := providertest.NewLink(t, server.URL)
	s := &scene{location: gennaker.Location{Region: location}, image: server.AddImage("shop", location, "shop-1")}
	s.fields = map[string]any{"imageId": "shop-1", "sku": map[string]any{"name": "Standard_B1s"}, "vnet": "shop", "subnet": "web", "loadBalancerName": "front"}
	s.spec = func() map[string]any { return s.fields }
	s.breaks(link, func(q *http.Request) bool {
		return strings.TrimPrefix(azuretest.Action(q), "Microsoft.Compute/") == r.loses
	})
	s.effects = func() map[string]int {
		count := server.Effects()
		count["instances restarted"] = server.Restarts()
		return count
	}
	if s.sound, err = azureAccount(server.URL); err != nil {
		return nil, err
	}
	s.doomed, err = azureAccount(link.URL)
	return s, err
}

func azureAccount(endpoint string) (providers.Provider, error) {
	return azure.New(azure.Config{Account: "test", Subscription: azuretest.Subscription, Regions: []string{location}, ResourceGroups: []string{"shop"},
		AccessToken: "test", Endpoint: endpoint, AdminUser: "shop", SSHKey: "ssh-ed25519 AAAA shop"})
}

// The requests of Azure that change something, as the rows name them.
const (
	writesSet     = "virtualMachineScaleSets/write"
	deletesSet    = "virtualMachineScaleSets/delete"
	bringsUp      = "virtualMachineScaleSets/manualUpgrade/action"
	deletesSome   = "virtualMachineScaleSets/delete/action"
	restartsSome  = "virtualMachineScaleSets/restart/action"
	writesImage   = "images/write"
	modelsChanged = "models changed"
	broughtUp     = "instances brought up to the model"
)

// azureCalls are the calls, with the requests that they are made of and what
// they change.
var azureCalls = []struct {
	row
	requests []string
}{
	{row{call: "azure Create", run: create, want: map[string]int{"scale sets made": 1, "instances launched": 2}}, []string{writesSet}},
	{row{call: "azure Resize", before: have(1), run: resize, want: map[string]int{modelsChanged: 1, "instances launched": 2}}, []string{writesSet}},
	{row{call: "azure Disable", before: have(2), run: disable, want: map[string]int{modelsChanged: 1, broughtUp: 2}}, []string{writesSet, bringsUp}},
	{row{call: "azure Enable", before: haveDisabled(2), run: enable, want: map[string]int{modelsChanged: 1, broughtUp: 2}}, []string{writesSet, bringsUp}},
	{row{call: "azure Destroy", before: have(2), run: destroy,
		want: map[string]int{modelsChanged: 1, broughtUp: 2, "scale sets deleted": 1, "instances deleted": 2}}, []string{writesSet, bringsUp, deletesSet}},
	{row{call: "azure TerminateInstances", before: have(2), run: terminate,
		want: map[string]int{modelsChanged: 1, "instances launched": 1, "instances deleted": 1}}, []string{writesSet, deletesSome}},
	{row{call: "azure TerminateInstances, shrinking", before: have(2), run: shrink, want: map[string]int{"instances deleted": 1}}, []string{deletesSome}},
	{row{call: "azure RebootInstances", before: have(2), run: reboot, want: map[string]int{"instances restarted": eachTry}}, []string{restartsSome}},
	{row{call: "azure TagImage", run: tag, want: map[string]int{"images tagged": 1}}, []string{writesImage}},
}

func azureRows() []row {
	var all []row
	for _, c := range azureCalls {
		for _, request := range c.requests {
			r := c.row
			r.loses, r.stage = request, onAzure
			all = append(all, r)
		}
	}
	return all
}
