package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// hello is a document with one stage about the function hello.
func hello(kind, fields string) string {
	return fmt.Sprintf("application: shop\nname: lambda\nstages:\n  - {refId: a, type: %s, account: cloud, functionName: hello, %s}\n", kind, fields)
}

const deployment = "runtime: python3.13, handler: app.main, role: r, s3bucket: code, publish: true"

var helloRef = gennaker.FunctionRef{Location: gennaker.In("cloud", ""), Name: "shop-hello"}

// deployed is a cloud on which a deployment of each of those codes was run.
func deployed(t *testing.T, codes ...string) *memory.Cloud {
	t.Helper()
	cloud := &memory.Cloud{}
	for _, code := range codes {
		if e := run(t, cloud, hello("lambdaDeployment", deployment+", s3key: "+code)); e.Status != gennaker.Succeeded {
			t.Fatalf("deployment of %s: %s", code, e.Stages[0].Error)
		}
	}
	return cloud
}

// run runs a document on a cloud.
func run(t *testing.T, cloud *memory.Cloud, document string) gennaker.Execution {
	t.Helper()
	w := worldWith(t, activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": cloud})})
	return w.run(document, nil)
}

// seen is the function as it is.
func seen(t *testing.T, cloud *memory.Cloud) gennaker.Function {
	t.Helper()
	f, err := cloud.GetFunction(context.Background(), helloRef)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// alias sends all calls of the alias live to a version.
func alias(t *testing.T, cloud *memory.Cloud, version string) {
	t.Helper()
	if err := cloud.PutAlias(context.Background(), gennaker.PutAlias{FunctionRef: helloRef, Alias: gennaker.Alias{Name: "live", Version: version}}); err != nil {
		t.Fatal(err)
	}
}

func TestALambdaIsMadeThenUpdatedAndEachCodeIsPublishedOnce(t *testing.T) {
	cloud := &memory.Cloud{}
	for _, step := range []struct {
		code      string
		created   bool
		version   string
		published bool
	}{{"1.zip", true, "1", true}, {"1.zip", false, "1", false}, {"2.zip", false, "2", true}} {
		e := run(t, cloud, hello("Aws.LambdaDeploymentStage", deployment+", aliases: [dev], reservedConcurrentExecutions: 5, triggerArns: [queue], s3key: "+step.code))
		got := e.Stages[0].Outputs
		if e.Status != gennaker.Succeeded || got["lambdaCreated"] != step.created || got["versionId"] != step.version || got["lambdaVersionPublished"] != step.published {
			t.Errorf("deployment of %s: %s, %v; %s", step.code, e.Status, got, e.Stages[0].Error)
		}
	}
	f := seen(t, cloud)
	sources, _ := cloud.Callers(helloRef, "")
	if !slices.Equal(f.Versions, []string{"2", "1"}) || f.Reserved == nil || *f.Reserved != 5 || !slices.Equal(sources, []string{"queue"}) || f.Alias("dev").Version != gennaker.Latest {
		t.Errorf("the function is %+v, called by %v", f, sources)
	}
}

func TestLambdaCodeAloneCanBeUpdated(t *testing.T) {
	cloud := deployed(t, "1.zip")
	e := run(t, cloud, hello("Aws.LambdaUpdateCodeStage", "s3bucket: code, s3key: 2.zip, publish: true"))
	if e.Status != gennaker.Succeeded || e.Stages[0].Outputs["versionId"] != "2" {
		t.Errorf("it is %s, with %v; %s", e.Status, e.Stages[0].Outputs, e.Stages[0].Error)
	}
}

func TestLambdaTrafficMovesByWeight(t *testing.T) {
	cloud := deployed(t, "1.zip", "2.zip")
	for _, step := range []struct {
		fields string
		want   gennaker.Alias
	}{
		{"deploymentStrategy: $SIMPLE, versionNameA: $PREVIOUS", gennaker.Alias{Version: "1"}},
		{"deploymentStrategy: $WEIGHTED, versionNameA: $PREVIOUS, trafficPercentA: 90, versionNameB: $LATEST", gennaker.Alias{Version: "1", Second: "2", Weight: 0.1}},
		{"deploymentStrategy: $WEIGHTED, versionNameA: $PROVIDED, versionNumberA: '1', trafficPercentA: 50, versionNameB: $LATEST, trafficPercentB: 50", gennaker.Alias{Version: "1", Second: "2", Weight: 0.5}},
		{"deploymentStrategy: $WEIGHTED, versionNameA: $OLDEST, trafficPercentA: 0, versionNameB: $LATEST", gennaker.Alias{Version: "2"}},
		{"deploymentStrategy: $SIMPLE, versionNameA: $LATEST, provisionedConcurrentExecutions: 3, triggerArns: [queue]", gennaker.Alias{Version: "2"}},
	} {
		e := run(t, cloud, hello("Aws.LambdaTrafficRoutingStage", "aliasName: live, "+step.fields))
		if e.Status != gennaker.Succeeded || e.Stages[0].Outputs["deployment:majorVersionDeployed"] != step.want.Version {
			t.Fatalf("%s: %s, %v; %s", step.fields, e.Status, e.Stages[0].Outputs, e.Stages[0].Error)
		}
		step.want.Name = "live"
		if diff := cmp.Diff(step.want, *seen(t, cloud).Alias("live")); diff != "" {
			t.Errorf("%s: the alias differs (-want +got):\n%s", step.fields, diff)
		}
	}
	if sources, ready := cloud.Callers(helloRef, "live"); ready != 3 || !slices.Equal(sources, []string{"queue"}) {
		t.Errorf("%d executions are kept ready, and %v calls it; want 3, queue", ready, sources)
	}
}

func TestLambdaTrafficThatCannotBeIsRefused(t *testing.T) {
	cloud := deployed(t, "1.zip", "2.zip")
	alias(t, cloud, "1")
	for fields, want := range map[string]string{
		"deploymentStrategy: $WEIGHTED, versionNameA: $LATEST, trafficPercentA: 90, versionNameB: $PREVIOUS, trafficPercentB: 20": "90 and 20 are not 100 together",
		"deploymentStrategy: $WEIGHTED, versionNameA: $LATEST, trafficPercentA: 90, versionNameB: $LATEST":                        "both are version 2",
		"deploymentStrategy: $WEIGHTED, versionNameA: $LATEST, versionNameB: $LATEST":                                             "trafficPercentA",
		"deploymentStrategy: $SIMPLE, versionNameA: $PROVIDED":                                                                    "there is no number",
		"deploymentStrategy: $SIMPLE, versionNameA: $PROVIDED, versionNumberA: '7'":                                               "version 7: not found",
	} {
		e := run(t, cloud, hello("lambdaTrafficRouting", "aliasName: live, "+fields))
		if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, want) {
			t.Errorf("%s: %s, %q, want it to fail with %q", fields, e.Status, e.Stages[0].Error, want)
		}
	}
	if a := seen(t, cloud).Alias("live"); a.Version != "1" || a.Second != "" {
		t.Errorf("the alias is %+v, want it as it was", a)
	}
}

func TestLambdaBlueGreenMovesTheTrafficIfTheNewestVersionAnswersWell(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		want         string // the alias's version
		failure      string
	}{
		{"the answer is right but for blanks", `payload: '{"a": 1}', output: '{"a":1}'`, "2", ""},
		{"the answer is another", `payload: '{"a": 1}', output: '{"a":2}'`, "1", "it answered"},
		{"artifacts say both", `payloadArtifact: {artifact: {type: embedded/base64, reference: eyJhIjogMX0=}}, outputArtifact: {artifact: {type: embedded/base64, reference: eyJhIjogMX0=}}`, "2", ""},
		{"an artifact is a file elsewhere", `payloadArtifact: {artifact: {type: s3/object, reference: s3://x}}`, "1", "cannot be read yet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := deployed(t, "1.zip", "2.zip")
			alias(t, cloud, "1")
			e := run(t, cloud, hello("lambdaTrafficRouting", "aliasName: live, deploymentStrategy: $BLUEGREEN, "+c.fields))
			if a := seen(t, cloud).Alias("live"); a.Version != c.want || !strings.Contains(e.Stages[0].Error, c.failure) || (e.Status == gennaker.Succeeded) != (c.failure == "") {
				t.Errorf("it is %s (%s), and the alias at version %s, want %s, %q", e.Status, e.Stages[0].Error, a.Version, c.want, c.failure)
			}
		})
	}
}

