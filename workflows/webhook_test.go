package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows"
)

const apiSecret = "hunter2-and-more"

// service is a real HTTP server whose answers a test writes down, path by
// path; the last answer of a path is given again.
type service struct {
	*httptest.Server
	mu       sync.Mutex // guards what is below
	answers  map[string][]reply
	requests []received
}

type reply struct {
	code     int
	body     string
	location string
	hang     bool // until the caller gives up
}

type received struct {
	path, method, body, key, secret string
}

func serve(t *testing.T, answers map[string][]reply) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *service) answer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.requests = append(s.requests, received{r.URL.Path, r.Method, string(body), r.Header.Get("Idempotency-Key"), r.Header.Get("X-Api-Key")})
	list := s.answers[r.URL.Path]
	if len(list) > 1 {
		s.answers[r.URL.Path] = list[1:]
	}
	s.mu.Unlock()
	if len(list) == 0 {
		http.NotFound(w, r)
		return
	}
	a := list[0]
	if a.hang {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Set-Cookie", "session="+apiSecret)
	w.Header().Set("X-Echo", r.Header.Get("X-Api-Key"))
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	w.WriteHeader(a.code)
	fmt.Fprint(w, strings.ReplaceAll(a.body, "SERVER", s.URL))
}

// paths are the requests so far, as METHOD /path.
func (s *service) paths() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, r := range s.requests {
		all = append(all, r.method+" "+r.path)
	}
	return strings.Join(all, ", ")
}

// webhookWorld is a world whose policy lets webhooks do what it says.
func webhookWorld(t *testing.T, policy activities.WebhookPolicy) *world {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	w := &world{t: t, env: suite.NewTestWorkflowEnvironment()}
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: executionID, TaskQueue: gennaker.TaskQueue})
	w.env.SetTestTimeout(30 * time.Second)
	workflows.Register(w.env)
	activities.Register(w.env, activities.New(activities.Config{Providers: providers.NewRegistry(nil), Webhooks: policy}))
	w.begun = w.env.Now()
	return w
}

// callService runs a document with one webhook stage on the service, with the
// rest of its fields. SERVER in them is where the service is.
func callService(t *testing.T, s *service, fields string) gennaker.Execution {
	t.Helper()
	return webhookWorld(t, policyFor(s)).run(hooking(s, fields), nil)
}

func policyFor(s *service) activities.WebhookPolicy {
	return activities.WebhookPolicy{Allow: []string{s.URL}, ReadTimeout: 200 * time.Millisecond,
		Secret: func(name string) (string, bool) { return apiSecret, name == "API" }}
}

func hooking(s *service, fields string) string {
	document := `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "webhook", "url": "SERVER/call" ` + fields + `}]}`
	return strings.ReplaceAll(document, "SERVER", s.URL)
}

