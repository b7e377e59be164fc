package dev

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
	"github.com/gennaker/gennaker/worker"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// objects is a cloud of manifests, and the executions that change it.
type objects struct {
	t         *testing.T
	temporal  client.Client
	mu        sync.Mutex // guards asked and hides
	asked     []string   // of the cloud
	hides     bool       // how far rollouts are
	executing executions.Client
}

func manifestsInMemory(t *testing.T) *objects {
	t.Helper()
	_, c := connect(t)
	if err := worker.AddSearchAttributes(t.Context(), c, namespace); err != nil {
		t.Fatal(err)
	}
	o := &objects{t: t, temporal: c, executing: executions.Client{Temporal: c, TaskQueue: gennaker.TaskQueue}}
	cloud := &memory.Cloud{Fault: func(call memory.Call) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !call.After {
			o.asked = append(o.asked, call.Method)
		}
		if o.hides && call.Method == "GetManifest" {
			return gennaker.ErrUnavailable
		}
		return nil
	}}
	w := sdk.New(c, gennaker.TaskQueue, sdk.Options{})
	workflows.Register(w, stages.Table)
	activities.Register(w, activities.New(activities.Config{Temporal: c, Executions: o.executing,
		Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": cloud})}))
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return o
}

// calls are what the cloud was asked for.
func (o *objects) calls() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}

func (o *objects) hide(it bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hides = it
}

// start starts an execution of one stage.
func (o *objects) start(name, stage string) client.WorkflowRun {
	o.t.Helper()
	d, err := pipeline.Decode([]byte("application: shop\nname: "+name+"\nstages: [{refId: '1', account: cloud, location: prod, "+stage+"}]\n"), stages.Table.Configs())
	if err != nil {
		o.t.Fatal(err)
	}
	run, err := o.temporal.ExecuteWorkflow(o.t.Context(), client.StartWorkflowOptions{ID: "shop/" + name + "/1", TaskQueue: gennaker.TaskQueue},
		gennaker.ExecutionWorkflow, gennaker.Start{Pipeline: d.Pipeline, Trigger: gennaker.Trigger{Type: "manual"}})
	if err != nil {
		o.t.Fatal(err)
	}
	return run
}

// eventually waits until it is so.
func (o *objects) eventually(what string, is func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.t.Fatalf("never was it so that %s; the cloud was asked for %q", what, o.calls())
		}
	}
}

// waits reports whether the stage of an execution waits for its turn.
func (o *objects) waits(name string) bool {
	value, err := o.temporal.QueryWorkflow(o.t.Context(), "shop/"+name+"/1", "", gennaker.QueryState)
	var e gennaker.Execution
	return err == nil && value.Get(&e) == nil && strings.Contains(e.Stages[0].Waiting, "another change of cluster deployment web")
}

func deployingWeb(image, looks int) string {
	return fmt.Sprintf("type: deployManifest, manifests: [{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {}, image: 'web:%d', looks: %d}}]", image, looks)
}

func TestExecutionsThatChangeTheManifestsOfAClusterTakeTurns(t *testing.T) {
	o := manifestsInMemory(t)
	for i, run := range []client.WorkflowRun{o.start("a", deployingWeb(1, 3)), o.start("b", deployingWeb(2, 3))} {
		if err := run.Get(t.Context(), nil); err != nil {
			t.Errorf("execution %d ended with %v", i, err)
		}
	}
	one := []string{"ApplyManifests", "GetManifest", "GetManifest", "GetManifest", "GetManifest"}
	if got, want := o.calls(), slices.Concat(one, one); !slices.Equal(got, want) {
		t.Errorf("the cloud was asked for %q, want one deployment after the other: %q", got, want)
	}
}

// Whoever is cancelled lets others have their turn. A rollout that is under way
// is paused without one.
func TestATurnAtManifestsEndsWithItsStage(t *testing.T) {
	o := manifestsInMemory(t)
	stuck := o.start("stuck", deployingWeb(1, 1000000))
	o.eventually("the deployment is awaited", func() bool { return slices.Contains(o.calls(), "GetManifest") })
	if err := o.start("pause", "type: pauseRolloutManifest, manifestName: deployment web").Get(t.Context(), nil); err != nil {
		t.Errorf("pausing ended with %v", err)
	}
	remove := o.start("remove", "type: deleteManifest, manifestName: deployment web")
	o.eventually("the deletion waits for its turn", func() bool { return o.waits("remove") })
	if slices.Contains(o.calls(), "DeleteManifest") {
		t.Errorf("it is deleted while it is deployed")
	}
	if err := o.temporal.CancelWorkflow(t.Context(), stuck.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	if err := remove.Get(t.Context(), nil); err != nil {
		t.Errorf("deleting ended with %v", err)
	}
	if err := stuck.Get(t.Context(), nil); err == nil {
		t.Error("the cancelled execution has succeeded")
	}
}

// What follows the wait has all of the stage's twenty seconds.
func TestTheWaitForATurnAtManifestsDoesNotCount(t *testing.T) {
	t.Parallel()
	o := manifestsInMemory(t)
	stuck := o.start("stuck", deployingWeb(1, 1000000))
	o.eventually("the deployment is awaited", func() bool { return slices.Contains(o.calls(), "GetManifest") })
	late := o.start("late", deployingWeb(2, 1)+", stageTimeoutMs: 20000")
	time.Sleep(12 * time.Second)
	o.hide(true)
	if err := o.temporal.CancelWorkflow(t.Context(), stuck.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	time.Sleep(12 * time.Second)
	o.hide(false)
	if err := late.Get(t.Context(), nil); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
