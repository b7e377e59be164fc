package cloudrun_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker/providers/google/googletest/cloudrun"
	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
	"github.com/gennaker/gennaker/providers/simulation"
)

const services = "/v2/projects/shop/locations/europe-west1/services"

// world is a cloud behind the checker, and its clock.
type world struct {
	*testing.T
	api   http.Handler
	clock *simulation.Virtual
}

func open(t *testing.T) *world {
	t.Helper()
	dir, err := discovery.Dir()
	if err != nil {
		t.Fatal(err)
	}
	api, err := discovery.Load(dir, "run/v2")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, clock: simulation.NewVirtual(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC))}
	w.api = api.Check(cloudrun.New(cloudrun.Config{Clock: w.clock}), func(err error) { t.Error(err) })
	return w
}

// answer is what tests read of an answer.
type answer struct {
	Name, Etag, DeleteTime                     string
	Done, Reconciling                          bool
	LatestCreatedRevision, LatestReadyRevision string
	Services, Revisions                        []struct{ Name string }
	TerminalCondition                          struct{ State, Reason, Message string }
	Conditions                                 []struct{ State, Reason, RevisionReason string }
	TrafficStatuses                            []struct {
		Revision string
		Percent  int
	}
	Error    struct{ Status, Message string }
	Response map[string]any
}

// ask makes a request, and says how it ended: with nothing, or an error's
// status.
func (w *world) ask(method, path, body string) (answer, string) {
	w.Helper()
	got := httptest.NewRecorder()
	w.api.ServeHTTP(got, httptest.NewRequest(method, path, strings.NewReader(body)))
	var a answer
	if err := json.Unmarshal(got.Body.Bytes(), &a); err != nil {
		w.Fatalf("%s %s is answered with %s: %v", method, path, got.Body, err)
	}
	return a, a.Error.Status
}

// web is a service of one revision.
const web = `{"template": {"revision": "web-v000", "containers": [{"image": "shop:1"}]},
	"traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "web-v000", "percent": 100}]}`

func (w *world) have() {
	w.Helper()
	if _, status := w.ask("POST", services+"?serviceId=web", web); status != "" {
		w.Fatalf("the service cannot be made: %s", status)
	}
	w.clock.Sleep(time.Minute)
}

func template(revision, image string) string {
	return fmt.Sprintf(`{"template": {"revision": %q, "containers": [{"image": %q}]}}`, revision, image)
}

func traffic(percents ...any) string {
	var targets []string
	for i := 0; i < len(percents); i += 2 {
		targets = append(targets, fmt.Sprintf(`{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": %q, "percent": %d}`, percents[i], percents[i+1]))
	}
	return `{"traffic": [` + strings.Join(targets, ",") + `]}`
}

func TestAServiceComesToBeInItsTime(t *testing.T) {
	t.Parallel()
	w := open(t)
	begun, _ := w.ask("POST", services+"?serviceId=web", web)
	if s, _ := w.ask("GET", services+"/web", ""); begun.Done || !s.Reconciling || s.TerminalCondition.State != "CONDITION_RECONCILING" || s.LatestReadyRevision != "" {
		t.Errorf("at first it is %+v, of operation %+v", s, begun)
	}
	at := w.clock.Now()
	waited, _ := w.ask("POST", "/v2/"+begun.Name+":wait", `{"timeout": "60s"}`)
	if took := w.clock.Now().Sub(at); !waited.Done || waited.Response["name"] == nil || took < 7*time.Second || took > 10*time.Second {
		t.Errorf("the operation took %s, and is %+v", took, waited)
	}
	s, _ := w.ask("GET", services+"/web", "")
	if s.Reconciling || s.TerminalCondition.State != "CONDITION_SUCCEEDED" || len(s.TrafficStatuses) != 1 || s.TrafficStatuses[0].Percent != 100 {
		t.Errorf("in the end it is %+v", s)
	}
}

func TestAWaitEndsWithItsTime(t *testing.T) {
	t.Parallel()
	w := open(t)
	begun, _ := w.ask("POST", services+"?serviceId=web", web)
	if waited, _ := w.ask("POST", "/v2/"+begun.Name+":wait", `{"timeout": "3s"}`); waited.Done {
		t.Errorf("after three seconds the operation is %+v", waited)
	}
	if looked, _ := w.ask("GET", "/v2/"+begun.Name, ""); looked.Done || looked.Name != begun.Name {
		t.Errorf("the operation is %+v", looked)
	}
}

