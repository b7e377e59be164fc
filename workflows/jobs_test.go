package workflows_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/memory"
)

// running is a document with one runJob stage, whose job ends as the outcome
// says; more is the rest of the stage.
func running(outcome, more string) string {
	return fmt.Sprintf(`{"application": "Shop", "name": "deploy", "stages": [{"refId": "1", "type": "runJob",
		"cloudProvider": "memory", "account": "cloud", "command": "migrate", "outcome": %s %s}]}`, outcome, more)
}

const (
	jobDone   = `{"exitCode": 0}`
	jobRuns   = `{"jobState": "Running", "log": "one\ntable 3 of 9\n"}`
	jobFailed = `{"jobState": "Failed", "exitCode": 3, "reason": "exited with status 3", "log": "begin\nno such table\n", "properties": {"tables": 4}}`
	jobMade   = `{"exitCode": 0, "properties": {"version": "7", "n": 3, "jobStatus": "mine", "deploy.jobs": "mine"}}`
	jobBroken = `{"exitCode": 0, "propertiesError": "a.json: invalid: JSON: unexpected end"}`
)

func TestAJobsEndIsTheStages(t *testing.T) {
	const file = `, "propertyFile": "a.json"`
	for _, c := range []struct {
		name, outcome, fields string
		want                  gennaker.Status
		error                 string
		outputs               string // of those that the test looks at
	}{
		{"it succeeds", jobDone, ``, gennaker.Succeeded, ``, `jobState=Succeeded`},
		{"it fails", jobFailed, ``, gennaker.Terminal, ": exited with status 3; the end of what it has written:\nbegin\nno such table", `jobState=Failed tables=4`},
		{"it fails and says nothing", `{"jobState": "Failed", "exitCode": 1}`, ``, gennaker.Terminal, `: exited with status 1; it has written nothing`, `jobState=Failed`},
		{"it fails and had to leave properties", jobFailed, file, gennaker.Terminal, `: exited with status 3`, `jobState=Failed tables=4`},
		{"it fails and is ignored", jobFailed, `, "failPipeline": false, "continuePipeline": true`, gennaker.FailedContinue, `: exited with status 3`, `jobState=Failed tables=4`},
		{"it leaves properties", jobMade, file, gennaker.Succeeded, ``, `jobState=Succeeded n=3 version=7`},
		{"it leaves properties unasked", jobMade, ``, gennaker.Succeeded, ``, `jobState=Succeeded n=3 version=7`},
		{"it leaves none", jobDone, file, gennaker.Terminal, `propertyFile a.json: not found: job shop-1-1-`, `jobState=Succeeded`},
		{"it leaves broken ones", jobBroken, file, gennaker.Terminal, `: a.json: invalid: JSON: unexpected end`, `jobState=Succeeded`},
		{"it leaves broken ones unasked", jobBroken, ``, gennaker.Succeeded, ``, `jobState=Succeeded`},
		{"it is not waited for", jobRuns, `, "waitForCompletion": false` + file, gennaker.Succeeded, ``, ``},
		{"it is not waited for, as text", jobRuns, `, "waitForCompletion": "false"`, gennaker.Succeeded, ``, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			e := w.run(running(c.outcome, c.fields), nil)
			s := e.Stages[0]
			if s.Status != c.want || !strings.Contains(s.Error, c.error) || (c.error == "") != (s.Error == "") {
				t.Errorf("stage ended %s: %q, want %s: %q", s.Status, s.Error, c.want, c.error)
			}
			if got := shown(s.Outputs); got != c.outputs {
				t.Errorf("outputs = %s, want %s", got, c.outputs)
			}
			if calls := w.cloud.Calls(); len(calls) != 1 {
				t.Errorf("calls = %v, want the job to have been run, and nothing else", calls)
			}
		})
	}
}

// shown is how the job ended, by its stage's outputs, and its properties but
// for those that are named like ours.
func shown(outputs map[string]any) string {
	var words []string
	if status, ok := outputs["jobStatus"].(map[string]any); ok {
		words = append(words, fmt.Sprint("jobState=", status["jobState"]))
	}
	contents, _ := outputs["propertyFileContents"].(map[string]any)
	for _, name := range gennaker.SortedKeys(contents) {
		if contents[name] != "mine" {
			words = append(words, fmt.Sprintf("%s=%v", name, outputs[name]))
		}
	}
	return strings.Join(words, " ")
}

