package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/expression"
)

// computing is a pipeline of one evaluateVariables stage. SERVER in the
// expressions is where the service is.
func computing(s *service, expressions ...string) string {
	var variables []string
	for i, text := range expressions {
		variables = append(variables, fmt.Sprintf(`{"key": "v%d", "value": %q}`, i, strings.ReplaceAll(text, "SERVER", s.URL)))
	}
	return `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "evaluateVariables", "variables": [` +
		strings.Join(variables, ", ") + `]}]}`
}

// patient is a policy that a busy machine keeps to.
func patient(s *service) activities.WebhookPolicy {
	p := policyFor(s)
	p.ReadTimeout = 0
	return p
}

func TestExpressionsReadURLs(t *testing.T) {
	s := serve(t, map[string][]reply{
		"/text": {{code: 200, body: "shop:7"}},
		"/json": {{code: 200, body: `{"images": [{"name": "shop", "tag": 7}], "next": "SERVER/text"}`}},
		"/yaml": {{code: 200, body: "tag: 7\nnext: [a, b]"}},
		"/prop": {{code: 201, body: "# of the build\nversion=1.2\nurl: http://x"}},
	})
	e := webhookWorld(t, patient(s)).run(computing(s,
		"image ${#fromUrl('SERVER/text')}", "${#jsonFromUrl('SERVER/json').images[0].tag}", "${#yamlFromUrl('SERVER/yaml').next[1]}",
		"${#propertiesFromUrl('SERVER/prop').version}", "${#fromUrl(#jsonFromUrl('SERVER/json').next) + #fromUrl('SERVER/text')}"), nil)
	if e.Status != gennaker.Succeeded {
		t.Fatalf("ended %s: %s", e.Status, e.Error)
	}
	want := map[string]any{"v0": "image shop:7", "v1": 7.0, "v2": "b", "v3": "1.2", "v4": "shop:7shop:7"}
	for key, value := range want {
		if got := e.Stages[0].Outputs[key]; got != value {
			t.Errorf("%s = %v, want %v", key, got, value)
		}
	}
	if got := s.paths(); got != "GET /text, GET /json, GET /yaml, GET /prop, GET /json, GET /text" {
		t.Errorf("asked %s: each evaluation asks once for each URL that it needs", got)
	}
}

func TestURLsThatCannotBeRead(t *testing.T) {
	s := serve(t, map[string][]reply{
		"/gone": {{code: 404}}, "/secret": {{code: 403}}, "/busy": {{code: 503}}, "/hang": {{hang: true}},
		"/large": {{code: 200, body: strings.Repeat("x", 256<<10+1)}},
		"/no":    {{code: 200, body: "{"}}, "/away": {{code: 302, location: "http://127.0.0.1:1/"}},
	})
	for _, c := range []struct {
		name, in string
		policy   activities.WebhookPolicy
		want     string
		asked    int
	}{
		{"not there", "${#fromUrl('SERVER/gone')}", patient(s), "at 1: #fromUrl: GET SERVER/gone: not found: it answered 404 Not Found", 1},
		{"not for us", "${#fromUrl('SERVER/secret')}", patient(s), "denied: it answered 403 Forbidden", 1},
		{"busy, four times", "${#fromUrl('SERVER/busy')}", patient(s), "unavailable: it answered 503 Service Unavailable", 4},
		{"silent", "${#fromUrl('SERVER/hang')}", policyFor(s), "#fromUrl: GET SERVER/hang: unavailable: ", 4},
		{"too long", "${#fromUrl('SERVER/large')}", patient(s), "invalid: its answer is longer than 262144 bytes", 1},
		{"no JSON", "${1 + #jsonFromUrl('SERVER/no').x}", patient(s), "at 5: #jsonFromUrl: invalid: unexpected end of JSON input", 1},
		{"this machine, unless it is named", "${#fromUrl('SERVER/text')}", activities.WebhookPolicy{}, "denied: only this machine and its link reach it", 0},
		{"what is not listed", "${#fromUrl('SERVER/text')}", activities.WebhookPolicy{Allow: []string{"https://ci.lan/"}}, "webhooks.allow of the worker's configuration does not have it", 0},
		{"sent on to what is not listed", "${#fromUrl('SERVER/away')}", patient(s), "GET SERVER/away: webhook http://127.0.0.1:1/: denied: webhooks.allow", 1},
		{"other schemes", "${#fromUrl('file:///etc/passwd')}", patient(s), "an http or https URL is wanted", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(s.seen())
			e := webhookWorld(t, c.policy).run(computing(s, c.in), nil)
			want := strings.ReplaceAll(c.want, "SERVER", s.URL)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, want) || len(s.seen())-before != c.asked {
				t.Errorf("ended %s after %d requests, want %d: %s, want %s", e.Status, len(s.seen())-before, c.asked, e.Stages[0].Error, want)
			}
		})
	}
}

