package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// run starts what the command starts, on a free port, until the test ends.
func run(t *testing.T) *target {
	t.Helper()
	target, err := start(0, 50, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.Close() })
	return target
}

// ask makes a request of the target, and returns the answer's status and text.
func (t *target) ask(test *testing.T, method, path, body string) (int, string) {
	test.Helper()
	r, err := http.NewRequestWithContext(test.Context(), method, t.URL+path, strings.NewReader(body))
	if err != nil {
		test.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		test.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		test.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

const api = "/compute/v1/projects/demo/"

// deployed has a template t1 and a group shop-v000 of two that run, behind the
// backend service shop.
func deployed(t *testing.T) *target {
	t.Helper()
	target := run(t)
	for _, c := range []struct{ method, path, body string }{
		{"POST", "global/instanceTemplates", `{"name": "t1", "properties": {"machineType": "e2-small", "networkInterfaces": [{"network": "global/networks/default"}],
			"disks": [{"boot": true, "initializeParams": {"sourceImage": "global/images/shop-1"}}]}}`},
		{"POST", "zones/us-central1-a/instanceGroupManagers", `{"name": "shop-v000", "targetSize": 2, "instanceTemplate": "global/instanceTemplates/t1",
			"namedPorts": [{"name": "http", "port": 8080}]}`},
	} {
		for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			status, text := target.ask(t, c.method, api+c.path, c.body)
			if status == http.StatusOK {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s %s: %d %s", c.method, c.path, status, text)
			}
		}
	}
	target.eventually(t, "the group is stable", func() bool {
		_, text := target.ask(t, "GET", api+"zones/us-central1-a/instanceGroupManagers/shop-v000", "")
		return strings.Contains(text, `"isStable":true`)
	})
	return target
}

func (t *target) eventually(test *testing.T, what string, holds func() bool) {
	test.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			test.Fatalf("%s: not after 10 s", what)
		}
	}
}

// lines are a text's, without empty ones, and one space between words.
func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			list = append(list, strings.Join(words, " "))
		}
	}
	return list
}

