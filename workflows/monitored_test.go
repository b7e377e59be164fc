package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

const (
	starting  = "/v1/deployment/starting"
	evaluate  = "/v1/deployment/evaluateHealth"
	completed = "/v1/deployment/completed"
)

// says is what a monitor answers.
func says(directive string) reply {
	return reply{code: 200, body: fmt.Sprintf(`{"nextStep": {"directive": %q}, "statusReason": {"message": "errors at 3 %%"}}`, directive)}
}

// monitorWorld is a world with a deployment monitor: a real HTTP server.
func monitorWorld(t *testing.T, answers map[string][]reply) (*world, *service) {
	t.Helper()
	for _, path := range []string{starting, evaluate, completed} {
		if answers[path] == nil {
			answers[path] = []reply{says("continue")}
		}
	}
	s := serve(t, answers)
	w := worldWith(t, activities.Config{Webhooks: policyFor(s), Monitors: []activities.Monitor{{ID: "canary", Name: "Canary", BaseURL: s.URL + "/v1/",
		Headers: map[string]string{"X-Api-Key": "secret://API"}, FailOnError: true, SupportContact: "#canary"}}})
	w.have("shop-web-v000")
	w.sized("shop-web-v000", oldSize)
	return w, s
}

func monitoredBy(monitor, more string) string {
	return deploying(`, "strategy": "monitored", "deploySteps": [25, 50], "deploymentMonitor": {"id": "canary", "parameters": {"team": "web"} `+monitor+`}`+more, "")
}

// asked are the steps that the monitor was asked about, as path:progress.
func asked(s *service) string {
	var steps []string
	for _, r := range s.seen() {
		var body struct {
			Progress int    `json:"currentProgress"`
			Status   string `json:"status"`
			Rollback string `json:"rollback"`
		}
		json.Unmarshal([]byte(r.body), &body)
		word := strings.TrimPrefix(r.path, "/v1/deployment/")
		switch {
		case body.Progress > 0:
			word = fmt.Sprint(body.Progress)
		case body.Status != "":
			word += ":" + body.Status + ":" + body.Rollback
		}
		steps = append(steps, word)
	}
	return strings.Join(steps, " ")
}