func TestARevisionThatFailsGetsNoTraffic(t *testing.T) {
	t.Parallel()
	for image, reason := range map[string]string{"shop-sick": "HEALTH_CHECK_CONTAINER_ERROR", "shop-missing": "CONTAINER_MISSING"} {
		w := open(t)
		w.have()
		change := strings.Replace(template("web-v001", image), `{"template"`, strings.TrimSuffix(traffic("web-v000", 50, "web-v001", 50), "}")+`, "template"`, 1)
		begun, status := w.ask("PATCH", services+"/web?updateMask=template,traffic", change)
		if status != "" {
			t.Fatalf("%s: it is refused: %s", image, status)
		}
		if waited, _ := w.ask("POST", "/v2/"+begun.Name+":wait", `{}`); !waited.Done || waited.Error.Message == "" {
			t.Errorf("%s: the operation is %+v, want it failed", image, waited)
		}
		r, _ := w.ask("GET", services+"/web/revisions/web-v001", "")
		if len(r.Conditions) != 1 || r.Conditions[0].State != "CONDITION_FAILED" || r.Conditions[0].Reason+r.Conditions[0].RevisionReason != reason {
			t.Errorf("%s: the revision is %+v, want %s", image, r, reason)
		}
		if s, _ := w.ask("GET", services+"/web", ""); s.TerminalCondition.Reason != "REVISION_FAILED" || len(s.TrafficStatuses) != 1 || s.TrafficStatuses[0].Revision != "web-v000" {
			t.Errorf("%s: the service is %+v, want its traffic where it was", image, s)
		}
	}
}

func TestWhatCloudRunRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, method, path, body, want string }{
		{"a service that is there", "POST", "?serviceId=web", web, "ALREADY_EXISTS"},
		{"a service without a good name", "POST", "?serviceId=Web", web, "INVALID_ARGUMENT"},
		{"a service with too long a name", "POST", "?serviceId=" + strings.Repeat("a", 50), web, "INVALID_ARGUMENT"},
		{"a service without an image", "POST", "?serviceId=api", `{"template": {"containers": [{}]}}`, "INVALID_ARGUMENT"},
		{"a service without containers", "POST", "?serviceId=api", `{}`, "INVALID_ARGUMENT"},
		{"an old etag", "PATCH", "/web?updateMask=labels", `{"etag": "\"old\""}`, "ABORTED"},
		{"to delete what has changed", "DELETE", "/web?etag=old", "", "ABORTED"},
		{"a service that is not there", "GET", "/api", "", "NOT_FOUND"},
		{"a revision that is not there", "GET", "/web/revisions/web-v009", "", "NOT_FOUND"},
		{"revisions of what is not there", "GET", "/api/revisions", "", "NOT_FOUND"},
		{"a revision of another's name", "PATCH", "/web?updateMask=template", template("api-v001", "shop:2"), "INVALID_ARGUMENT"},
		{"a revision of a bad name", "PATCH", "/web?updateMask=template", template("web-V1", "shop:2"), "INVALID_ARGUMENT"},
		{"another revision of the same name", "PATCH", "/web?updateMask=template", template("web-v000", "shop:2"), "ALREADY_EXISTS"},
		{"traffic that is less than all", "PATCH", "/web?updateMask=traffic", traffic("web-v000", 99), "INVALID_ARGUMENT"},
		{"traffic that is more than all", "PATCH", "/web?updateMask=traffic", traffic("web-v000", 101), "INVALID_ARGUMENT"},
		{"traffic to what is not there", "PATCH", "/web?updateMask=traffic", traffic("web-v009", 100), "INVALID_ARGUMENT"},
		{"traffic to the latest by name", "PATCH", "/web?updateMask=traffic", strings.ReplaceAll(traffic("web-v000", 100), "TYPE_REVISION", "TYPE_LATEST"), "INVALID_ARGUMENT"},
		{"traffic of no type", "PATCH", "/web?updateMask=traffic", `{"traffic": [{"revision": "web-v000", "percent": 100}]}`, "INVALID_ARGUMENT"},
		{"an annotation of Google's", "PATCH", "/web?updateMask=annotations", `{"annotations": {"run.googleapis.com/ingress": "all"}}`, "INVALID_ARGUMENT"},
		{"an annotation that is none", "PATCH", "/web?updateMask=annotations", `{"annotations": {"gennaker:token": "a"}}`, "INVALID_ARGUMENT"},
		{"a label that is none", "PATCH", "/web?updateMask=labels", `{"labels": {"team": "The Shop"}}`, "INVALID_ARGUMENT"},
		{"limits in the manual mode", "PATCH", "/web?updateMask=scaling", `{"scaling": {"scalingMode": "MANUAL", "maxInstanceCount": 3}}`, "INVALID_ARGUMENT"},
		{"a count in the automatic mode", "PATCH", "/web?updateMask=scaling", `{"scaling": {"manualInstanceCount": 3}}`, "INVALID_ARGUMENT"},
		{"more at least than at most", "PATCH", "/web?updateMask=scaling", `{"scaling": {"minInstanceCount": 3, "maxInstanceCount": 2}}`, "INVALID_ARGUMENT"},
		{"to delete the only revision", "DELETE", "/web/revisions/web-v000", "", "FAILED_PRECONDITION"},
		{"a page that is not ours", "GET", "?pageToken=x", "", "INVALID_ARGUMENT"},
		{"what is not simulated", "GET", "/web:getIamPolicy", "", "UNIMPLEMENTED"},
		{"an update that is not simulated", "PATCH", "/web?updateMask=template.timeout", `{}`, "UNIMPLEMENTED"},
		{"a parameter that is not simulated", "GET", "?showDeleted=true", "", "UNIMPLEMENTED"},
	} {
		w := open(t)
		w.have()
		if _, status := w.ask(c.method, services+c.path, c.body); status != c.want {
			t.Errorf("%s is answered with %q, want %s", c.name, status, c.want)
		}
		if s, _ := w.ask("GET", services+"/web", ""); s.Reconciling || s.LatestCreatedRevision != "projects/shop/locations/europe-west1/services/web/revisions/web-v000" {
			t.Errorf("%s has changed the service: %+v", c.name, s)
		}
	}
}

