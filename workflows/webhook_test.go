package workflows_test

import (
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

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
		{"retries are for the status alone", `, "retries": {"409": {"maxAttempts": 2}}`, []reply{{code: 409}, {code: 200}}, gennaker.Terminal, 409.0, 1},
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
			if got := len(s.seen()); got != c.calls {
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
		{"a refusal that the document counts", waiting + `, "retries": {"404": {"maxAttempts": 2}}`,
			[]reply{{code: 404}, {code: 404}, {code: 200, body: `{"status": "done"}`}}, gennaker.Succeeded, 4},
		{"and counts over the whole wait", waiting + `, "retries": {"404": {"maxAttempts": 2}, "503": {"maxAttempts": 1}}`,
			[]reply{{code: 404}, {code: 503}, {code: 404}, {code: 404}, {code: 200}}, gennaker.Terminal, 5},
		{"an overloaded server that is given up", waiting + `, "retries": {"503": {"maxAttempts": 0}}`, []reply{{code: 503}}, gennaker.Terminal, 2},
		{"any success without a path", `, "waitForCompletion": true`, []reply{{code: 503}, {code: 204}}, gennaker.Succeeded, 3},
		{"progress must be a text", waiting + `, "progressJsonPath": "$.n"`, []reply{{code: 200, body: `{"status": "done", "n": 7}`}}, gennaker.Terminal, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string][]reply{"/call": {{code: 200}}, "/status": c.looks})
			e := callService(t, s, `, "statusEndpoint": "SERVER/status" `+c.fields)
			if got := len(s.seen()); e.Status != c.want || got != c.requests {
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
	if got := s.seen()[0].body; got != `{"a":[1]}` {
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
	first, second, cancel := s.seen()[0].key, s.seen()[1].key, s.seen()[2].key
	if first == "" || first != second || cancel == first {
		t.Errorf("keys = %q, %q and %q: want the first two the same and the last another", first, second, cancel)
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

func TestAnOperatorSaysWhatAnswersMean(t *testing.T) {
	for _, c := range []struct {
		name    string
		set     func(*activities.WebhookPolicy)
		answers []reply
		want    any // the last status code
		calls   int
	}{
		{"which ask to come back", func(p *activities.WebhookPolicy) { p.Busy = []int{423} }, []reply{{code: 423}, {code: 201}}, 201.0, 2},
		{"and which do not", func(p *activities.WebhookPolicy) { p.Busy = []int{423} }, []reply{{code: 429}, {code: 201}}, 429.0, 1},
		{"that a redirect is one", func(p *activities.WebhookPolicy) { p.NoRedirects = true }, []reply{{code: 302, location: "/call"}, {code: 200}}, 302.0, 1},
		{"how long they are", func(p *activities.WebhookPolicy) { p.MaxResponse = 10 }, []reply{{code: 200, body: "eleven byte"}}, 200.0, 1},
		{"how long a payload is", func(p *activities.WebhookPolicy) { p.MaxRequest = 10 }, []reply{{code: 200}}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string][]reply{"/call": c.answers})
			policy := policyFor(s)
			c.set(&policy)
			e := webhookWorld(t, policy).run(hooking(s, `, "payload": "eleven byte"`), nil)
			if got := output(e, "statusCodeValue"); got != c.want || len(s.seen()) != c.calls {
				t.Errorf("ended %s with %v after %d calls, want %v after %d: %s", e.Status, got, len(s.seen()), c.want, c.calls, e.Error)
			}
		})
	}
}

func TestAnOperatorSaysWhatIsSafeToSendAgain(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{hang: true}, {code: 200}}})
	policy := policyFor(s)
	policy.SafeToRetry = []string{s.URL + "/call"}
	e := webhookWorld(t, policy).run(hooking(s, ``), nil)
	if got := s.paths(); e.Status != gennaker.Succeeded || got != "POST /call, POST /call" {
		t.Errorf("ended %s after %s: %s", e.Status, got, e.Error)
	}
}