func TestAMonitorJudgesEachStep(t *testing.T) {
	const rollback = `, "failureActions": {"rollback": "Automatic"}`
	const destroy = `, "failureActions": {"rollback": "Manual", "destroyInstances": true}`
	const kept = `, "failureActions": {"destroyInstances": true}, "rollback": {"onFailure": true}`
	const lenient = `, "failOnErrorOverride": false`
	for _, c := range []struct {
		name, monitor, more string
		answers             map[string][]reply
		asked, groups       string
		ends                string // part of the error, or else of a warning
		took                time.Duration
	}{
		{"and lets it go on", ``, ``, nil, "starting 25 50 100 completed:success:not_performed", "shop-web-v000 shop-web-v001+", "", 0},
		{"and asks for time", ``, ``, map[string][]reply{evaluate: {says("wait"), says("WAIT"), says("continue")}},
			"starting 25 25 25 50 100 completed:success:not_performed", "shop-web-v000 shop-web-v001+", "", 2 * time.Minute},
		{"and has seen enough", ``, ``, map[string][]reply{evaluate: {says("complete"), says("continue")}},
			"starting 25 100 completed:success:not_performed", "shop-web-v000 shop-web-v001+", "", 0},
		{"and aborts", ``, ``, map[string][]reply{evaluate: {says("continue"), says("abort")}},
			"starting 25 50 completed:failure:not_performed", "shop-web-v000+ shop-web-v001+", "shop-web-v001: evaluate 50: monitor Canary aborts the deployment: errors at 3 %", 0},
		{"and aborts, which is rolled back", ``, rollback, map[string][]reply{evaluate: {says("continue"), says("abort")}},
			"starting 25 50 completed:failure:success", "shop-web-v000+ shop-web-v001", "errors at 3 %; rolled back", 0},
		{"and aborts at the last step", ``, rollback, map[string][]reply{evaluate: {says("continue"), says("continue"), says("abort")}},
			"starting 25 50 100 completed:failure:success", "shop-web-v000+ shop-web-v001", "evaluate 100", 0},
		{"and aborts, which destroys", ``, destroy, map[string][]reply{evaluate: {says("abort")}},
			"starting 25 completed:failure:success", "shop-web-v000+", "evaluate 25", 0},
		{"and aborts, and the words of other strategies do not count", ``, kept, map[string][]reply{evaluate: {says("abort")}},
			"starting 25 completed:failure:not_performed", "shop-web-v000+ shop-web-v001+", "evaluate 25", 0},
		{"and refuses it at once", ``, rollback, map[string][]reply{starting: {says("abort")}},
			"starting completed:failure:success", "shop-web-v000+ shop-web-v001", "starting: monitor Canary aborts", 0},
		{"and does not answer", ``, rollback, map[string][]reply{evaluate: {{code: 503}}},
			"starting 25 25 25 25 completed:failure:success", "shop-web-v000+ shop-web-v001", "monitor Canary: it answered 503: unavailable, and it is to fail on that; its support: #canary", 30 * time.Second},
		{"and answers the third time", ``, rollback, map[string][]reply{evaluate: {{hang: true}, {code: 500}, {code: 404}, says("continue")}},
			"starting 25 25 25 25 50 100 completed:success:not_performed", "shop-web-v000 shop-web-v001+", "", 30 * time.Second},
		{"and does not answer, which is no reason to fail", lenient, rollback, map[string][]reply{evaluate: {{code: 503}, {code: 503}, {code: 503}, {code: 503}, says("continue")}},
			"starting 25 25 25 25 50 100 completed:success:not_performed", "shop-web-v000 shop-web-v001+", "it answered 503; went on", 30 * time.Second},
		{"and talks nonsense", ``, rollback, map[string][]reply{evaluate: {says("proceed")}},
			"starting 25 completed:failure:success", "shop-web-v000+ shop-web-v001", `the directive "proceed"`, 0},
		{"and does not decide in time", `, "maxAnalysisMinutesOverride": 3`, rollback, map[string][]reply{evaluate: {says("wait")}},
			"starting 25 … completed:failure:success", "shop-web-v000+ shop-web-v001", "it did not decide within 3m0s", 3 * time.Minute},
		{"and does not decide in time, which is no reason to fail", `, "maxAnalysisMinutesOverride": 2` + lenient, ``, map[string][]reply{evaluate: {says("wait"), says("wait"), says("wait"), says("continue")}},
			"starting 25 … 50 100 completed:success:not_performed", "shop-web-v000 shop-web-v001+", "did not decide within 2m0s", 2 * time.Minute},
		{"and does not hear of the end", ``, ``, map[string][]reply{completed: {{code: 500}}},
			"starting 25 50 100 completed:success:not_performed completed:success:not_performed completed:success:not_performed completed:success:not_performed",
			"shop-web-v000 shop-web-v001+", "monitor Canary was not told of the end: it answered 500", 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.answers == nil {
				c.answers = map[string][]reply{}
			}
			w, s := monitorWorld(t, c.answers)
			e := w.run(monitoredBy(c.monitor, c.more), nil)
			got := asked(s)
			if before, after, ok := strings.Cut(c.asked, " …"); ok { // as often as there is time for
				got, c.asked = strings.Join(slices.Compact(strings.Fields(got)), " "), before+after
			}
			if got != c.asked {
				t.Errorf("the monitor was asked\n%s, want\n%s", got, c.asked)
			}
			words := e.Error + strings.Join(e.Stages[0].Warnings, "\n")
			if got := w.groups(); got != c.groups || !strings.Contains(words, c.ends) {
				t.Errorf("ended %s with %s, want %s: %s\nwant %s", e.Status, got, c.groups, words, c.ends)
			}
			if failed := e.Status != gennaker.Succeeded; failed != strings.Contains(c.asked, "failure") {
				t.Errorf("ended %s", e.Status)
			}
			if took := e.EndTime.Sub(e.StartTime); took < c.took-time.Minute || took > c.took+time.Minute {
				t.Errorf("took %s, want %s", took, c.took)
			}
			if enabled := strings.HasPrefix(c.groups, "shop-web-v000+"); enabled && w.serves("shop-web-v000") != 4 {
				t.Errorf("%d instances of the source take traffic, want all 4", w.serves("shop-web-v000"))
			}
			if got := w.capacity("shop-web-v000"); got != "1/4/6" {
				t.Errorf("the source has %s, want it to be able to shrink", got)
			}
		})
	}
}

func (w *world) serves(name string) int { return w.cloud.InService(webCluster)[name] }