// TestGooglesPythonClientReadsIt is an independent reader: what it finds is
// decoded by Google's own definitions.
func TestGooglesPythonClientReadsIt(t *testing.T) {
	t.Parallel()
	var complaint bytes.Buffer
	install := exec.Command("../../../../deploy/google-targets.sh")
	install.Stderr = &complaint
	python, err := install.Output()
	if err != nil {
		t.Fatalf("this test needs google-cloud-compute, and deploy/google-targets.sh did not provide it: %v\n%s", err, complaint.String())
	}
	target := deployed(t)
	target.backed(t)
	complaint.Reset()
	read := exec.Command(strings.TrimSpace(string(python)), "testdata/read.py", target.URL, project, "us-central1-a", "shop-v000")
	read.Stderr = &complaint
	found, err := read.Output()
	if err != nil {
		t.Fatalf("read.py: %v\n%s", err, complaint.String())
	}
	want := []string{"image shop-1 READY released", "image shop-2 READY released", "image shop-sick READY new",
		"group zones/us-central1-a shop-v000 2 True 2", "managed NONE RUNNING t1", "managed NONE RUNNING t1",
		"instance RUNNING e2-small ['created-by']", "instance RUNNING e2-small ['created-by']",
		"health HEALTHY 8080", "health HEALTHY 8080", "rule shop targetHttpProxies", "pool shop 1", "template t1 shop-1", "operation DONE", "resized 3", "refusal NotFound 404"}
	if got := lines(string(found)); !slices.Equal(got, want) {
		t.Errorf("it read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// backed has the backend service serve the group, and find it healthy.
func (t *target) backed(test *testing.T) {
	test.Helper()
	t.eventually(test, "the backend service is changed", func() bool {
		_, text := t.ask(test, "GET", api+"global/backendServices/shop", "")
		_, print, _ := strings.Cut(text, `"fingerprint":"`)
		print, _, _ = strings.Cut(print, `"`)
		status, _ := t.ask(test, "PATCH", api+"global/backendServices/shop",
			`{"fingerprint": "`+print+`", "backends": [{"group": "zones/us-central1-a/instanceGroups/shop-v000"}]}`)
		return status == http.StatusOK
	})
	t.eventually(test, "its instances are healthy", func() bool {
		_, text := t.ask(test, "POST", api+"global/backendServices/shop/getHealth", `{"group": "zones/us-central1-a/instanceGroups/shop-v000"}`)
		return strings.Count(text, `"HEALTHY"`) == 2
	})
}

// gcloud runs Google's own command against the target, with a folder for what
// it keeps.
func (t *target) gcloud(test *testing.T, folder string, arguments ...string) []string {
	test.Helper()
	var complaint bytes.Buffer
	ask := exec.Command("gcloud", append([]string{"compute", "--quiet"}, arguments...)...)
	ask.Stderr = &complaint
	ask.Env = append(os.Environ(), "CLOUDSDK_CONFIG="+folder, "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE="+t.URL+"/compute/v1/",
		"CLOUDSDK_CORE_PROJECT="+project, "CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true", "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=true",
		"CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=true")
	answer, err := ask.Output()
	if err != nil {
		test.Fatalf("gcloud %v: %v\n%s", arguments, err, complaint.String())
	}
	return lines(string(answer))
}

// TestGcloudReadsAndChangesIt needs Google's command, which no package index
// has; the other reader runs everywhere.
func TestGcloudReadsAndChangesIt(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("gcloud"); err != nil {
		t.Skip("there is no gcloud: https://cloud.google.com/sdk/docs/install has it")
	}
	target, folder := deployed(t), t.TempDir()
	target.backed(t)
	for _, c := range []struct{ ask, want []string }{
		{[]string{"images", "list", "--no-standard-images", "--format=value(name,labels.stage)"}, []string{"shop-1 released", "shop-2 released", "shop-sick new"}},
		{[]string{"instance-groups", "managed", "list-instances", "shop-v000", "--zone=us-central1-a", "--format=value(instanceStatus,currentAction)"},
			[]string{"RUNNING NONE", "RUNNING NONE"}},
		{[]string{"backend-services", "get-health", "shop", "--global", "--format=value(status.healthStatus[].healthState)"}, []string{"HEALTHY;HEALTHY"}},
		{[]string{"forwarding-rules", "list", "--format=value(name,target.scope())", "--sort-by=target"}, []string{"shop shop", "shop us-central1/targetPools/shop"}},
		{[]string{"instance-groups", "managed", "resize", "shop-v000", "--size=3", "--zone=us-central1-a", "--format=value(targetSize)"}, []string{"3"}},
	} {
		if got := target.gcloud(t, folder, c.ask...); !slices.Equal(got, c.want) {
			t.Errorf("gcloud %v = %q, want %q", c.ask, got, c.want)
		}
	}
}

func TestControls(t *testing.T) {
	t.Parallel()
	target := deployed(t)
	for _, c := range []struct {
		name, method, path string
		status             int
		want               string // is in the answer
	}{
		{"help", "GET", "/-/", 200, "launches?refuse="},
		{"a fault", "POST", "/-/fault?method=zones.list&reason=backendError&status=503", 200, "done"},
		{"the call that fails", "GET", api + "zones", 503, "as asked for at /-/fault"},
		{"the call after it", "GET", api + "zones", 200, "us-central1-a"},
		{"a fault of no kind", "POST", "/-/fault?method=zones.list", 400, "a fault needs"},
		{"a fault of no method", "POST", "/-/fault?reason=backendError", 400, "needs a method="},
		{"a number that is none", "POST", "/-/fault?method=zones.list&reset=true&times=no", 400, "times=no is no number"},
		{"a duration that is none", "POST", "/-/fault?method=zones.list&slow=no", 400, "slow=no is no duration"},
		{"a quota", "POST", "/-/quota?region=us-east1&metric=CPUS&limit=7", 200, "done"},
		{"its region", "GET", api + "regions/us-east1", 200, `{"limit":7,"metric":"CPUS","usage":0}`},
		{"a quota of nothing", "POST", "/-/quota?region=us-east1&limit=7", 400, "there is no such quota"},
		{"a quota elsewhere", "POST", "/-/quota?region=mars&metric=CPUS&limit=7", 400, "there is no such quota"},
		{"no limit", "POST", "/-/quota?region=us-east1&metric=CPUS", 400, "limit= is no number"},
		{"an image", "POST", "/-/image?name=shop-4&sick=true", 200, "done"},
		{"the image again", "POST", "/-/image?name=shop-4", 400, "there is an image shop-4 already"},
		{"no image", "POST", "/-/image", 400, "needs a name="},
		{"the new image", "GET", api + "global/images/shop-4", 200, `"name":"shop-4"`},
		{"no instance", "POST", "/-/kill?instance=none", 400, `instance "none": there is none`},
		{"no launches", "POST", "/-/launches?refuse=QUOTA_EXCEEDED", 200, "done"},
		{"one more", "POST", api + "zones/us-central1-a/instanceGroupManagers/shop-v000/resize?size=3", 200, "PENDING"},
		{"it does not start", "POST", api + "zones/us-central1-a/instanceGroupManagers/shop-v000/listManagedInstances", 200, "QUOTA_EXCEEDED"},
		{"calls", "GET", "/-/calls", 200, `"instanceGroupManagers.insert": `},
		{"effects", "GET", "/-/effects", 200, `"Subject": "shop-v000"`},
	} {
		status, text := target.ask(t, c.method, c.path, "")
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s: %s %s = %d %s, want %d with %q", c.name, c.method, c.path, status, text, c.status, c.want)
		}
	}
}

func TestASickInstanceIsFoundAndAWellOneToo(t *testing.T) {
	t.Parallel()
	target := deployed(t)
	target.backed(t)
	_, text := target.ask(t, "GET", api+"zones/us-central1-a/instances", "")
	_, name, _ := strings.Cut(text, "/zones/us-central1-a/instances/")
	name, _, _ = strings.Cut(name, `"`)
	healthy := func() int {
		_, text := target.ask(t, "POST", api+"global/backendServices/shop/getHealth", `{"group": "zones/us-central1-a/instanceGroups/shop-v000"}`)
		return strings.Count(text, `"HEALTHY"`)
	}
	target.ask(t, "POST", "/-/sick?instance="+name, "")
	target.eventually(t, "one is unhealthy", func() bool { return healthy() == 1 })
	target.ask(t, "POST", "/-/well?instance="+name, "")
	target.eventually(t, "both are healthy", func() bool { return healthy() == 2 })
}

func TestThePortThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	target := run(t)
	port := target.URL[strings.LastIndexByte(target.URL, ':')+1:]
	if err := app().RunContext(t.Context(), []string{"gennaker-google", "--port", port}); err == nil || !strings.Contains(err.Error(), "port "+port+" is taken") {
		t.Errorf("a second one at port %s = %v", port, err)
	}
	for _, wrong := range [][]string{{"--speed", "0"}, {"serve"}} {
		if err := app().RunContext(t.Context(), append([]string{"gennaker-google"}, wrong...)); err == nil {
			t.Errorf("gennaker-google %v is taken", wrong)
		}
	}
}
