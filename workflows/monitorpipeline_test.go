package workflows_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// others are executions that have ended, and one that runs.
func (w *world) putOthers() {
	for id, status := range map[string]gennaker.Status{"good": gennaker.Succeeded, "bad": gennaker.Terminal,
		"gone": gennaker.Canceled, "long": gennaker.Running} {
		e := gennaker.Execution{ID: "shop/x/" + id, Application: "shop", Name: "x", Status: status}
		if status == gennaker.Terminal {
			e.Error = "stage 1 (Bake): no such image"
		}
		e.Stages = []gennaker.StageExecution{stageEnding(status, map[string]any{"image": id})}
		w.others.Put(e)
	}
}

func TestMonitorPipelineEndsAsTheExecutionsDo(t *testing.T) {
	for _, c := range []struct {
		name, fields, text string
		want               gennaker.Status
		outputs            map[string]any
	}{
		{name: "one that succeeded, with its outputs", fields: `"executionIds": ["shop/x/good"]`, want: gennaker.Succeeded,
			outputs: map[string]any{"image": "good"}},
		{name: "by the old field", fields: `"executionId": "shop/x/good"`, want: gennaker.Succeeded,
			outputs: map[string]any{"image": "good"}},
		{name: "several", fields: `"executionIds": ["shop/x/good", "", "shop/x/bad"]`, want: gennaker.Terminal,
			text: "execution shop/x/bad failed: stage 1 (Bake): no such image"},
		{name: "a failure is worse than a cancellation", fields: `"executionIds": ["shop/x/gone", "shop/x/bad"]`, want: gennaker.Terminal,
			text: "shop/x/bad"},
		{name: "a cancellation", fields: `"executionIds": ["shop/x/good", "shop/x/gone"]`, want: gennaker.Canceled, text: "shop/x/gone was cancelled"},
		{name: "at the first failure", fields: `"executionIds": ["shop/x/long", "shop/x/bad"], "monitorBehavior": "FailFast"`, want: gennaker.Terminal,
			text: "shop/x/bad"},
		{name: "not before all have ended", fields: `"executionIds": ["shop/x/long", "shop/x/bad"], "stageTimeoutMs": 100`, want: gennaker.Terminal,
			text: "its time is over"},
		{name: "one that is not there", fields: `"executionIds": ["shop/x/nothing", "shop/x/long"]`, want: gennaker.Terminal,
			text: "execution shop/x/nothing: not found"},
		{name: "none", fields: `"executionIds": []`, want: gennaker.Terminal, text: "there is no execution to wait for"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.putOthers()
			e := w.run(`{"application": "shop", "name": "p", "stages": [{"refId": "1", "type": "monitorPipeline", `+c.fields+`}]}`, nil)
			s := e.Stages[0]
			if s.Status != c.want || !strings.Contains(s.Error+strings.Join(s.Warnings, " "), c.text) {
				t.Errorf("ended %s: %s %v; want %s: %s", s.Status, s.Error, s.Warnings, c.want, c.text)
			}
			delete(s.Outputs, "executionStatuses")
			if c.outputs != nil && !reflect.DeepEqual(s.Outputs, c.outputs) {
				t.Errorf("outputs = %v, want %v", s.Outputs, c.outputs)
			}
		})
	}
}

func TestMonitorPipelineTellsHowEachExecutionEnded(t *testing.T) {
	w := newWorld(t)
	w.putOthers()
	e := w.run(`{"application": "shop", "name": "p", "stages": [{"refId": "1", "type": "monitorPipeline",
		"executionIds": ["shop/x/good", "shop/x/gone"]}]}`, nil)
	all, _ := e.Stages[0].Outputs["executionStatuses"].(map[string]any)
	good, _ := all["shop/x/good"].(map[string]any)
	gone, _ := all["shop/x/gone"].(map[string]any)
	if !reflect.DeepEqual(good, map[string]any{"status": "SUCCEEDED", "application": "shop"}) || gone["status"] != "CANCELED" || gone["exception"] == nil {
		t.Errorf("executionStatuses = %v", all)
	}
}

func TestMonitoredExecutionsOutliveTheStage(t *testing.T) {
	w := newWorld(t)
	w.putOthers()
	w.update(50*time.Millisecond, gennaker.UpdateCancel, gennaker.Command{User: "bob"})
	e := w.run(`{"application": "shop", "name": "p", "stages": [{"refId": "1", "type": "monitorPipeline", "executionIds": ["shop/x/long"]}]}`, nil)
	long, err := w.others.State(t.Context(), refTo("shop/x/long"))
	if e.Status != gennaker.Canceled || err != nil || long.Status != gennaker.Running {
		t.Errorf("ended %s, and the other is %s, %v", e.Status, long.Status, err)
	}
}

func TestDependsOnExecution(t *testing.T) {
	for _, c := range []struct {
		name, fields, text string
		want               gennaker.Status
	}{
		{name: "a success", fields: `"executionId": "shop/x/good", "executionType": "pipeline"`, want: gennaker.Succeeded},
		{name: "a failure", fields: `"executionId": "shop/x/bad"`, want: gennaker.Canceled, text: "execution shop/x/bad ended TERMINAL"},
		{name: "a cancellation", fields: `"executionId": "shop/x/gone"`, want: gennaker.Canceled, text: "execution shop/x/gone ended CANCELED"},
		{name: "one that is not there", fields: `"executionId": "shop/x/nothing"`, want: gennaker.Terminal, text: "execution shop/x/nothing: not found"},
		{name: "one that takes too long", fields: `"executionId": "shop/x/long", "stageTimeoutMs": 100`, want: gennaker.Terminal, text: "its time is over"},
		{name: "an orchestration", fields: `"executionId": "shop/x/good", "executionType": "orchestration"`, want: gennaker.Terminal, text: "of pipelines alone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.putOthers()
			s := w.run(`{"application": "shop", "name": "p", "stages": [{"refId": "1", "type": "dependsOnExecution", `+c.fields+`}]}`, nil).Stages[0]
			if s.Status != c.want || !strings.Contains(s.Error+strings.Join(s.Warnings, " "), c.text) {
				t.Errorf("ended %s: %s %v; want %s: %s", s.Status, s.Error, s.Warnings, c.want, c.text)
			}
		})
	}
}