// output is a value of the stage's output webhook, by its keys.
func output(e gennaker.Execution, keys ...string) any {
	var value any = e.Stages[0].Outputs["webhook"]
	for _, key := range keys {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	return value
}

func TestTheAnswerToACallDecides(t *testing.T) {
	const get = `, "method": "get"`
	for _, c := range []struct {
		name, fields string
		answers      []reply
		want         gennaker.Status
		code         any // the last status code
		calls        int
	}{
		{"a success", ``, []reply{{code: 201}}, gennaker.Succeeded, 201.0, 1},
		{"a refusal is final", ``, []reply{{code: 404}, {code: 200}}, gennaker.Terminal, 404.0, 1},
		{"an overloaded server is asked again", ``, []reply{{code: 503}, {code: 429}, {code: 200}}, gennaker.Succeeded, 200.0, 3},
		{"for five minutes", ``, []reply{{code: 500}}, gennaker.Terminal, 500.0, 30},
		{"a gateway's time-out is final", ``, []reply{{code: 504}, {code: 200}}, gennaker.Terminal, 504.0, 1},
		{"unless the document says otherwise", `, "failFastStatusCodes": []`, []reply{{code: 504}, {code: 200}}, gennaker.Succeeded, 200.0, 2},
		{"the document fails fast on others", `, "failFastStatusCodes": [503]`, []reply{{code: 503}, {code: 200}}, gennaker.Terminal, 503.0, 1},
		{"the document is patient with others", `, "webhookRetryStatusCodes": [409]`, []reply{{code: 409}, {code: 200}}, gennaker.Succeeded, 200.0, 2},
		{"and counts", `, "retries": {"409": {"maxAttempts": 2}}`, []reply{{code: 409}, {code: 409}, {code: 200}}, gennaker.Terminal, 409.0, 2},
		{"what was posted is not posted again after a time-out", ``, []reply{{hang: true}, {code: 200}}, gennaker.Terminal, nil, 1},
		{"what was asked for is", get, []reply{{hang: true}, {code: 200}}, gennaker.Succeeded, 200.0, 2},
		{"redirects are followed", get, []reply{{code: 302, location: "/call"}, {code: 200}}, gennaker.Succeeded, 200.0, 2},
		{"but not for ever", get, []reply{{code: 302, location: "/call"}}, gennaker.Terminal, nil, 6},
		{"nor to other schemes", get, []reply{{code: 302, location: "ftp://127.0.0.1/"}}, gennaker.Terminal, nil, 1},
		{"nor to where the policy forbids", get, []reply{{code: 302, location: "http://169.254.169.254/"}}, gennaker.Terminal, nil, 1},
		{"a response has its bounds", ``, []reply{{code: 200, body: strings.Repeat("x", 1<<20+1)}}, gennaker.Terminal, 200.0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string][]reply{"/call": c.answers})
			e := callService(t, s, c.fields)
			if got := output(e, "statusCodeValue"); e.Status != c.want || got != c.code {
				t.Errorf("ended %s with code %v, want %s with %v: %s", e.Status, got, c.want, c.code, e.Error)
			}
			if got := len(s.requests); got != c.calls {
				t.Errorf("called %d times, want %d", got, c.calls)
			}
			if failed := output(e, "error") != nil; failed != (e.Status != gennaker.Succeeded) {
				t.Errorf("webhook.error = %v", output(e, "error"))
			}
		})
	}
}

// waiting is the rest of a stage that waits for completion.
const waiting = `, "waitForCompletion": true, "statusJsonPath": "$.status", "successStatuses": "SUCCESS, Done",
	"canceledStatuses": "aborted", "terminalStatuses": "failed,unstable" `

func TestWhatIsWaitedForDecides(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		looks        []reply
		want         gennaker.Status
		requests     int // the call included
	}{
		{"a success", waiting, []reply{{code: 200, body: `{"status": "success"}`}}, gennaker.Succeeded, 2},
		{"the second of a list, in another case", waiting, []reply{{code: 200, body: `{"status": "DONE"}`}}, gennaker.Succeeded, 2},
		{"an unknown status is waited for", waiting, []reply{{code: 200, body: `{"status": "queued"}`}, {code: 200, body: `{"status": "done"}`}}, gennaker.Succeeded, 3},
		{"a failure", waiting, []reply{{code: 200, body: `{"status": "UNSTABLE"}`}}, gennaker.Terminal, 2},
		{"a cancellation", waiting, []reply{{code: 200, body: `{"status": "Aborted"}`}}, gennaker.Canceled, 2},
		{"the number 100", waiting, []reply{{code: 200, body: `{"status": 40}`}, {code: 200, body: `{"status": 100}`}}, gennaker.Succeeded, 3},
		{"a boolean", strings.Replace(waiting, "SUCCESS", "true", 1), []reply{{code: 200, body: `{"status": false}`}, {code: 200, body: `{"status": true}`}}, gennaker.Succeeded, 3},
		{"a missing path", waiting, []reply{{code: 200, body: `{"state": "done"}`}}, gennaker.Terminal, 2},
		{"no single value", waiting, []reply{{code: 200, body: `{"status": ["done"]}`}}, gennaker.Terminal, 2},
		{"a path that finds several", strings.Replace(waiting, "$.status", "$.*", 1), []reply{{code: 200, body: `{"a": "done", "b": "done"}`}}, gennaker.Terminal, 2},
		{"a path without its root", strings.Replace(waiting, "$.status", "build.status", 1), []reply{{code: 200, body: `{"build": {"status": "done"}}`}}, gennaker.Succeeded, 2},
		{"an overloaded server", waiting, []reply{{code: 503}, {code: 429}, {code: 200, body: `{"status": "done"}`}}, gennaker.Succeeded, 4},
		{"a silent server", waiting, []reply{{hang: true}, {code: 200, body: `{"status": "done"}`}}, gennaker.Succeeded, 3},
		{"a refusal", waiting, []reply{{code: 404}}, gennaker.Terminal, 2},
		{"a refusal that the document is patient with", waiting + `, "retryStatusCodes": [404]`, []reply{{code: 404}, {code: 200, body: `{"status": "done"}`}}, gennaker.Succeeded, 3},
		{"any success without a path", `, "waitForCompletion": true`, []reply{{code: 503}, {code: 204}}, gennaker.Succeeded, 3},
		{"progress must be a text", waiting + `, "progressJsonPath": "$.n"`, []reply{{code: 200, body: `{"status": "done", "n": 7}`}}, gennaker.Terminal, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string][]reply{"/call": {{code: 200}}, "/status": c.looks})
			e := callService(t, s, `, "statusEndpoint": "SERVER/status" `+c.fields)
			if got := len(s.requests); e.Status != c.want || got != c.requests {
				t.Errorf("ended %s after %s, want %s after %d requests: %s", e.Status, s.paths(), c.want, c.requests, e.Error)
			}
		})
	}
}

