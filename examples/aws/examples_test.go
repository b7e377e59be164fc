package examples_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/ministack"
	"github.com/gennaker/gennaker/providers/aws/awstest/scalable"
)

// amazon is what make aws starts, as far as these examples need it, with the
// accounts of worker.yaml.
type amazon struct {
	*testing.T
	ministack string
	registry  *providers.Registry
}

const region = "us-east-1"

func start(t *testing.T) *amazon {
	t.Helper()
	a := &amazon{T: t, ministack: ministack.Start(t)}
	behind, err := url.Parse(a.ministack)
	if err != nil {
		t.Fatal(err)
	}
	server, err := awstest.Serve(awstest.Config{Others: &scalable.Service{Others: httputil.NewSingleHostReverseProxy(behind)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	place := server.Region(region)
	place.AddSubnet("a", map[string]string{"immutable_metadata": `{"purpose": "internal", "target": "ec2"}`})
	place.AddSecurityGroup("shop")
	for _, r := range []string{region, "eu-west-1"} {
		a.ask(http.MethodPost, "/", r, "ecs", "AmazonEC2ContainerServiceV20141113.CreateCluster", []byte(`{"clusterName": "shop"}`))
	}
	a.ask(http.MethodPut, "/shop-code", region, "s3", "", nil)
	a.registry = exampletest.Accounts(t, "http://127.0.0.1:7244", server.URL)
	return a
}

// ask makes a request to ministack, which checks no signatures.
func (a *amazon) ask(method, path, region, service, target string, body []byte) {
	a.Helper()
	r, err := http.NewRequest(method, a.ministack+path, bytes.NewReader(body))
	if err != nil {
		a.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=none")
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		a.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		a.Fatalf("%s %s: %s", method, path, answer.Status)
	}
}

// document is a document of this folder.
func (a *amazon) document(name string) string {
	a.Helper()
	return exampletest.Document(a, name)
}

func (a *amazon) execute(document string, parameters map[string]any) gennaker.Execution {
	a.Helper()
	return exampletest.Run(a, document, exampletest.On(a.registry), parameters)
}

func (a *amazon) succeed(document string, parameters map[string]any) {
	a.Helper()
	exampletest.Succeed(a, document, exampletest.On(a.registry), parameters)
}

func (a *amazon) services() []gennaker.ServerGroup {
	a.Helper()
	groups, err := providers.Find[providers.ServerGroups](a.registry, "ecs")
	if err != nil {
		a.Fatal(err)
	}
	list, err := groups.List(context.Background(), gennaker.Scope{Region: region, Cluster: "shop-web"})
	if err != nil {
		a.Fatal(err)
	}
	return list
}

func TestECSDeploysRedBlack(t *testing.T) {
	a := start(t)
	for _, image := range []string{"shop:1", "shop:2"} {
		a.succeed(a.document("ecs.yaml"), map[string]any{"image": image})
	}
	list := a.services()
	if len(list) != 2 {
		t.Fatalf("there are %+v, want two server groups", list)
	}
	was, is := list[0], list[1]
	if was.Enabled || len(was.Instances) > 0 || was.Capacity.Desired != 2 || was.Image != "shop:1" {
		t.Errorf("the old server group is %+v, want it at rest, with the two instances to be that it had", was)
	}
	if !is.Enabled || is.Count(gennaker.Up) != 2 || is.Image != "shop:2" || is.Name != "shop-web-v001" {
		t.Errorf("the new server group is %+v, want it up with two instances", is)
	}
}

// The containers of the second one never pass their health checks: ministack
// makes none.
func TestECSTakesBackWhatNeverIsHealthy(t *testing.T) {
	a := start(t)
	a.succeed(a.document("ecs.yaml"), nil)
	sick := strings.NewReplacer("dockerImageAddress: ${parameters.image}", `taskDefinition: {cpu: "256", memory: "512", containerDefinitions: [{name: web, image: shop, essential: true, healthCheck: {command: [CMD, "false"]}}]}`,
		"computeUnits: 256", "", "reservedMemory: 512", "", "environmentVariables: {COLOR: blue}", "").Replace(a.document("ecs.yaml"))
	e := a.execute(sick, map[string]any{"patience": "2"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, "its health checks have not passed yet") {
		t.Errorf("the second execution is %s: %s; want TERMINAL, and why", e.Status, e.Stages[0].Error)
	}
	if list := a.services(); len(list) != 1 || !list[0].Enabled || list[0].Count(gennaker.Up) != 2 {
		t.Errorf("left are %+v, want the first server group as it was", list)
	}
}

// upload puts the code of the example into the bucket, which says another
// thing in each version.
func (a *amazon) upload(name, says string) {
	a.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	file, err := z.Create("app.py")
	if err == nil {
		_, err = file.Write([]byte(strings.ReplaceAll(a.document("hello/app.py"), "hello, ", says+", ")))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		a.Fatal(err)
	}
	a.ask(http.MethodPut, "/shop-code/"+name, region, "s3", "", packed.Bytes())
}

func (a *amazon) function() (gennaker.Function, providers.Functions) {
	a.Helper()
	functions, err := providers.Find[providers.Functions](a.registry, "aws")
	if err != nil {
		a.Fatal(err)
	}
	f, err := functions.GetFunction(context.Background(), gennaker.FunctionRef{Location: gennaker.In("aws", region), Name: "shop-hello"})
	if err != nil {
		a.Fatal(err)
	}
	return f, functions
}

func TestLambdaMovesTheTrafficByWeight(t *testing.T) {
	a := start(t)
	a.upload("hello-1.zip", "good day")
	a.upload("hello-2.zip", "good evening")
	a.succeed(a.document("lambda.yaml"), nil)
	if f, _ := a.function(); len(f.Aliases) != 1 || f.Aliases[0].Version != "1" {
		t.Fatalf("after the first execution the function is %+v", f)
	}
	// Up to where a part of the calls goes to the new version.
	part, _, _ := strings.Cut(a.document("lambda.yaml"), "  - refId: wait")
	a.succeed(part, map[string]any{"code": "hello-2.zip", "percent": "25"})
	if f, _ := a.function(); f.Aliases[0] != (gennaker.Alias{Name: "live", Version: "1", Second: "2", Weight: 0.25}) {
		t.Errorf("on the way the alias is %+v, want a quarter of its calls at version 2", f.Aliases[0])
	}
	a.succeed(a.document("lambda.yaml"), map[string]any{"code": "hello-2.zip"})
	f, functions := a.function()
	if f.Aliases[0] != (gennaker.Alias{Name: "live", Version: "2"}) || len(f.Versions) != 2 {
		t.Errorf("in the end the function is %+v, want all calls at version 2, and no third version of the same code", f)
	}
	came, err := functions.Invoke(context.Background(), gennaker.Invoke{FunctionRef: f.Ref(), Qualifier: "live", Payload: `{"name": "Ada"}`})
	if err != nil || !strings.Contains(came.Response, "good evening, Ada") {
		t.Errorf("a call is answered with %+v, %v", came, err)
	}
}

func TestLambdaLeavesTheTrafficIfTheNewVersionFails(t *testing.T) {
	a := start(t)
	a.upload("hello-1.zip", "good day")
	a.upload("hello-2.zip", "good evening")
	a.succeed(a.document("lambda.yaml"), nil)
	e := a.execute(a.document("lambda.yaml"), map[string]any{"code": "hello-2.zip", "payload": "{}"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[1].Error, "nobody to greet") {
		t.Errorf("it is %s: %s, want TERMINAL, with what the function says", e.Status, e.Stages[1].Error)
	}
	if f, _ := a.function(); f.Aliases[0] != (gennaker.Alias{Name: "live", Version: "1"}) {
		t.Errorf("the alias is %+v, want it at version 1", f.Aliases[0])
	}
}