func TestURLsThatCannotBeReadStayInSpinnakersReading(t *testing.T) {
	s := serve(t, map[string][]reply{"/gone": {{code: 404}}, "/text": {{code: 200, body: "shop:7"}}})
	document := strings.Replace(computing(s, "${#fromUrl('SERVER/gone')}", "${#fromUrl('SERVER/text')}"), `"name"`, `"compatibility": "spinnaker", "name"`, 1)
	e := webhookWorld(t, patient(s)).run(document, nil)
	if e.Status != gennaker.Succeeded || e.Stages[0].Outputs["v0"] != "${#fromUrl('"+s.URL+"/gone')}" || e.Stages[0].Outputs["v1"] != "shop:7" {
		t.Errorf("ended %s with %v", e.Status, e.Stages[0].Outputs)
	}
	if w := e.Stages[0].Warnings; len(w) != 1 || !strings.Contains(w[0], "it answered 404") {
		t.Errorf("warnings = %q, want one about the 404", w)
	}
}

func TestAnEvaluationReadsSoManyURLs(t *testing.T) {
	s := serve(t, map[string][]reply{"/text": {{code: 200, body: "shop:7"}}, "/big": {{code: 200, body: strings.Repeat("x", 256<<10)}}})
	for text, want := range map[string]string{
		"${{" + strings.Repeat("1,", 20) + "1}.![#fromUrl('SERVER/text')]}":                                         "",
		"${'1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21'.split(',').![#fromUrl('SERVER/text?' + #this)]}": "one evaluation finds 20 things at most",
		"${'1,2,3,4,5'.split(',').![#fromUrl('SERVER/big?' + #this).length()]}":                                     "what this evaluation needs has more than 1048576 bytes",
	} {
		before := len(s.seen())
		e := webhookWorld(t, patient(s)).run(computing(s, text), nil)
		if want == "" && (e.Status != gennaker.Succeeded || len(s.seen())-before != 1) || !strings.HasSuffix(e.Stages[0].Error, want) {
			t.Errorf("%s ended %s after %d requests: %s, want %s", text, e.Status, len(s.seen())-before, e.Stages[0].Error, want)
		}
	}
}

