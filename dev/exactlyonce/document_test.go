package exactlyonce

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/ecs"
	"github.com/gennaker/gennaker/providers/azure"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
	"github.com/gennaker/gennaker/providers/google"
	"github.com/gennaker/gennaker/providers/google/run"
	"github.com/gennaker/gennaker/providers/kubernetes"
	"github.com/gennaker/gennaker/providers/local"
	"github.com/gennaker/gennaker/providers/memory"
)

const document = "../../docs/exactly-once.md"

// covered is a provider that the document is about.
type covered struct {
	name      string
	provider  any
	elsewhere bool // TestDoneOnce has no rows of it
	// of says which methods it is about; nil is all.
	of func(method string) bool
}

var clouds = []covered{
	{"memory", (*memory.Cloud)(nil), false, nil},
	{"local", (*local.Cloud)(nil), false, nil},
	{"aws", (*aws.Cloud)(nil), false, func(method string) bool { return !aboutFunctions(method) }},
	{"lambda", (*aws.Cloud)(nil), true, aboutFunctions},
	{"cloudfoundry", (*cloudfoundry.Cloud)(nil), false, nil},
	{"ecs", (*ecs.Cloud)(nil), false, nil},
	{"kubernetes", (*kubernetes.Cloud)(nil), false, func(method string) bool { return aboutServerGroups(method) || aboutManifests(method) }},
	{"azure", (*azure.Cloud)(nil), false, nil},
	{"cloudrun", (*run.Cloud)(nil), false, nil},
	{"gce", (*google.Cloud)(nil), false, nil},
}

func aboutServerGroups(method string) bool {
	_, groups := reflect.TypeFor[providers.ServerGroups]().MethodByName(method)
	_, traffic := reflect.TypeFor[providers.PartialTraffic]().MethodByName(method)
	_, instances := reflect.TypeFor[providers.Instances]().MethodByName(method)
	return groups || traffic || instances
}

func aboutManifests(method string) bool {
	_, is := reflect.TypeFor[providers.Manifests]().MethodByName(method)
	_, rollouts := reflect.TypeFor[providers.Rollouts]().MethodByName(method)
	return is || rollouts
}

func aboutFunctions(method string) bool {
	_, is := reflect.TypeFor[providers.Functions]().MethodByName(method)
	_, traffic := reflect.TypeFor[providers.FunctionTraffic]().MethodByName(method)
	return is || traffic
}

// unrepeated are the calls that no worker makes again.
var unrepeated = map[string]bool{"Invoke": true}

// reads are the methods of the contract, and the activities, that change
// nothing.
var reads = map[string]bool{
	"List": true, "Get": true, "Spec": true, "FindImages": true, "GetRefresh": true, "ListLoadBalancers": true, "GetJob": true,
	"GetTraffic": true, "AwaitTraffic": true, "GetFunction": true, "AwaitFunction": true, "GetService": true, "AwaitService": true,
	"GetManifest": true, "ListManifests": true, "FindRevision": true, "GetQuota": true, "AwaitManifests": true, "UnstableManifests": true,

	"ListCluster": true, "AwaitServerGroup": true, "Inventory": true, "ServerGroupSpec": true, "FindInstances": true, "ImageAccounts": true,
	"AwaitCluster": true, "AwaitJob": true, "AwaitExecution": true, "AwaitLeave": true, "AwaitStarted": true, "FindArtifacts": true,
	"Judges": true, "Noop": true, "FindPipeline": true, "PipelineID": true, "Fetch": true, "MonitorWebhook": true,
	"FindPreconfiguredWebhook": true, "FindMonitor": true, "AwaitRefresh": true, "AwaitRefreshStep": true, "FindPrices": true, "FindQuotas": true,
	"ReadArtifact": true, "BakeManifest": true,
}

