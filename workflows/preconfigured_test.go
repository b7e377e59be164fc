package workflows_test

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

// paging is what an operator has defined; its stages give a team and a text.
func paging(s *service) activities.WebhookPolicy {
	policy := policyFor(s)
	policy.Preconfigured = []activities.PreconfiguredWebhook{{
		Type:  "pageTeam",
		Label: "Page a team",
		Parameters: []activities.WebhookParameter{
			{Name: "team", DefaultValue: "ops", Options: []activities.WebhookOption{{Value: "ops"}, {Value: "dev"}}},
			{Name: "text", DefaultValue: "look at ${execution.application}"},
		},
		Permissions: map[string][]string{"READ": {"everybody"}, "WRITE": {"release"}},
		Fields: map[string]any{
			"url": s.URL + "/page/${parameterValues['team']}", "method": "PUT",
			"customHeaders": map[string]any{"X-Api-Key": "secret://API"},
			"payload":       map[string]any{"text": "${parameterValues['text']}", "from": "${execution.name}"},
		},
	}}
	return policy
}

var release = gennaker.User{Judge: gennaker.Judge{Name: "ada"}, Roles: []string{"release"}}

func pageTeam(s *service, fields string) string {
	document := `{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "type": "pageTeam", "alias": "preconfiguredWebhook"` + fields + `}]}`
	return strings.ReplaceAll(document, "SERVER", s.URL)
}

func preconfigured(t *testing.T, s *service, fields string, users ...gennaker.User) gennaker.Execution {
	t.Helper()
	return webhookWorld(t, paging(s), users...).run(pageTeam(s, fields), nil)
}

func TestAPreconfiguredWebhookRunsAsItsDefinitionSays(t *testing.T) {
	s := serve(t, map[string][]reply{"/page/dev": {{code: 200, body: `{"id": 7}`}}})
	e := preconfigured(t, s, `, "parameterValues": {"team": "dev", "text": "all well"}, "url": "SERVER/elsewhere"`, release)
	if e.Status != gennaker.Succeeded || s.paths() != "PUT /page/dev" {
		t.Fatalf("ended %s after %s: %s", e.Status, s.paths(), e.Error)
	}
	got := s.seen()[0]
	if got.body != `{"from":"deploy","text":"all well"}` || got.secret != apiSecret {
		t.Errorf("sent %s with the key %q", got.body, got.secret)
	}
	if output(e, "body", "id") != 7.0 {
		t.Errorf("outputs = %v, want those of a webhook", e.Stages[0].Outputs)
	}
}

func TestAPreconfiguredWebhookHasDefaults(t *testing.T) {
	s := serve(t, map[string][]reply{"/page/ops": {{code: 200}}})
	e := preconfigured(t, s, `, "parameterValues": {"tex": "a slip"}`, release)
	if e.Status != gennaker.Succeeded || s.seen()[0].body != `{"from":"deploy","text":"look at shop"}` {
		t.Fatalf("ended %s after %v: %s", e.Status, s.seen(), e.Error)
	}
	if got := strings.Join(e.Stages[0].Warnings, "\n"); got != "parameterValues.tex is not a parameter of pageTeam; did you mean text?" {
		t.Errorf("warnings = %s", got)
	}
}

func TestTheStageFillsWhatTheDefinitionLeavesOpen(t *testing.T) {
	s := serve(t, map[string][]reply{"/page/ops": {{code: 200}}, "/status": {{code: 200, body: `{"status": "done"}`}}})
	e := preconfigured(t, s, waiting+`, "statusEndpoint": "SERVER/status"`, release)
	if e.Status != gennaker.Succeeded || s.paths() != "PUT /page/ops, GET /status" {
		t.Errorf("ended %s after %s: %s", e.Status, s.paths(), e.Error)
	}
}

func TestAPreconfiguredWebhookIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		users        []gennaker.User
		want         string
	}{
		{"to a user without the role", ``, []gennaker.User{{Judge: release.Judge, Roles: []string{"everybody"}}},
			"stage type pageTeam: denied: it is for the roles release, and users of the worker's configuration give ada none of them"},
		{"to a user whom nobody knows", ``, nil, "give ada none of them"},
		{"with a value that is no option", `, "parameterValues": {"team": "sales"}`, []gennaker.User{release},
			"parameterValues.team: invalid: sales is not one of its options"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, map[string][]reply{"/page/ops": {{code: 200}}})
			e := preconfigured(t, s, c.fields, c.users...)
			if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, c.want) || s.paths() != "" {
				t.Errorf("ended %s after %q: %s\nwant %s", e.Status, s.paths(), e.Stages[0].Error, c.want)
			}
		})
	}
}

func TestAPreconfiguredWebhookMustBeDefined(t *testing.T) {
	s := serve(t, nil)
	e := webhookWorld(t, paging(s), release).run(strings.Replace(pageTeam(s, ``), "pageTeam", "pageTeams", 1), nil)
	const want = "stage type pageTeams: not found: webhooks.preconfigured of the worker's configuration does not have it; did you mean pageTeam?"
	if e.Status != gennaker.Terminal || e.Stages[0].Error != want {
		t.Errorf("ended %s: %s\nwant %s", e.Status, e.Stages[0].Error, want)
	}
}

func TestADefinitionsSecretIsInNoHistory(t *testing.T) {
	s := serve(t, map[string][]reply{"/page/ops": {{code: 200}}})
	w := webhookWorld(t, paging(s), release)
	seen := recorded(w)
	w.run(pageTeam(s, ``), nil)
	if text := seen.String(); !strings.Contains(text, "secret://API") || strings.Contains(text, apiSecret) {
		t.Errorf("activities saw and gave %s", text)
	}
}