func TestAMonitorIsToldWhatItJudges(t *testing.T) {
	w, s := monitorWorld(t, map[string][]reply{})
	seen := recorded(w)
	w.run(monitoredBy("", ""), nil)
	var first, second map[string]any
	requests := s.seen()
	json.Unmarshal([]byte(requests[1].body), &first)
	json.Unmarshal([]byte(requests[2].body), &second)
	if first["deploymentId"] != second["deploymentId"] || first["stageId"] == second["stageId"] || requests[1].key == requests[2].key || requests[1].secret != apiSecret {
		t.Errorf("requests %+v and %+v: want one deployment, and keys and a secret", requests[1], requests[2])
	}
	delete(first, "deploymentId")
	want := map[string]any{"application": "shop", "executionId": executionID, "stageId": "1/evaluate 25", "account": "cloud", "region": "default", "cloudProvider": "memory",
		"oldServerGroup": "shop-web-v000", "newServerGroup": "shop-web-v001", "parameters": map[string]any{"team": "web"},
		"newInstances": []any{"shop-web-v001-0"}, "currentProgress": 25.0}
	if got := fmt.Sprint(first); got != strings.Replace(fmt.Sprint(want), "region:default", "region:"+gennaker.DefaultRegion, 1) {
		t.Errorf("the monitor was told\n%v, want\n%v", got, want)
	}
	if text := seen.String(); strings.Contains(text, apiSecret) || strings.Contains(text, s.URL) {
		t.Error("the history has the monitor's secret or address")
	}
}

func TestAMonitoredDeploymentMovesTheTrafficBeforeItIsJudged(t *testing.T) {
	w, _ := monitorWorld(t, map[string][]reply{})
	seen := w.traffic()
	w.run(monitoredBy("", `, "scaleDown": true, "maxRemainingAsgs": 1`), nil)
	want := "[shop-web-v000:4] [shop-web-v000:4] [shop-web-v000:4 shop-web-v001:1] [shop-web-v000:3 shop-web-v001:1] " +
		"[shop-web-v000:3 shop-web-v001:2] [shop-web-v000:2 shop-web-v001:2] [shop-web-v000:2 shop-web-v001:4] [shop-web-v001:4] [shop-web-v001:4] [shop-web-v001:4]"
	if got := strings.Join(*seen, " "); got != want || w.groups() != "shop-web-v001+" {
		t.Errorf("traffic went\n%s, want\n%s\nand left %s", got, want, w.groups())
	}
}

func TestWithoutAMonitorNobodyJudges(t *testing.T) {
	w := newWorld(t)
	w.have("shop-web-v000")
	e := w.run(deploying(`, "strategy": "monitored"`, ""), nil)
	if got := w.groups(); e.Status != gennaker.Succeeded || got != "shop-web-v000 shop-web-v001+" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
}

func TestAMonitorMustBeKnownAndAllowedBeforeAnythingIsMade(t *testing.T) {
	for _, c := range []struct{ name, id, base, want string }{
		{"unknown", "canari", "http://monitor.lan", "deployment monitor canari: not found: deploymentMonitors of the worker's configuration do not have it; did you mean canary?"},
		{"forbidden", "canary", "http://monitor.lan", "deployment monitor canary: webhook http://monitor.lan: denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := worldWith(t, activities.Config{Webhooks: activities.WebhookPolicy{Allow: []string{"https://ci.lan/"}},
				Monitors: []activities.Monitor{{ID: "canary", BaseURL: c.base}}})
			e := w.run(deploying(`, "strategy": "monitored", "deploymentMonitor": {"id": "`+c.id+`"}`, ""), nil)
			if !strings.Contains(e.Error, c.want) || w.groups() != "" {
				t.Errorf("ended %s with %q: %s\nwant %s", e.Status, w.groups(), e.Error, c.want)
			}
		})
	}
}

func TestCancellingAMonitoredDeploymentPutsTheClusterBack(t *testing.T) {
	w, s := monitorWorld(t, map[string][]reply{evaluate: {says("wait")}})
	w.when("AskMonitor", func() {
		if len(s.seen()) > 2 {
			w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
		}
	})
	e := w.run(monitoredBy("", ""), nil)
	if got := w.groups(); e.Status != gennaker.Canceled || got != "shop-web-v000+" || w.capacity("shop-web-v000") != "1/4/6" {
		t.Errorf("ended %s with %s: %s", e.Status, got, e.Error)
	}
	if got := asked(s); !strings.HasSuffix(got, " completed:failure:success") {
		t.Errorf("the monitor was asked %s, want it to be told of the end", got)
	}
}