func TestLambdaTrafficGoesBackIfWhatComesAfterFails(t *testing.T) {
	for fields, want := range map[string]string{"rollback: {onFailure: true}, ": "1", "": "2"} {
		cloud := deployed(t, "1.zip", "2.zip")
		alias(t, cloud, "1")
		cloud.Fault = func(c memory.Call) error {
			if c.Method == "SetConcurrency" {
				return fmt.Errorf("the cloud says: %w", gennaker.ErrDenied)
			}
			return nil
		}
		e := run(t, cloud, hello("lambdaTrafficRouting", "aliasName: live, deploymentStrategy: $SIMPLE, versionNameA: $LATEST, "+fields+"provisionedConcurrentExecutions: 1"))
		if a := seen(t, cloud).Alias("live"); e.Status != gennaker.Terminal || a.Version != want {
			t.Errorf("with %q it is %s (%s), and the alias at version %s, want %s", fields, e.Status, e.Stages[0].Error, a.Version, want)
		}
	}
}

func TestALambdaAliasThatSomebodyElseChangedIsLeftAlone(t *testing.T) {
	cloud := deployed(t, "1.zip", "2.zip", "3.zip")
	alias(t, cloud, "1")
	cloud.Fault = func(c memory.Call) error {
		if c.Method == "PutAlias" && !c.After {
			cloud.Fault = nil
			alias(t, cloud, "2") // between the look and the change
		}
		return nil
	}
	e := run(t, cloud, hello("lambdaTrafficRouting", "aliasName: live, deploymentStrategy: $SIMPLE, versionNameA: $LATEST, rollback: {onFailure: true}"))
	if a := seen(t, cloud).Alias("live"); e.Status != gennaker.Terminal || a.Version != "2" || !strings.Contains(e.Stages[0].Error, "changed meanwhile") {
		t.Errorf("it is %s (%s), and the alias at version %s, want it failed, and left at 2", e.Status, e.Stages[0].Error, a.Version)
	}
}