func TestOnlyARevisionThatNothingNeedsIsDeleted(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.have()
	w.ask("PATCH", services+"/web?updateMask=template", template("web-v001", "shop:2"))
	w.clock.Sleep(time.Minute)
	for revision, why := range map[string]string{"web-v000": "can receive traffic", "web-v001": "latest created"} {
		if a, status := w.ask("DELETE", services+"/web/revisions/"+revision, ""); status != "FAILED_PRECONDITION" || !strings.Contains(a.Error.Message, why) {
			t.Errorf("to delete %s is answered with %s: %s", revision, status, a.Error.Message)
		}
	}
	w.ask("PATCH", services+"/web?updateMask=traffic", traffic("web-v001", 100))
	if _, status := w.ask("DELETE", services+"/web/revisions/web-v000", ""); status != "FAILED_PRECONDITION" {
		t.Errorf("while the traffic moves a delete is answered with %q", status)
	}
	w.clock.Sleep(time.Minute)
	begun, status := w.ask("DELETE", services+"/web/revisions/web-v000", "")
	if waited, _ := w.ask("POST", "/v2/"+begun.Name+":wait", `{}`); status != "" || !waited.Done {
		t.Errorf("without traffic a delete is answered with %q, and ends as %+v", status, waited)
	}
	if list, _ := w.ask("GET", services+"/-/revisions", ""); len(list.Revisions) != 1 {
		t.Errorf("left are %+v, want one", list.Revisions)
	}
}

func TestADeletedServiceGoesInItsTime(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.have()
	w.ask("DELETE", services+"/web", "")
	if s, status := w.ask("GET", services+"/web", ""); status != "" || s.DeleteTime == "" {
		t.Errorf("at once it is %+v, %s", s, status)
	}
	w.clock.Sleep(5 * time.Second)
	if _, status := w.ask("GET", services+"/web", ""); status != "NOT_FOUND" {
		t.Errorf("then it is %q, want it gone", status)
	}
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, name := range []string{"a", "b", "c"} {
		w.ask("POST", services+"?serviceId="+name, template(name+"-v000", "shop:1"))
		w.clock.Sleep(time.Second)
	}
	var got []string
	for _, token := range []string{"", "&pageToken=2"} {
		page, _ := w.ask("GET", services+"?pageSize=2"+token, "")
		for _, s := range page.Services {
			got = append(got, s.Name[len(s.Name)-1:])
		}
	}
	if strings.Join(got, "") != "cba" {
		t.Errorf("the services are %v, want the newest first", got)
	}
}
