package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows/stages"
)

// scenario is an execution worth replaying.
type scenario struct {
	name     string
	document string
	commands []command // sent one after another
	succeeds bool
	cluster  string // whose last operation is recorded too
	queue    bool   // the pipeline's queue is recorded too
	// continued is the execution so far, of one that begins in the middle.
	continued *gennaker.Execution
}

type command func(ctx context.Context, temporal client.Client, id string) error

func update(name string, arg any) command {
	return func(ctx context.Context, temporal client.Client, id string) error {
		handle, err := temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: name,
			Args: []any{arg}, WaitForStage: client.WorkflowUpdateStageCompleted})
		if err != nil {
			return err
		}
		return handle.Get(ctx, nil)
	}
}

func signal(arg any) command {
	return func(ctx context.Context, temporal client.Client, id string) error {
		return temporal.SignalWorkflow(ctx, id, "", gennaker.SignalJudge, arg)
	}
}

var (
	yes    = gennaker.Judgment{Stage: "1", Continue: true, By: "recorder"}
	no     = gennaker.Judgment{Stage: "1", By: "recorder", Comment: "not today"}
	person = gennaker.Command{User: "recorder", Reason: "to be recorded"}
)

// deploy is a stage that deploys hello to a cluster.
func deploy(stack, more, stage string) string {
	return fmt.Sprintf(`{"refId": "1", "type": "deploy", %s "clusters": [{"account": "local", "stack": %q, "command": "./hello",
		"capacity": {"min": 1, "desired": 1, "max": 2}, "healthCheck": {"path": "/healthz", "intervalMillis": 100} %s}]}`, stage, stack, more)
}

// block is a cluster of hello that is replaced by redblack.
func block(stack, healthy string) string {
	return fmt.Sprintf(`{"account": "local", "stack": %q, "command": "./hello", "environment": {"HEALTHY": %q}, "strategy": "redblack",
		"rollback": {"onFailure": true}, "capacity": {"min": 1, "desired": 1, "max": 2}, "healthCheck": {"path": "/healthz", "intervalMillis": 100}}`, stack, healthy)
}

// chances are stages each of which runs by chance.
func chances(n int) string {
	text := ""
	for i := range n {
		text += fmt.Sprintf(`{"refId": "%d", "type": "noop", "stageEnabled": {"type": "expression", "expression": "T(java.lang.Math).random() < 0.5"}}, `, i+1)
	}
	return text
}

func document(stages string) string {
	return `{"application": "record", "name": "recorded", "stages": [` + stages + `]}`
}

// keep stores a pipeline, for stages that run it.
func keep(document string) command {
	return func(ctx context.Context, temporal client.Client, _ string) error {
		d, err := pipeline.Decode([]byte(document), stages.Table.Configs())
		if err != nil {
			return err
		}
		_, err = store.Store{Temporal: temporal, TaskQueue: gennaker.TaskQueue}.Save(ctx, gennaker.SavePipeline{Pipeline: d.Pipeline, Text: document, User: "recorder"})
		return err
	}
}

// half is an execution that was left while it waited for an hour, of which
// nothing is left, and for a judgment.
func half() *gennaker.Execution {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	stage := func(ref, kind string, status gennaker.Status, after ...string) gennaker.StageExecution {
		return gennaker.StageExecution{RefID: ref, Type: kind, Name: kind, Status: status, Requisites: after, StartTime: at, SpentMillis: 3_599_900}
	}
	return &gennaker.Execution{ID: "record/continued/1", Application: "record", Name: "recorded", Status: gennaker.Running, StartTime: at,
		Trigger: gennaker.Trigger{Type: "manual", User: "recorder"}, Stages: []gennaker.StageExecution{
			stage("1", "manualJudgment", gennaker.Running), stage("2", "wait", gennaker.Running), stage("3", "noop", gennaker.NotStarted, "1", "2")}}
}

