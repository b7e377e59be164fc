package providers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"testing"

	"github.com/gennaker/gennaker/providers"
)

type named struct{}

func (named) Name() string { return "named" }

type everything struct {
	providers.ServerGroups
	providers.PartialTraffic
	providers.TrafficSplits
	providers.Specs
	providers.Quotas
	providers.Images
	providers.Instances
	providers.Reboots
	providers.Stops
	providers.Attachments
	providers.Services
	providers.SteppedRefreshes
	providers.Processes
	providers.LoadBalancers
	providers.Jobs
	providers.Functions
	providers.FunctionTraffic
	providers.Manifests
	providers.Rollouts
	named
}

func TestAProviderHasTheCapabilitiesThatItImplements(t *testing.T) {
	if got := providers.Capabilities(named{}); got != nil {
		t.Errorf("a provider that does nothing can do %q", got)
	}
	does := slices.DeleteFunc(interfaces(t), func(name string) bool { return says[name] })
	if got, want := len(providers.Capabilities(everything{})), len(does); got != want {
		t.Errorf("a provider that does everything has %d capabilities of %d: name each in the table", got, want)
	}
	accounts := providers.NewRegistry(map[string]providers.Provider{"a": everything{}}).Accounts()
	if len(accounts) != 1 || !slices.Contains(accounts[0].Capabilities, "images") {
		t.Errorf("accounts = %+v, want one with images", accounts)
	}
}

// says are the interfaces by which a provider tells of itself: it does nothing
// by them.
var says = map[string]bool{"Provider": true, "Lagging": true, "Paced": true, "Watching": true}

// interfaces are the names of the contract's interfaces.
func interfaces(t *testing.T) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "providers.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if _, ok := spec.Type.(*ast.InterfaceType); ok {
				names = append(names, spec.Name.Name)
			}
		}
		return true
	})
	return names
}
