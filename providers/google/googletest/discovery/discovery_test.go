package discovery_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gennaker/gennaker/providers/google/googletest/discovery"
)

const (
	groups   = "/compute/v1/projects/shop/zones/europe-west1-b/instanceGroupManagers"
	services = "/v2/projects/shop/locations/europe-west1/services"
	service  = services + "/web"

	// operation is a good answer of Compute Engine to a change.
	operation = `{"name":"op-1","status":"RUNNING","progress":0,"targetId":"17","insertTime":"2026-11-30T09:00:00.000-08:00"}`
	// pending is a good answer of Cloud Run to a change.
	pending = `{"name":"projects/shop/locations/europe-west1/operations/op-1","done":false,"metadata":{"@type":"x","what":[1]}}`
)

// planted are exchanges with one mistake each, and those without one, whose
// wrong is empty.
var planted = []struct {
	name         string
	api          string
	method, path string
	body         string
	status       int // 200 if it is 0
	answer       string
	wrong        string // is in the only report
}{
	{name: "an insert as described", api: "compute/v1", method: "POST", path: groups + "?requestId=r-1&alt=json",
		body: `{"name":"shop-v000","instanceTemplate":"t","targetSize":2}`, answer: operation},
	{name: "a patch as described", api: "run/v2", method: "PATCH", path: service + "?updateMask=traffic,template.max_instance_request_concurrency,labels.owner",
		body: `{"traffic":[{"revision":"web-v000","percent":100,"type":"TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"}],"template":{"timeout":"30.5s"}}`, answer: pending},
	{name: "an error as Google tells it", api: "run/v2", method: "GET", path: service, status: 404,
		answer: `{"error":{"code":404,"message":"Resource 'web' was not found","status":"NOT_FOUND"}}`},
	{name: "a verb is no part of a name", api: "run/v2", method: "GET", path: service + ":getIamPolicy", answer: `{"bindings":[]}`},
	{name: "null clears a field", api: "run/v2", method: "PATCH", path: service, body: `{"traffic":null}`, answer: pending},

	{name: "an unknown path", api: "compute/v1", method: "GET", path: "/compute/v1/projects/shop/zones/z/instanceGroupManager", wrong: "compute v1 has no such method"},
	{name: "a path with a part too many", api: "run/v2", method: "GET", path: service + "/revisions/r/x", wrong: "run v2 has no such method"},
	{name: "another method", api: "compute/v1", method: "PUT", path: groups + "/g", wrong: "no such method"},
	{name: "a path parameter against its pattern", api: "compute/v1", method: "GET", path: "/compute/v1/projects/Shop/zones/b/instanceGroupManagers", wrong: "path parameter project"},
	{name: "an unknown parameter", api: "compute/v1", method: "DELETE", path: groups + "/g?requestID=1", wrong: `unknown query parameter "requestID"`},
	{name: "a path parameter in the query", api: "compute/v1", method: "DELETE", path: groups + "/g?zone=b", wrong: `unknown query parameter "zone"`},
	{name: "a parameter that is no integer", api: "compute/v1", method: "POST", path: groups + "/g/resize?size=two", wrong: `"two" is no integer (int32)`},
	{name: "a parameter that is no boolean", api: "compute/v1", method: "POST", path: groups + "/g/setInstanceTemplate?requestId=1&prettyPrint=yes", wrong: `"yes" is no boolean`},
	{name: "a parameter above its greatest value", api: "compute/v1", method: "GET", path: "/compute/v1/projects/shop/zones/b/instances/i/serialPort?port=5", wrong: "5 is more than 4"},
	{name: "a parameter below its least value", api: "compute/v1", method: "GET", path: "/compute/v1/projects/shop/zones/b/instances/i/serialPort?port=0", wrong: "0 is less than 1"},
	{name: "a parameter of no such enum", api: "run/v2", method: "GET", path: service + "?alt=yaml", wrong: `"yaml" is none of`},
	{name: "a parameter given twice", api: "run/v2", method: "GET", path: services + "?pageSize=1&pageSize=2", wrong: "given 2 times"},
	{name: "a required parameter that is missing", api: "compute/v1", method: "POST", path: groups + "/g/resize", wrong: "required query parameter size is missing"},
	{name: "an update mask that leads nowhere", api: "run/v2", method: "PATCH", path: service + "?updateMask=template.trafic", wrong: `no field "template.trafic"`},
	{name: "a body where none is taken", api: "compute/v1", method: "POST", path: groups + "/g/resize?size=3", body: `{"size":3}`, wrong: "takes no body"},
	{name: "a body that is no JSON", api: "run/v2", method: "POST", path: services + "?serviceId=web", body: `{`, wrong: "body: unexpected EOF"},
	{name: "two bodies", api: "run/v2", method: "POST", path: services + "?serviceId=web", body: `{} {}`, wrong: "something follows"},
	{name: "an unknown field", api: "compute/v1", method: "POST", path: groups, body: `{"name":"g","targetSize":1,"instanceTemplat":"t"}`, wrong: `unknown field "instanceTemplat"`},
	{name: "an unknown field far inside", api: "run/v2", method: "PATCH", path: service, body: `{"template":{"containers":[{"image":"a","env":[{"nam":"x"}]}]}}`, wrong: `body.template.containers[0].env[0]: unknown field "nam"`},
	{name: "a field of another type", api: "compute/v1", method: "POST", path: groups, body: `{"name":"g","targetSize":"many"}`, wrong: `"many" is no integer (int32)`},
	{name: "a field that is no list", api: "run/v2", method: "PATCH", path: service, body: `{"traffic":{}}`, wrong: "{} is no array"},
	{name: "a field that is no object", api: "run/v2", method: "PATCH", path: service, body: `{"template":[]}`, wrong: "[] is no object"},
	{name: "a long integer that is a number", api: "compute/v1", method: "POST", path: groups, body: `{"name":"g","targetSize":1,"id":17}`, wrong: "17 is no string (uint64)"},
	{name: "an integer beyond its size", api: "compute/v1", method: "POST", path: groups, body: `{"name":"g","targetSize":3000000000}`, wrong: "is no integer (int32)"},
	{name: "a duration without a unit", api: "run/v2", method: "PATCH", path: service, body: `{"template":{"timeout":"30"}}`, wrong: `"30" is no string (google-duration)`},
	{name: "bytes that are no base64", api: "compute/v1", method: "PATCH", path: groups + "/g", body: `{"fingerprint":"%"}`, wrong: "is no string (byte)"},
	{name: "a field of no such enum", api: "run/v2", method: "PATCH", path: service, body: `{"ingress":"SOMETIMES"}`, wrong: `"SOMETIMES" is none of`},
	{name: "a field against its pattern", api: "compute/v1", method: "POST", path: groups, body: `{"name":"Shop","targetSize":1}`, wrong: "does not match"},
	{name: "an insert without what it must have", api: "compute/v1", method: "POST", path: groups, body: `{"name":"shop"}`, wrong: "required field targetSize is missing"},

	{name: "an answer with an unknown field", api: "compute/v1", method: "DELETE", path: groups + "/g", answer: `{"state":"DONE"}`, wrong: `unknown field "state" of Operation`},
	{name: "an answer of no such enum", api: "compute/v1", method: "DELETE", path: groups + "/g", answer: `{"status":"FINISHED"}`, wrong: `"FINISHED" is none of`},
	{name: "an answer of another type", api: "compute/v1", method: "DELETE", path: groups + "/g", answer: `{"progress":"100"}`, wrong: "answer.progress"},
	{name: "an answer with a time that is none", api: "run/v2", method: "GET", path: service, answer: `{"createTime":"today"}`, wrong: "is no string (google-datetime)"},
	{name: "an answer that is empty", api: "run/v2", method: "GET", path: service, answer: ``, wrong: "EOF"},
	{name: "an error that is no JSON", api: "run/v2", method: "GET", path: service, status: 500, answer: `oops`, wrong: "invalid character"},
	{name: "an error of another shape", api: "run/v2", method: "GET", path: service, status: 404, answer: `{"error":{"code":404,"message":"x","reason":"y"}}`, wrong: `unknown field "reason" of Status`},
	{name: "an error of no such status", api: "run/v2", method: "GET", path: service, status: 409, answer: `{"error":{"code":409,"message":"x","status":"CONFLICT"}}`, wrong: `"CONFLICT" is none of`},
	{name: "an error with the code of another", api: "run/v2", method: "GET", path: service, status: 404, answer: `{"error":{"code":403,"message":"x"}}`, wrong: "error.code is 403"},
	{name: "an error that says nothing", api: "run/v2", method: "GET", path: service, status: 404, answer: `{"error":{"code":404}}`, wrong: "no error.message"},
}