func TestConditionsReadURLs(t *testing.T) {
	s := serve(t, map[string][]reply{"/open": {{code: 200, body: "false"}}, "/text": {{code: 200, body: "7"}}})
	document := strings.ReplaceAll(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "wait", "waitTime": "${#fromUrl('SERVER/text')}", "comments": "${#fromUrl('SERVER/text')}"},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "wait", "waitTime": 1, "stageEnabled": {"type": "expression", "expression": "#fromUrl('SERVER/open')"}},
		{"refId": "3", "requisiteStageRefIds": ["2"], "type": "checkPreconditions", "stageTimeoutMs": 60000, "preconditions": [
			{"type": "expression", "context": {"expression": "#fromUrl('SERVER/open')", "failureMessage": "only ${#fromUrl('SERVER/text')}"}}]}]}`, "SERVER", s.URL)
	e := webhookWorld(t, patient(s)).run(document, nil)
	if got := statuses(e); got != "1=SUCCEEDED 2=SKIPPED 3=TERMINAL" || !strings.Contains(e.Stages[2].Error, "only 7") {
		t.Errorf("ended %s: %s", got, e.Stages[2].Error)
	}
}

// A query cannot read a URL: it evaluates with what the stage has read.
func TestAQueryKnowsTheURLsThatStagesRead(t *testing.T) {
	s := serve(t, map[string][]reply{"/text": {{code: 200, body: "shop:7"}, {code: 200, body: "shop:8"}}})
	w := webhookWorld(t, patient(s))
	document := strings.ReplaceAll(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "evaluateVariables", "variables": [{"key": "a", "value": "${#fromUrl('SERVER/text')}"}]},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "evaluateVariables", "variables": [{"key": "b", "value": "${#fromUrl('SERVER/text')}"}]},
		{"refId": "3", "requisiteStageRefIds": ["2"], "type": "wait", "waitTime": 60}]}`, "SERVER", s.URL)
	ask := func(stage, text string) string {
		value, err := w.env.QueryWorkflow(gennaker.QueryEvaluate, gennaker.Evaluate{Stage: stage, Expression: strings.ReplaceAll(text, "SERVER", s.URL)})
		if err != nil {
			return err.Error()
		}
		var got any
		if err := value.Get(&got); err != nil {
			return err.Error()
		}
		return fmt.Sprint(got)
	}
	asked := false
	w.env.RegisterDelayedCallback(func() {
		asked = true
		for _, c := range []struct{ stage, text, want string }{
			{"1", "#fromUrl('SERVER/text')", "shop:7"},
			{"2", "#fromUrl('SERVER/text')", "shop:8"},
			{"", "#fromUrl('SERVER/text')", "shop:8"},
			{"3", "#fromUrl('SERVER/text').length()", "6"},
			{"3", "#fromUrl('SERVER/other')", "at 1: #fromUrl: it needs URL '" + s.URL + "/other', which no stage has asked for so far: only a running stage can"},
		} {
			if got := ask(c.stage, c.text); !strings.HasSuffix(got, c.want) {
				t.Errorf("stage %q: %s = %s, want %s", c.stage, c.text, got, c.want)
			}
		}
	}, 30*time.Second)
	if e := w.run(document, nil); e.Status != gennaker.Succeeded || !asked {
		t.Errorf("ended %s, asked %v: %s", e.Status, asked, e.Error)
	}
	told, err := w.env.QueryWorkflow(gennaker.QueryExplain, gennaker.Evaluate{Stage: "3", Expression: "b + #fromUrl('x')"})
	var e expression.Explanation
	if err != nil || told.Get(&e) != nil || len(e.Steps) != 1 || string(e.Steps[0].Steps[0].Value) != `"shop:8"` ||
		!strings.HasSuffix(e.Error, "only a running stage can") {
		t.Errorf("explained = %+v, %v", e, err)
	}
	if got := len(s.seen()); got != 2 {
		t.Errorf("%d requests, want 2: a query reads nothing", got)
	}
}

func TestCancellingAStageThatReadsAURL(t *testing.T) {
	s := serve(t, map[string][]reply{"/busy": {{code: 503}}})
	w := webhookWorld(t, patient(s))
	w.update(2*time.Second, gennaker.UpdateCancel, gennaker.Command{User: "ada"})
	e := w.run(computing(s, "${#fromUrl('SERVER/busy')}"), nil)
	if e.Status != gennaker.Canceled || e.Stages[0].Status != gennaker.Canceled {
		t.Errorf("ended %s, stage %s: %s", e.Status, e.Stages[0].Status, e.Stages[0].Error)
	}
}