func TestALambdaIsCalledOnceWhateverComesOfIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(memory.Call) error
		want  gennaker.Status
		calls int
	}{
		{"the answer comes", func(memory.Call) error { return nil }, gennaker.Succeeded, 1},
		{"the answer is lost", func(c memory.Call) error {
			if c.Method == "Invoke" && c.After {
				return gennaker.ErrUnavailable
			}
			return nil
		}, gennaker.Terminal, 1},
	} {
		cloud := deployed(t, "1.zip")
		cloud.Fault = c.fault
		e := run(t, cloud, hello("Aws.LambdaInvokeStage", `payload: '{"a": 1}'`))
		if e.Status != c.want || cloud.Calls()["Invoke shop-hello"] != c.calls {
			t.Errorf("%s: it is %s, after %d calls, want %s, %d", c.name, e.Status, cloud.Calls()["Invoke shop-hello"], c.want, c.calls)
		}
	}
}

func TestWhatALambdaAnswersIsPutOut(t *testing.T) {
	cloud := deployed(t, "1.zip")
	e := run(t, cloud, hello("lambdaInvoke", `payload: '{"statusCode": 200, "body": "hi"}', executionCount: 2`))
	list, _ := e.Stages[0].Outputs["invokeResultsList"].([]any)
	if first, _ := list[0].(map[string]any); len(list) != 2 || first["body"] != "hi" || first["version"] != gennaker.Latest {
		t.Errorf("it puts out %v", list)
	}
	e = run(t, deployed(t, "1.zip, error: 'Boom: no such table'"), hello("lambdaInvoke", ""))
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "Boom: no such table") {
		t.Errorf("one that fails is %s: %s", e.Status, e.Stages[0].Error)
	}
}

func TestLambdaVersionsAreDeletedButForThoseThatAnAliasNeeds(t *testing.T) {
	for _, c := range []struct {
		fields string
		left   []string
		status gennaker.Status
	}{
		{"version: $MOVING, retentionNumber: 2", []string{"4", "3"}, gennaker.Succeeded},
		{"version: $OLDEST", []string{"4", "3", "2"}, gennaker.Succeeded},
		{"version: $PROVIDED, versionNumber: '2'", []string{"4", "3", "1"}, gennaker.Succeeded},
		{"version: '2'", []string{"4", "3", "1"}, gennaker.Succeeded},
		{"version: $PREVIOUS", []string{"4", "3", "2", "1"}, gennaker.Terminal}, // live goes there
		{"version: $MOVING, retentionNumber: 9", []string{"4", "3", "2", "1"}, gennaker.Succeeded},
		{"version: $PROVIDED, versionNumber: $LATEST", []string{"4", "3", "2", "1"}, gennaker.Terminal},
	} {
		cloud := deployed(t, "1.zip", "2.zip", "3.zip", "4.zip")
		alias(t, cloud, "3")
		e := run(t, cloud, hello("Aws.LambdaDeleteStage", c.fields))
		if f := seen(t, cloud); e.Status != c.status || !slices.Equal(f.Versions, c.left) {
			t.Errorf("%s: %s (%s), left are %v, want %v", c.fields, e.Status, e.Stages[0].Error, f.Versions, c.left)
		}
	}
	cloud := deployed(t, "1.zip")
	run(t, cloud, hello("lambdaDelete", "version: $ALL"))
	if _, err := cloud.GetFunction(context.Background(), helloRef); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("after $ALL: %v, want ErrNotFound", err)
	}
}

func TestLostAnswersChangeALambdaOnce(t *testing.T) {
	cloud := deployed(t, "1.zip")
	lost := map[string]bool{}
	cloud.Fault = func(c memory.Call) error {
		if c.After && !lost[c.Method] {
			lost[c.Method] = true
			return gennaker.ErrUnavailable
		}
		return nil
	}
	e := run(t, cloud, hello("lambdaDeployment", deployment+", s3key: 2.zip, aliases: [dev], triggerArns: [queue]"))
	if e.Status == gennaker.Succeeded {
		e = run(t, cloud, hello("lambdaTrafficRouting", "aliasName: live, deploymentStrategy: $SIMPLE, versionNameA: $LATEST, provisionedConcurrentExecutions: 2"))
	}
	f := seen(t, cloud)
	if e.Status != gennaker.Succeeded || !slices.Equal(f.Versions, []string{"2", "1"}) || len(f.Aliases) != 2 || f.Alias("live").Version != "2" {
		t.Errorf("it is %s (%s), and the function %+v", e.Status, e.Stages[0].Error, f)
	}
	if len(lost) < 7 {
		t.Errorf("only the answers of %v were lost", gennaker.SortedKeys(lost))
	}
}