var scenarios = []scenario{
	// No account of the laptop has manifests: the stages fail once it is their turn.
	{name: "manifests", document: document(`{"refId": "1", "type": "deployManifest", "account": "local", "location": "shop", "manifests": [
		{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {}}}]},
		{"refId": "2", "type": "scaleManifest", "account": "local", "location": "shop", "manifestName": "deployment api", "replicas": 2}`)},
	{name: "told", succeeds: true, commands: []command{update(gennaker.UpdateJudge, yes)}, document: `{"application": "record", "name": "recorded",
		"notifications": [{"type": "slack", "address": "ops", "when": ["pipeline.starting", "pipeline.complete"]}],
		"stages": [{"refId": "1", "type": "manualJudgment", "sendNotifications": true, "notifications": [{"type": "slack", "address": "dev",
			"notifyEveryMs": 60000, "when": ["stage.starting", "manualJudgment", "manualJudgmentContinue", "stage.complete"]}]}]}`},
	{name: "queued", succeeds: true, queue: true, document: `{"application": "record", "name": "recorded", "limitConcurrent": true,
		"stages": [{"refId": "1", "type": "noop"}]}`},
	{name: "parent", succeeds: true, commands: []command{keep(`{"application": "record", "name": "child", "stages": [{"type": "noop"}]}`),
		update(gennaker.UpdateJudge, yes)}, document: document(`{"refId": "1", "type": "manualJudgment"},
		{"refId": "2", "type": "pipeline", "pipeline": "child", "requisiteStageRefIds": ["1"]}`)},
	{name: "job", succeeds: true, document: document(`{"refId": "1", "type": "script", "account": "local",
		"command": "echo made=yes > $GENNAKER_PROPERTIES", "propertyFile": "made.properties"}`)},
	{name: "continued", succeeds: true, continued: half(), commands: []command{update(gennaker.UpdateJudge, yes)}, document: document(`
		{"refId": "1", "type": "manualJudgment"}, {"refId": "2", "type": "wait", "waitTime": 3600},
		{"refId": "3", "type": "noop", "requisiteStageRefIds": ["1", "2"]}`)},
	{name: "placed", succeeds: true, document: document(fmt.Sprintf(`{"refId": "1", "type": "place", "capacity": 2, "maxShare": 50, "clusters": [%s, %s]}`,
		block("placed.east", "true"), block("placed.west", "true")))},
	// Clouds are asked for quotas first: the local one has none.
	{name: "placed-by-quota", succeeds: true, document: document(fmt.Sprintf(`{"refId": "1", "type": "place", "capacity": 3, "maxShare": 60, "clusters": [%s, %s]}`,
		block("quota.east", "true"), block("quota.west", "true")))},
	{name: "back-together", document: document(fmt.Sprintf(`
		{"refId": "1", "type": "deploy", "clusters": [%[1]s, %[2]s]},
		{"refId": "2", "type": "deploy", "requisiteStageRefIds": ["1"], "rollbackTogether": true, "stageTimeoutMs": 3000, "clusters": [%[1]s, %[3]s]}`,
		block("back.east", "true"), block("back.west", "true"), block("back.west", "false")))},
	{name: "branches", succeeds: true, document: document(`
		{"refId": "1", "type": "checkPreconditions", "failPipeline": false,
		 "preconditions": [{"type": "expression", "context": {"expression": "1 > 2"}}]},
		{"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]},
		{"refId": "3", "type": "evaluateVariables", "variables": [{"key": "a", "value": "${1 + 1}"}]},
		{"refId": "4", "type": "noop", "requisiteStageRefIds": ["3"], "stageEnabled": {"type": "expression", "expression": "a == 2"}},
		{"refId": "5", "type": "wait", "waitTime": 0.2},
		{"refId": "6", "type": "noop", "requisiteStageRefIds": ["4", "5"]}`)},
	// What expressions fetch and draw decides what runs: a replay must come to
	// the same.
	{name: "expressions", succeeds: true, document: `{"application": "record", "name": "recorded", "compatibility": "spinnaker", "stages": [` +
		chances(8) + `{"refId": "url", "type": "evaluateVariables", "requisiteStageRefIds": ["1", "2", "3"],
		"variables": [{"key": "text", "value": "${#fromUrl('http://127.0.0.1:1/denied')}"}]}]}`},
	{name: "failure", document: document(`
		{"refId": "1", "type": "wait", "waitTime": 30, "stageTimeoutMs": 300}, {"refId": "2", "type": "wait", "waitTime": 60}`)},
	{name: "judged", succeeds: true, commands: []command{update(gennaker.UpdateJudge, yes)},
		document: document(`{"refId": "1", "type": "manualJudgment"}, {"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"]}`)},
	{name: "judged-by-signal", commands: []command{signal("nonsense"), signal(no)},
		document: document(`{"refId": "1", "type": "manualJudgment"}`)},
	{name: "paused-and-cancelled", commands: []command{update(gennaker.UpdatePause, person), update(gennaker.UpdateResume, person),
		update(gennaker.UpdateCancel, person)}, document: document(`{"refId": "1", "type": "wait", "waitTime": 60}`)},
	{name: "restarted-while-running", succeeds: true, commands: []command{
		update(gennaker.UpdateRestart, gennaker.Restart{Stage: "2", User: "recorder"}), update(gennaker.UpdateJudge, yes)},
		document: document(`{"refId": "1", "type": "manualJudgment"}, {"refId": "2", "type": "noop"}`)},
	{name: "skipped", succeeds: true, commands: []command{update(gennaker.UpdateSkip, gennaker.Skip{Stage: "1", User: "recorder"})},
		document: document(`{"refId": "1", "type": "wait", "waitTime": 3600}, {"refId": "2", "type": "noop", "requisiteStageRefIds": ["1"],
			"restrictExecutionDuringTimeWindow": true, "restrictedExecutionWindow": {"days": [1, 2, 3, 4, 5, 6, 7],
			"jitter": {"enabled": true, "minDelay": 0.1, "maxDelay": 0.2}}}`)},
	{name: "first-deployment", succeeds: true, cluster: "record-web", document: document(deploy("web", "", ""))},
	{name: "redblack", succeeds: true, cluster: "record-web",
		document: document(deploy("web", `, "strategy": "redblack", "scaleDown": true`, ""))},
	{name: "rolled-back", cluster: "record-web", document: document(deploy("web",
		`, "strategy": "redblack", "environment": {"HEALTHY": "false"}, "rollback": {"onFailure": true, "destroyLatest": true}`, `"stageTimeoutMs": 1500,`))},
	{name: "rollback-cluster", succeeds: true, cluster: "record-web",
		document: document(`{"refId": "1", "type": "rollbackCluster", "account": "local", "cluster": "record-web"}`)},
	{name: "highlander", succeeds: true, cluster: "record-web", document: document(deploy("web", `, "strategy": "highlander"`, ""))},
	{name: "resize", succeeds: true, cluster: "record-web", document: document(`{"refId": "1", "type": "resizeServerGroup",
		"account": "local", "cluster": "record-web", "target": "current_asg_dynamic", "capacity": {"desired": 2}}`)},
	{name: "cancelled-deployment", cluster: "record-web", commands: []command{update(gennaker.UpdateCancel, person)},
		document: document(deploy("web", `, "strategy": "redblack", "delayBeforeCleanup": 60`, ""))},
	{name: "guarded", cluster: "record-web", document: document(`{"refId": "1", "type": "destroyServerGroup",
		"account": "local", "cluster": "record-web", "target": "current_asg_dynamic"}`)},
}