func TestTheStatusURLIsResolved(t *testing.T) {
	done := reply{code: 200, body: `{"status": "done"}`}
	for _, c := range []struct {
		name, fields string
		call         reply
		want         string
		fails        bool
	}{
		{"by GET", `, "statusUrlResolution": "getMethod"`, done, "POST /call, GET /call", false},
		{"by GET when nothing is said", ``, done, "POST /call, GET /call", false},
		{"by the header Location", `, "statusUrlResolution": "locationHeader"`, reply{code: 201, location: "/status"}, "POST /call, GET /status", false},
		{"by a missing header", `, "statusUrlResolution": "locationHeader"`, reply{code: 201}, "POST /call", true},
		{"by the response", `, "statusUrlResolution": "webhookResponse", "statusUrlJsonPath": "$.links.self"`,
			reply{code: 200, body: `{"links": {"self": "SERVER/status"}}`}, "POST /call, GET /status", false},
		{"by a response without it", `, "statusUrlResolution": "webhookResponse", "statusUrlJsonPath": "$.links.self"`,
			reply{code: 200, body: `{}`}, "POST /call", true},
		{"monitorOnly calls nothing", `, "monitorOnly": true, "statusEndpoint": "SERVER/status"`, done, "GET /status", false},
		{"monitorOnly looks at the url", `, "monitorOnly": true, "method": "PUT"`, done, "GET /call", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string][]reply{"/call": {c.call}, "/status": {done}})
			e := callService(t, s, waiting+c.fields)
			if got := s.paths(); got != c.want || (e.Status != gennaker.Succeeded) != c.fails {
				t.Errorf("ended %s after %s, want %s: %s", e.Status, got, c.want, e.Error)
			}
		})
	}
}

func TestTheMonitorsOutputs(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{code: 202, body: `{"id": 7}`}}, "/status": {{code: 200, body: `{"status": 100, "text": "all shipped"}`}}})
	e := callService(t, s, waiting+`, "waitBeforeMonitor": 60, "progressJsonPath": "$.text", "statusEndpoint": "SERVER/status", "payload": {"a": [1]}`)
	for _, c := range []struct {
		keys []string
		want any
	}{
		{[]string{"statusCode"}, "ACCEPTED"},
		{[]string{"body", "id"}, 7.0},
		{[]string{"monitor", "statusCode"}, "OK"},
		{[]string{"monitor", "percentComplete"}, 100.0},
		{[]string{"monitor", "progressMessage"}, "all shipped"},
		{[]string{"monitor", "body", "text"}, "all shipped"},
	} {
		if got := output(e, c.keys...); got != c.want {
			t.Errorf("webhook.%s = %v, want %v", strings.Join(c.keys, "."), got, c.want)
		}
	}
	if waited := e.EndTime.Sub(e.StartTime); waited < time.Minute {
		t.Errorf("ended after %s, want at least the minute of waitBeforeMonitor", waited)
	}
	if got := s.requests[0].body; got != `{"a":[1]}` {
		t.Errorf("payload = %s", got)
	}
}