func TestAStagesJobHasItsNameAndMarks(t *testing.T) {
	w := newWorld(t)
	e := w.run(running(jobMade, ``), nil)
	jobs := w.cloud.Jobs()
	if len(jobs) != 1 {
		t.Fatalf("jobs = %+v, want one", jobs)
	}
	j := jobs[0]
	if j.Marks[gennaker.MarkExecution] != executionID || j.Marks[gennaker.MarkStage] != "1" || !strings.HasSuffix(j.Name, j.Marks[gennaker.MarkToken][:8]) {
		t.Errorf("job = %+v", j)
	}
	if got, want := fmt.Sprint(e.Stages[0].Outputs["deploy.jobs"]), fmt.Sprintf("map[local:[%s]]", j.Name); got != want {
		t.Errorf("deploy.jobs = %s, want %s", got, want)
	}
}

func TestBrokenPropertiesThatNobodyAskedForAreAWarning(t *testing.T) {
	e := newWorld(t).run(running(jobBroken, ``), nil)
	if got := strings.Join(e.Stages[0].Warnings, "\n"); got != "properties of the job: a.json: invalid: JSON: unexpected end" {
		t.Errorf("warnings = %q", got)
	}
}

func TestLaterStagesReadAJobsProperties(t *testing.T) {
	e := newWorld(t).run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "runJob", "name": "Build", "account": "cloud", "command": "build", "outcome": `+jobMade+`},
		{"refId": "2", "type": "evaluateVariables", "requisiteStageRefIds": ["1"], "variables": [
			{"key": "v", "value": "${version}/${n}/${propertyFileContents.version}/${#stage('Build').outputs.jobStatus.exitCode}"}]}]}`, nil)
	if got := e.Stages[1].Outputs["v"]; got != "7/3/7/0" {
		t.Errorf("the later stage reads %v: %s", got, e.Error)
	}
}

func TestAJobMakesArtifacts(t *testing.T) {
	const list = `[{"type": "docker/image", "name": "shop", "reference": "shop:7"}]`
	text, _ := json.Marshal(list)
	for _, c := range []struct{ name, artifacts string }{{"as a list", list}, {"as text", string(text)}} {
		t.Run(c.name, func(t *testing.T) {
			e := newWorld(t).run(running(`{"exitCode": 0, "properties": {"artifacts": `+c.artifacts+`}}`,
				`, "expectedArtifacts": [{"id": "image", "matchArtifact": {"type": "docker/image"}}]`), nil)
			made, err := gennaker.ArtifactsOf(e.Stages[0].Outputs["artifacts"])
			if err != nil || len(made) != 1 || made[0].Reference != "shop:7" || e.Stages[0].Outputs["resolvedExpectedArtifacts"] == nil {
				t.Errorf("ended %s with %v, %v: %s", e.Status, e.Stages[0].Outputs, err, e.Error)
			}
		})
	}
	e := newWorld(t).run(running(jobDone, `, "expectedArtifacts": [{"id": "image", "matchArtifact": {"type": "docker/image"}}]`), nil)
	if e.Status != gennaker.Terminal {
		t.Errorf("without the artifact that is expected it ended %s", e.Status)
	}
}

func TestAJobThatCannotBeIsRefusedAndNotStopped(t *testing.T) {
	for _, c := range []struct{ name, stage, want string }{
		{"no account", `"outcome": {}`, "account: invalid: the stage names none"},
		{"two accounts", `"account": "cloud", "credentials": "prod"`, "they mean the same"},
		{"an account that is not there", `"account": "prod"`, `account "prod": not found`},
		{"a spec that the cloud refuses", `"account": "cloud", "outcome": "wrong"`, "outcome: invalid"},
		{"properties from an artifact", `"account": "cloud", "consumeArtifactSource": "artifact"`, "consumeArtifactSource: invalid: the stage names the artifact neither by"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"type": "runJob", `+c.stage+`}]}`, nil)
			if calls := w.cloud.Calls(); e.Status != gennaker.Terminal || !strings.Contains(e.Error, c.want) || len(w.cloud.Jobs()) > 0 || strings.Contains(fmt.Sprint(calls), "StopJob") {
				t.Errorf("ended %s: %s, with the calls %v, want TERMINAL that says %s", e.Status, e.Error, calls, c.want)
			}
		})
	}
}