// apis are loaded once for all tests.
var apis = sync.OnceValues(func() (map[string]*discovery.API, error) {
	dir, err := discovery.Dir()
	if err != nil {
		return nil, err
	}
	all := map[string]*discovery.API{}
	for _, name := range []string{"compute/v1", "run/v2"} {
		if all[name], err = discovery.Load(dir, name); err != nil {
			return nil, err
		}
	}
	return all, nil
})

func load(t *testing.T, name string) *discovery.API {
	t.Helper()
	all, err := apis()
	if err != nil {
		t.Fatal(err)
	}
	return all[name]
}

// reports keeps what is reported.
type reports struct {
	mu   sync.Mutex // guards list
	list []string
}

func (r *reports) add(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, err.Error())
}

// are says which reports are not as wanted.
func (r *reports) are(t *testing.T, wrong string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if wrong == "" && len(r.list) > 0 || wrong != "" && (len(r.list) != 1 || !strings.Contains(r.list[0], wrong)) {
		t.Errorf("reported %q, want one with %q", r.list, wrong)
	}
}

// cloud answers everything with that.
func cloud(status int, answer string, asked *int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(max(status, 200))
		_, _ = io.WriteString(w, answer)
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range planted {
		t.Run(c.name, func(t *testing.T) {
			var got reports
			asked := 0
			w := httptest.NewRecorder()
			load(t, c.api).Check(cloud(c.status, c.answer, &asked), got.add).ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			got.are(t, c.wrong)
			if bad := len(got.list) > 0 && strings.HasPrefix(got.list[0], "request: "); bad {
				if asked != 0 || (w.Code != 400 && w.Code != 404) || !strings.Contains(w.Body.String(), `"message"`) {
					t.Errorf("the cloud was asked %d times, and the answer is %d %s", asked, w.Code, w.Body)
				}
				return
			}
			if asked != 1 || w.Code != max(c.status, 200) || w.Body.String() != c.answer {
				t.Errorf("the cloud was asked %d times, and the answer is %d %s", asked, w.Code, w.Body)
			}
		})
	}
}