func TestACallIsTakenBack(t *testing.T) {
	const taking = `, "statusEndpoint": "SERVER/status", "cancelEndpoint": "SERVER/cancel", "cancelMethod": "delete"`
	t.Run("when the execution is cancelled", func(t *testing.T) {
		s := serve(t, map[string][]reply{"/call": {{code: 200}}, "/status": {{code: 200, body: `{"status": "working"}`}}, "/cancel": {{code: 200}}})
		w := webhookWorld(t, policyFor(s))
		w.env.SetOnActivityHeartbeatListener(func(*activity.Info, converter.EncodedValues) {
			w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
		})
		e := w.run(hooking(s, strings.ReplaceAll(waiting+taking, "SERVER", s.URL)), nil)
		if got := s.paths(); e.Status != gennaker.Canceled || !strings.HasSuffix(got, "DELETE /cancel") {
			t.Errorf("ended %s after %s, want CANCELED after DELETE /cancel", e.Status, got)
		}
	})
	t.Run("when what it began fails", func(t *testing.T) {
		s := serve(t, map[string][]reply{"/call": {{code: 200}}, "/status": {{code: 200, body: `{"status": "failed"}`}}})
		e := callService(t, s, waiting+taking)
		if got := s.paths(); e.Status != gennaker.Terminal || got != "POST /call, GET /status, DELETE /cancel" {
			t.Errorf("ended %s after %s", e.Status, got)
		}
		if got := strings.Join(e.Stages[0].Warnings, "\n"); got != "cancelEndpoint: it answered 404" {
			t.Errorf("warnings = %s", got)
		}
	})
	t.Run("but not when it succeeds", func(t *testing.T) {
		s := serve(t, map[string][]reply{"/call": {{code: 200}}})
		callService(t, s, taking)
		if got := s.paths(); got != "POST /call" {
			t.Errorf("requests = %s", got)
		}
	})
}

func TestARetryHasTheSameKey(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{code: 503}, {code: 400}}, "/cancel": {{code: 200}}})
	callService(t, s, `, "cancelEndpoint": "SERVER/cancel"`)
	if s.paths() != "POST /call, POST /call, POST /cancel" {
		t.Fatalf("requests = %s", s.paths())
	}
	first, second, cancel := s.requests[0].key, s.requests[1].key, s.requests[2].key
	if first == "" || first != second || cancel == first {
		t.Errorf("keys = %q, %q and %q: want the first two the same and the last another", first, second, cancel)
	}
}

func TestSecretsStayInTheActivity(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{code: 503, body: apiSecret}, {code: 200, body: `{"status": "done", "echo": "` + apiSecret + `"}`}}})
	w := webhookWorld(t, policyFor(s))
	var seen strings.Builder
	w.env.SetOnActivityStartedListener(func(_ *activity.Info, _ context.Context, args converter.EncodedValues) {
		var raw any
		if err := args.Get(&raw); err == nil {
			record(&seen, raw)
		}
	})
	w.env.SetOnActivityCompletedListener(func(_ *activity.Info, result converter.EncodedValue, err error) {
		var raw any
		if err == nil && result.Get(&raw) == nil {
			record(&seen, raw)
		}
		fmt.Fprintf(&seen, "%+v", err)
	})
	e := w.run(hooking(s, waiting+`, "customHeaders": {"X-Api-Key": "secret://API", "X-Token": "in clear"}`), nil)
	record(&seen, e)
	if e.Status != gennaker.Succeeded || s.requests[0].secret != apiSecret || s.requests[2].secret != apiSecret {
		t.Fatalf("ended %s, and the server saw %q: %s", e.Status, s.requests[0].secret, e.Error)
	}
	if text := seen.String(); strings.Contains(text, apiSecret) || !strings.Contains(text, "secret://API") {
		t.Errorf("what Temporal records has the secret, or lacks its name: %s", text)
	}
	if output(e, "headers", "X-Echo") != "(secret)" || output(e, "headers", "Set-Cookie") != nil {
		t.Errorf("headers = %v", output(e, "headers"))
	}
	if got := strings.Join(e.Stages[0].Warnings, "\n"); !strings.HasPrefix(got, "customHeaders.X-Token is in clear") || len(e.Stages[0].Warnings) != 1 {
		t.Errorf("warnings = %s", got)
	}
}