func TestAJobIsStoppedWhenItsStageEndsBefore(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		cancel       bool
		want         gennaker.Status
		error        string
	}{
		{"cancelled", ``, true, gennaker.Canceled, ""},
		{"late", `, "stageTimeoutMs": 500`, false, gennaker.Terminal, "not done after 500ms"},
		{"late and content", `, "stageTimeoutMs": 500, "markSuccessfulOnTimeout": true`, false, gennaker.Succeeded, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			var seen gennaker.JobProgress
			w.env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
				details.Get(&seen)
				if c.cancel {
					w.env.UpdateWorkflow(gennaker.UpdateCancel, "", &answer{}, gennaker.Command{User: "ada"})
				}
			})
			e := w.run(running(jobRuns, c.fields), nil)
			jobs := w.cloud.Jobs()
			if e.Status != c.want || !strings.Contains(e.Error, c.error) || len(jobs) != 1 || jobs[0].Reason != "stopped" {
				t.Errorf("ended %s: %q, with the jobs %+v", e.Status, e.Error, jobs)
			}
			if got := shown(e.Stages[0].Outputs); got != "jobState=Failed" {
				t.Errorf("outputs = %s", got)
			}
			if want := (gennaker.JobProgress{Job: jobs[0].Name, State: gennaker.JobRunning, Text: "table 3 of 9"}); seen != want {
				t.Errorf("heartbeats said %+v, want %+v", seen, want)
			}
		})
	}
}

func TestAJobThatSomebodyStopsFails(t *testing.T) {
	w := newWorld(t)
	w.env.SetOnActivityHeartbeatListener(func(*activity.Info, converter.EncodedValues) {
		j := w.cloud.Jobs()[0]
		if err := w.cloud.StopJob(t.Context(), j.Ref()); err != nil {
			t.Error(err)
		}
	})
	e := w.run(running(jobRuns, ``), nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, ": stopped; the end of what it has written:\none\ntable 3 of 9") {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
}

// Every answer of the cloud is lost once: the call has had its effect, and is
// made again.
func TestLostAnswersRunAJobOnce(t *testing.T) {
	w := newWorld(t)
	loseOnce(w)
	e := w.run(running(jobMade, `, "propertyFile": "a.json"`), nil)
	jobs := w.cloud.Jobs()
	if e.Status != gennaker.Succeeded || len(jobs) != 1 {
		t.Fatalf("ended %s with %+v: %s", e.Status, jobs, e.Error)
	}
	if calls := w.cloud.Calls(); calls["RunJob "+jobs[0].Name] != 2 {
		t.Errorf("calls = %v, want RunJob to have been repeated", calls)
	}
}

func TestLostAnswersStopAJobAllTheSame(t *testing.T) {
	w := newWorld(t)
	loseOnce(w)
	e := w.run(running(jobRuns, `, "stageTimeoutMs": 1500`), nil)
	jobs := w.cloud.Jobs()
	if e.Status != gennaker.Terminal || len(jobs) != 1 || jobs[0].Reason != "stopped" || w.cloud.Calls()["StopJob "+jobs[0].Name] != 2 {
		t.Errorf("ended %s with %+v after %v: %s", e.Status, jobs, w.cloud.Calls(), e.Error)
	}
}

// loseOnce loses the first answer to each of the calls about a job.
func loseOnce(w *world) {
	var mu sync.Mutex
	lost := map[memory.Call]bool{}
	w.cloud.Fault = func(c memory.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if c.After && !lost[c] {
			lost[c] = true
			return fmt.Errorf("memory: %w: the answer is lost", gennaker.ErrUnavailable)
		}
		return nil
	}
}

func TestAJobThatIsGoneFailsTheStage(t *testing.T) {
	w := newWorld(t)
	w.cloud.Fault = func(c memory.Call) error {
		if c.Method == "GetJob" {
			return fmt.Errorf("memory: %w", gennaker.ErrNotFound)
		}
		return nil
	}
	e := w.run(running(jobDone, ``), nil)
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "await job shop-1-1-") || !strings.Contains(e.Error, "not found") {
		t.Errorf("ended %s: %s", e.Status, e.Error)
	}
}

func TestARestartRunsAnotherJob(t *testing.T) {
	w := newWorld(t)
	again := w.update(time.Minute, gennaker.UpdateRestart, gennaker.Restart{Stage: "1", User: "ada"})
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [
		{"refId": "1", "type": "runJob", "account": "cloud", "command": "migrate"},
		{"refId": "2", "type": "wait", "waitTime": 3600}]}`, nil)
	jobs := w.cloud.Jobs()
	if again.err != nil || e.Status != gennaker.Succeeded || len(jobs) != 2 {
		t.Fatalf("ended %s with the jobs %+v: %v %s", e.Status, jobs, again.err, e.Error)
	}
	if !strings.HasPrefix(jobs[0].Name, "shop-1-1-") || !strings.HasPrefix(jobs[1].Name, "shop-1-2-") {
		t.Errorf("jobs = %s and %s, want the attempt in their names", jobs[0].Name, jobs[1].Name)
	}
}