// TestTransport sends the same exchanges through a client.
func TestTransport(t *testing.T) {
	t.Parallel()
	for _, c := range planted {
		t.Run(c.name, func(t *testing.T) {
			var got reports
			asked := 0
			server := httptest.NewServer(cloud(c.status, c.answer, &asked))
			defer server.Close()
			client := http.Client{Transport: load(t, c.api).Transport(http.DefaultTransport, got.add)}
			r, err := http.NewRequest(c.method, server.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := client.Do(r)
			got.are(t, c.wrong)
			if bad := len(got.list) > 0 && strings.HasPrefix(got.list[0], "request: "); bad {
				if err == nil || asked != 0 {
					t.Errorf("it was sent %d times, and the error is %v", asked, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if body, _ := io.ReadAll(answer.Body); string(body) != c.answer {
				t.Errorf("the answer is %s, want %s", body, c.answer)
			}
		})
	}
}

// TestPassesBodyOn sees that the cloud gets what was sent.
func TestPassesBodyOn(t *testing.T) {
	t.Parallel()
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"name":%q}`, body)
	})
	w := httptest.NewRecorder()
	load(t, "run/v2").Check(echo, func(err error) { t.Error(err) }).
		ServeHTTP(w, httptest.NewRequest("PATCH", service, strings.NewReader(`{"description":"a shop"}`)))
	if want := `{"name":"{\"description\":\"a shop\"}"}`; w.Body.String() != want {
		t.Errorf("the cloud got %s, want %s", w.Body, want)
	}
}

func TestLoadUnknown(t *testing.T) {
	t.Parallel()
	if _, err := discovery.Load(t.TempDir(), "compute/v1"); err == nil || !strings.Contains(err.Error(), "compute-api.json") {
		t.Errorf("Load from an empty folder = %v", err)
	}
}

// TestPlantsEverySort sees that no two cases have one name, so that each runs.
func TestPlantsEverySort(t *testing.T) {
	t.Parallel()
	var names []string
	for _, c := range planted {
		names = append(names, c.name)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(planted) {
		t.Error("two cases have one name")
	}
}