// methods are the calls of the contract that the activities are which only find
// a provider and call it.
var methods = map[string][]string{
	"CreateServerGroup": {"Create"}, "ResizeServerGroup": {"Resize"}, "EnableServerGroup": {"Enable"},
	"DisableServerGroup": {"Disable", "DisablePart"}, "SplitTraffic": {"SplitTraffic"}, "DestroyServerGroup": {"Destroy"},
	"TerminateInstances": {"TerminateInstances"}, "RebootInstances": {"RebootInstances"}, "SetProcesses": {"SetProcesses"},
	"TagImage": {"TagImage"}, "RunJob": {"RunJob"}, "StopJob": {"StopJob"},
	"StartRefresh": {"StartRefresh"}, "ContinueRefresh": {"ContinueRefresh"}, "StopRefresh": {"CancelRefresh"},
	"StopServerGroup": {"StopServerGroup"}, "StartServerGroup": {"StartServerGroup"},
	"AttachLoadBalancers": {"AttachLoadBalancers"}, "DetachLoadBalancers": {"DetachLoadBalancers"},
	"PutService": {"PutService"}, "DeleteService": {"DeleteService"}, "ShareService": {"ShareService"}, "UnshareService": {"UnshareService"},
	"CreateServiceKey": {"CreateServiceKey"}, "DeleteServiceKey": {"DeleteServiceKey"}, "BindServices": {"BindServices"}, "UnbindServices": {"UnbindServices"},
	"CreateFunction": {"CreateFunction"}, "UpdateFunctionCode": {"UpdateCode"}, "UpdateFunctionConfiguration": {"UpdateConfiguration"},
	"PublishFunctionVersion": {"PublishVersion"}, "DeleteFunction": {"DeleteFunction"}, "InvokeFunction": {"Invoke"},
	"ApplyManifests": {"ApplyManifests"}, "PatchManifest": {"PatchManifest"}, "ScaleManifest": {"ScaleManifest"},
	"DeleteManifest": {"DeleteManifest"}, "SetManifestTraffic": {"SetManifestTraffic"},
	"UndoRollout": {"UndoRollout"}, "RestartRollout": {"RestartRollout"}, "PauseRollout": {"PauseRollout"},
	"PutFunctionAlias": {"PutAlias"}, "SetFunctionConcurrency": {"SetConcurrency"}, "SetFunctionEventSources": {"SetEventSources"},
}

// line is one line of the document's tables.
type line struct {
	calls, requests []string
	text            string
}

var (
	code = regexp.MustCompile("`([^`]+)`")
	link = regexp.MustCompile(`\[(Test\w+)\]\(([^)]+)\)`)
)

// lines reads the tables.
func lines(t *testing.T) (text string, all []line) {
	t.Helper()
	data, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(data)) {
		cells := strings.Split(row, "|")
		if len(cells) < 3 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		all = append(all, line{inCode(cells[1]), inCode(cells[2]), row})
	}
	return string(data), all
}

func inCode(text string) []string {
	var all []string
	for _, found := range code.FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

// documented are the calls of the document, with their requests.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	_, all := lines(t)
	calls := map[string][]string{}
	for _, l := range all {
		for _, c := range l.calls {
			if _, twice := calls[c]; twice {
				t.Errorf("%s is in the document twice", c)
			}
			calls[c] = l.requests
		}
	}
	return calls
}

func TestTheDocumentHasEveryMethodThatChangesSomething(t *testing.T) {
	document := documented(t)
	tried := map[string]bool{}
	for _, r := range rows() {
		tried[call(r)] = true
	}
	found := 0
	for _, method := range contract(t) {
		for _, c := range clouds {
			if _, has := reflect.TypeOf(c.provider).MethodByName(method); !has || reads[method] || c.of != nil && !c.of(method) {
				continue
			}
			found++
			name := c.name + " " + method
			if _, ok := document[name]; !ok {
				t.Errorf("%s changes something, and the document has no row for it", name)
			}
			if !c.elsewhere && !tried[name] && !unrepeated[method] {
				t.Errorf("%s changes something, and TestDoneOnce has no row for it", name)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d methods were found: the check looks in the wrong place", found)
	}
}

// contract are the names of the methods of all capabilities that ask the cloud.
func contract(t *testing.T) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "../../providers/providers.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if i, ok := n.(*ast.InterfaceType); ok {
			for _, method := range i.Methods.List {
				for _, name := range method.Names {
					if asks(method) {
						names = append(names, name.Name)
					}
				}
			}
		}
		return true
	})
	return names
}