func record(b *strings.Builder, v any) {
	data, _ := json.Marshal(v)
	b.Write(data)
}

func TestSecretsGoToNobodyElse(t *testing.T) {
	other := serve(t, map[string][]reply{"/status": {{code: 200, body: `{"status": "done"}`}}})
	s := serve(t, map[string][]reply{"/call": {{code: 307, location: other.URL + "/status"}},
		"/begin": {{code: 200, location: other.URL + "/status"}}})
	policy := policyFor(s)
	policy.Allow = append(policy.Allow, other.URL)
	for _, path := range []string{"/call", "/begin"} {
		document := strings.ReplaceAll(hooking(s, `, "waitForCompletion": true, "statusUrlResolution": "locationHeader",
			"customHeaders": {"X-Api-Key": "secret://API"}`), "/call", path)
		webhookWorld(t, policy).run(document, nil)
	}
	if len(other.requests) == 0 {
		t.Fatal("the other server was not asked")
	}
	for _, r := range other.requests {
		if r.secret != "" {
			t.Errorf("%s %s of another host got the secret", r.method, r.path)
		}
	}
}

func TestWhatMayNotBeCalledIsNot(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{code: 200}}, "/cancel": {{code: 200}}})
	for _, c := range []struct {
		name, fields string
		policy       activities.WebhookPolicy
		want         string
	}{
		{"this machine, unless it is named", ``, activities.WebhookPolicy{}, "denied"},
		{"what is not listed", ``, activities.WebhookPolicy{Allow: []string{"https://ci.lan/"}}, "denied"},
		{"a listed host's other paths", ``, activities.WebhookPolicy{Allow: []string{s.URL + "/cal"}}, "denied"},
		{"all of a scheme is not this machine", ``, activities.WebhookPolicy{Allow: []string{"http://"}}, "denied"},
		{"other schemes", `, "url": "file:///etc/passwd"`, activities.WebhookPolicy{}, "an http or https URL is wanted"},
		{"without the secret", `, "customHeaders": {"a": "secret://GONE"}`, policyFor(s), "secret GONE: not found"},
		{"with an account", `, "account": "ci"`, policyFor(s), "account: invalid"},
		{"monitorOnly without waiting", `, "monitorOnly": true`, policyFor(s), "it needs waitForCompletion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			document := hooking(s, `, "cancelEndpoint": "SERVER/cancel"`+c.fields)
			if strings.Contains(c.fields, `"url"`) {
				document = strings.Replace(document, `"url": "`+s.URL+`/call" ,`, "", 1)
			}
			e := webhookWorld(t, c.policy).run(document, nil)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || len(s.requests) != 0 {
				t.Errorf("ended %s after %q: %s, want %q", e.Status, s.paths(), e.Error, c.want)
			}
		})
	}
}

func TestExpectedArtifactsAreInTheBody(t *testing.T) {
	for _, c := range []struct {
		body string
		want gennaker.Status
	}{
		{`{"artifacts": [{"type": "docker/image"}]}`, gennaker.Succeeded},
		{`{}`, gennaker.Terminal},
	} {
		s := serve(t, map[string][]reply{"/call": {{code: 200, body: c.body}}})
		e := callService(t, s, `, "expectedArtifacts": [{"matchArtifact": {"type": "docker/image"}}]`)
		if _, ok := e.Stages[0].Outputs["artifacts"]; e.Status != c.want || ok != (c.want == gennaker.Succeeded) {
			t.Errorf("%s: ended %s with %v: %s", c.body, e.Status, e.Stages[0].Outputs, e.Error)
		}
	}
}

func TestALongBodyIsCut(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{code: 200, body: `{"a": "` + strings.Repeat("<", 60<<10) + `"}`}}})
	e := callService(t, s, ``)
	text, _ := output(e, "body").(string)
	if e.Status != gennaker.Succeeded || len(text) == 0 || len(text) > 24<<10 || len(e.Stages[0].Warnings) != 1 {
		t.Errorf("ended %s with %d bytes and %v: %s", e.Status, len(text), e.Stages[0].Warnings, e.Error)
	}
}
