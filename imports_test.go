package gennaker

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/gennaker/gennaker"

// The rooms, and who may import whom. A rule is about the files under a
// folder, not about their tests, and names what they must not import, except
// for what it allows. A path covers what is below it.
var rules = []struct {
	room      string
	forbidden []string
	except    []string
	why       string
}{
	{room: "workflows", forbidden: []string{"net", "os", "math/rand", "crypto/rand", "github.com/aws", "google.golang.org/api",
		"go.temporal.io/sdk/client", "go.temporal.io/sdk/activity"}, why: "code that is replayed decides and never acts"},
	{room: "workflows", forbidden: []string{module + "/"}, except: []string{module + "/workflows", module + "/expression",
		module + "/activities"}, why: "workflows act through ops alone"},
	{room: "expression", forbidden: []string{module + "/", "go.temporal.io", "net", "os", "time", "math/rand"}, why: "expressions are pure"},
	{room: "pipeline", forbidden: []string{module + "/", "go.temporal.io", "net", "os"}, except: []string{module + "/expression"},
		why: "the document knows neither Temporal nor clouds"},
	{room: "providers", forbidden: []string{"go.temporal.io", module + "/"},
		except: []string{module + "/providers", module + "/localcloud/client", module + "/ratelimit"},
		why:    "a provider knows its cloud, the contract, and when it may ask"},
	{room: "ratelimit", forbidden: []string{module + "/", "go.temporal.io"}, why: "the limits know no cloud, and are told how many workers there are"},
	{room: "providers/aws/awstest", forbidden: []string{"github.com/aws", module}, except: []string{module + "/providers/aws/awstest", simulation}, why: "the simulated cloud must not share the SDK's mistakes"},
	{room: "providers/google/googletest", forbidden: []string{"google.golang.org/api", module}, except: []string{module + "/providers/google/googletest", simulation}, why: "the simulated cloud must not share the client's mistakes"},
	{room: "providers/azure/azuretest", forbidden: []string{module}, except: []string{module + "/providers/azure/azuretest", simulation}, why: "the simulated cloud must not share the provider's mistakes: of Azure's own it has Microsoft's fake servers"},
	{room: "providers/cloudfoundry/cftest", forbidden: []string{"github.com/cloudfoundry", module}, except: []string{module + "/providers/cloudfoundry/cftest", simulation}, why: "the simulated cloud must not share the client's mistakes"},
	{room: "providers/simulation", forbidden: []string{module, "github.com/aws", "google.golang.org", "github.com/Azure", "k8s.io"}, except: []string{simulation}, why: "what simulated clouds have in common knows none of them"},
	{room: "baking", forbidden: []string{module + "/", "go.temporal.io", "net/http", "os", "helm.sh/helm/v4/pkg/action", "helm.sh/helm/v4/pkg/cli", "k8s.io/client-go"},
		why: "manifests are made of what is given alone"},
	{room: "activities", forbidden: []string{module + "/"}, except: []string{module + "/providers", module + "/executions", module + "/baking", module + "/gitrepo"},
		why: "an activity finds, calls, translates"},
	{room: "executions", forbidden: []string{module + "/"}, why: "the CLI and the activities share it: it knows executions in Temporal alone"},
	{room: "localcloud", forbidden: []string{"go.temporal.io", module + "/"}, except: []string{module + "/localcloud"},
		why: "the local cloud is useful by itself"},
	{room: "store", forbidden: []string{module + "/"}, except: []string{module + "/store"}, why: "the store knows Temporal's client and the nouns"},
	{room: "starter", forbidden: []string{module + "/"}, except: []string{module + "/pipeline", module + "/expression",
		module + "/executions", module + "/workflows/stages", module + "/store", module + "/starter"}, why: "the CLI talks to Temporal with names from the root"},
	{room: "worker", forbidden: []string{module + "/starter", module + "/localcloud"}, why: "a worker is not the CLI"},
}

// concrete providers are seen by the worker alone.
const providersRoom = module + "/providers/"

// simulation is what the simulated clouds share.
const simulation = module + "/providers/simulation"

// simulated are the clouds of the tests: several packages each, and no
// providers. One may stand on another, and all on what they share.
var simulated = []string{"providers/aws/awstest", "providers/azure/azuretest", "providers/cloudfoundry/cftest", "providers/cloudfoundry/korifitest",
	"providers/google/googletest", "providers/kubernetes/kubetest", "providers/simulation"}

func inSimulated(path string) bool {
	return slices.ContainsFunc(simulated, func(s string) bool { return covers(s, path) })
}

func TestImports(t *testing.T) {
	for file, imports := range importsOf(t) {
		dir := filepath.ToSlash(filepath.Dir(file))
		for _, path := range imports {
			for _, r := range rules {
				if covers(r.room, dir) && matchesAny(r.forbidden, path) && !matchesAny(r.except, path) {
					t.Errorf("%s imports %s: %s", file, path, r.why)
				}
			}
			if dir == "." && strings.Contains(path, ".") {
				t.Errorf("%s imports %s: the root imports the standard library alone", file, path)
			}
			if path == module+"/activities" && dir != "workflows/ops" && dir != "worker" && dir != "examples/exampletest" {
				t.Errorf("%s imports %s: only ops and the worker do", file, path)
			}
			inside := inSimulated(dir) && inSimulated(strings.TrimPrefix(path, module+"/"))
			if strings.HasPrefix(path, providersRoom) && dir != "worker" && !covers(strings.TrimPrefix(path, module+"/"), dir) && !inside {
				t.Errorf("%s imports %s: only the worker sees concrete providers", file, path)
			}
		}
	}
}

// importsOf lists the imports of every file of the main module that is not a
// test.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path == "dev" || d.Name() == "testdata" || (strings.HasPrefix(d.Name(), ".") && path != ".") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			all[path] = append(all[path], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files were found: the check looks in the wrong place", len(all))
	}
	return all
}

// covers reports whether the path is the room or below it.
func covers(room, path string) bool {
	return path == room || strings.HasPrefix(path, strings.TrimSuffix(room, "/")+"/")
}

func matchesAny(list []string, path string) bool {
	for _, room := range list {
		// A room that ends in a slash is what is below it alone: the root
		// package is everybody's.
		if strings.HasPrefix(path, strings.TrimSuffix(room, "/")+"/") || path == room {
			return true
		}
	}
	return false
}