// asks reports whether a method asks the cloud for something: it can fail.
func asks(method *ast.Field) bool {
	f, ok := method.Type.(*ast.FuncType)
	if !ok || f.Results == nil {
		return false
	}
	last, ok := f.Results.List[len(f.Results.List)-1].Type.(*ast.Ident)
	return ok && last.Name == "error"
}

func TestTheDocumentHasEveryActivityThatChangesSomething(t *testing.T) {
	document := documented(t)
	all := reflect.ValueOf(activities.New(activities.Config{}))
	found := 0
	for i := range all.NumField() {
		of := all.Field(i).Type()
		for m := range of.NumMethod() {
			name := of.Method(m).Name
			found++
			if reads[name] {
				continue
			}
			if _, ok := document[name]; ok {
				continue
			}
			if len(methods[name]) == 0 {
				t.Errorf("activity %s: is it a read? Otherwise the document needs a row for it", name)
			}
			for _, method := range methods[name] {
				if _, ok := document["memory "+method]; !ok {
					t.Errorf("activity %s calls %s, and the document has no row for that", name, method)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d activities were found: the check looks in the wrong place", found)
	}
}

// call is the row's call without what is special in it.
func call(r row) string {
	name, _, _ := strings.Cut(r.call, ",")
	return name
}

func TestTheDocumentAndTheTestHaveTheSameRows(t *testing.T) {
	document := documented(t)
	requests := map[string][]string{}
	for _, r := range rows() {
		if _, ok := document[r.call]; !ok {
			t.Errorf("TestDoneOnce tries %s, and the document has no row for it", r.call)
		}
		requests[r.call] = append(requests[r.call], strings.NewReplacer("shop-v000", "NAME", "migrate", "NAME").Replace(r.loses))
	}
	for name, want := range document {
		if of, method, _ := strings.Cut(name, " "); triedElsewhere(of) || unrepeated[method] {
			continue
		}
		got, ok := requests[name]
		if !ok {
			t.Errorf("the document has a row for %s, and TestDoneOnce does not try it", name)
			continue
		}
		if strings.HasPrefix(name, "memory ") || name == "SendNotification" {
			continue // a call is one request, or none
		}
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(got, want) {
			t.Errorf("%s: the document says that it is made of %q, and TestDoneOnce loses the answers to %q", name, want, got)
		}
	}
}

func triedElsewhere(cloud string) bool {
	for _, c := range clouds {
		if c.name == cloud {
			return c.elsewhere
		}
	}
	return false
}

func TestEveryTestThatTheDocumentNamesExists(t *testing.T) {
	text, _ := lines(t)
	named := link.FindAllStringSubmatch(text, -1)
	for _, n := range named {
		source, err := os.ReadFile(filepath.Join(filepath.Dir(document), n[2]))
		if err != nil || !strings.Contains(string(source), "func "+n[1]+"(") {
			t.Errorf("the document names %s in %s, which there is not: %v", n[1], n[2], err)
		}
	}
	if len(named) < 5 {
		t.Errorf("the document names %d tests: the check looks for the wrong thing", len(named))
	}
}

// Every cloud that a worker can have is in the document.
func TestTheDocumentHasEveryCloud(t *testing.T) {
	for _, name := range gennaker.Clouds {
		if !slices.ContainsFunc(clouds, func(c covered) bool { return c.name == name }) {
			t.Errorf("cloud %s is not among those that the document is about", name)
		}
	}
}
