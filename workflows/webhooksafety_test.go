package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

func TestSecretsStayInTheActivity(t *testing.T) {
	s := serve(t, map[string][]reply{"/call": {{code: 503, body: apiSecret}, {code: 200, body: `{"status": "done", "echo": "` + apiSecret + `"}`}}})
	w := webhookWorld(t, policyFor(s))
	seen := recorded(w)
	e := w.run(hooking(s, waiting+`, "customHeaders": {"X-Api-Key": "secret://API", "X-Token": "in clear"}`), nil)
	record(seen, e)
	if e.Status != gennaker.Succeeded || s.seen()[0].secret != apiSecret || s.seen()[2].secret != apiSecret {
		t.Fatalf("ended %s, and the server saw %q: %s", e.Status, s.seen()[0].secret, e.Error)
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

// recorded is what activities are given and give, as Temporal records it.
func recorded(w *world) *strings.Builder {
	seen := &strings.Builder{}
	w.env.SetOnActivityStartedListener(func(_ *activity.Info, _ context.Context, args converter.EncodedValues) {
		var raw any
		if err := args.Get(&raw); err == nil {
			record(seen, raw)
		}
	})
	w.env.SetOnActivityCompletedListener(func(_ *activity.Info, result converter.EncodedValue, err error) {
		var raw any
		if err == nil && result.Get(&raw) == nil {
			record(seen, raw)
		}
		fmt.Fprintf(seen, "%+v", err)
	})
	return seen
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
	if len(other.seen()) == 0 {
		t.Fatal("the other server was not asked")
	}
	for _, r := range other.seen() {
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
		{"a listed host by another method", ``, activities.WebhookPolicy{Allow: []string{"GET,PUT " + s.URL}}, "denied"},
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
			if e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || len(s.seen()) != 0 {
				t.Errorf("ended %s after %q: %s, want %q", e.Status, s.paths(), e.Error, c.want)
			}
		})
	}
}
