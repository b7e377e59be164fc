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
	return inSubscription(t, azuretest.Config{Speed: 400}, r, func(*scene) bool { return true })
}

// onSlowAzure is a scene whose operations take their time. The worker dies when
// Temporal has the token of the one that it follows, and the requests for the
// change are counted: another worker shall send none.
func onSlowAzure(t *testing.T, w *world, r row) (*scene, error) {
	return inSubscription(t, azuretest.Config{}, r, func(s *scene) bool { return w.noted(s.location.Account) })
}

func inSubscription(t *testing.T, c azuretest.Config, r row, ready func(*scene) bool) (*scene, error) {
	server, err := azuretest.Serve(c)
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
		return strings.TrimPrefix(azuretest.Action(q), "Microsoft.Compute/") == r.loses && ready(s)
	})
	s.effects = func() map[string]int {
		count := server.Effects()
		count["instances restarted"] = server.Restarts()
		if r.loses == readsOperation {
			count["changes asked for"] = server.Asked("Microsoft.Compute/" + writesSet)
		}
		return count
	}
	s.spared = func(q *http.Request) bool { return q.Header.Get("Authorization") == "Bearer sound" }
	if s.sound, err = azureAccount(link.URL, "sound"); err != nil { // by the name that tokens of operations have
		return nil, err
	}
	s.doomed, err = azureAccount(link.URL, "doomed")
	return s, err
}

func azureAccount(endpoint, token string) (providers.Provider, error) {
	return azure.New(azure.Config{Account: "test", Subscription: azuretest.Subscription, Regions: []string{location}, ResourceGroups: []string{"shop"},
		AccessToken: token, Endpoint: endpoint, AdminUser: "shop", SSHKey: "ssh-ed25519 AAAA shop"})
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
	// What asks how an operation stands changes nothing.
	readsOperation = "locations/operations/read"
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
	return append(all, row{call: "azure Create, resumed", loses: readsOperation, stage: onSlowAzure, run: create,
		want: map[string]int{"scale sets made": 1, "instances launched": 2, "changes asked for": 1}})
}
