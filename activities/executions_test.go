package activities

import (
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/executions"
)

// acting is a worker's activities on executions that are in memory.
func acting() (*executions.Memory, *Executions, *testsuite.TestActivityEnvironment) {
	var suite testsuite.WorkflowTestSuite
	m := &executions.Memory{}
	a, env := &Executions{client: m}, suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	return m, a, env
}

func TestStartingAnExecutionTwiceStartsItOnce(t *testing.T) {
	m, a, env := acting()
	s := StartExecution{Start: gennaker.Start{Pipeline: gennaker.Pipeline{Application: "shop", Name: "child"}}, At: time.Now(), Key: "stage 1"}
	var ids [2]string
	for i := range ids {
		value, err := env.ExecuteActivity(a.StartExecution, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := value.Get(&ids[i]); err != nil {
			t.Fatal(err)
		}
	}
	if ids[0] != ids[1] || len(m.Started()) != 1 {
		t.Errorf("started %v, %d in all", ids, len(m.Started()))
	}
}

func TestWhatWaitsForAnExecutionIsHandedBackWhenItsWorkerStops(t *testing.T) {
	for name, wait := range map[string]func(*Executions, *testsuite.TestActivityEnvironment) error{
		"await": func(a *Executions, env *testsuite.TestActivityEnvironment) error {
			_, err := env.ExecuteActivity(a.AwaitExecution, "shop/child/1")
			return err
		},
		"restart parent": func(a *Executions, env *testsuite.TestActivityEnvironment) error {
			_, err := env.ExecuteActivity(a.RestartParent, RestartParent{Parent: gennaker.Parent{Execution: "shop/child/1", Stage: "1"}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			m, a, env := acting()
			m.Put(gennaker.Execution{ID: "shop/child/1", Status: gennaker.Running,
				Stages: []gennaker.StageExecution{{RefID: "1", Status: gennaker.Running}}})
			stopping := make(chan struct{})
			env.SetWorkerStopChannel(stopping)
			time.AfterFunc(50*time.Millisecond, func() { close(stopping) })
			err := wait(a, env)
			var failure *temporal.ApplicationError
			if !errors.As(err, &failure) || failure.NonRetryable() || failure.Type() != "Unavailable" {
				t.Errorf("ended with %v, want to be tried again elsewhere", err)
			}
			if now, err := m.State(t.Context(), executions.Ref{ID: "shop/child/1"}); err != nil || now.Status != gennaker.Running {
				t.Errorf("the execution is %s, %v", now.Status, err)
			}
		})
	}
}

func TestWhoWaitsForAnExecutionLives(t *testing.T) {
	m, a, env := acting()
	m.Put(gennaker.Execution{ID: "shop/child/1", Status: gennaker.Running})
	beat := make(chan struct{}, 10)
	env.SetOnActivityHeartbeatListener(func(*activity.Info, converter.EncodedValues) { beat <- struct{}{} })
	go func() {
		<-beat
		_ = m.Cancel(t.Context(), executions.Ref{ID: "shop/child/1"}, gennaker.Command{User: "bob"})
	}()
	value, err := env.ExecuteActivity(a.AwaitExecution, "shop/child/1")
	var e gennaker.Execution
	if err == nil {
		err = value.Get(&e)
	}
	if err != nil || e.Status != gennaker.Canceled || e.Cancel == nil || e.Cancel.User != "bob" {
		t.Errorf("AwaitExecution = %+v, %v", e, err)
	}
}

func TestCancellingWhatHasEndedOrIsNotThereIsNoError(t *testing.T) {
	m, a, env := acting()
	m.Put(gennaker.Execution{ID: "shop/child/1", Status: gennaker.Succeeded})
	for _, id := range []string{"shop/child/1", "shop/child/2"} {
		if _, err := env.ExecuteActivity(a.CancelExecution, CancelExecution{ID: id}); err != nil {
			t.Errorf("CancelExecution(%s) = %v", id, err)
		}
	}
}

func TestAParentsStageIsRestartedOnceItHasEnded(t *testing.T) {
	m, a, env := acting()
	parent := func(status gennaker.Status) {
		m.Put(gennaker.Execution{ID: "shop/parent/1", Status: gennaker.Running, Stages: []gennaker.StageExecution{{RefID: "1", Type: "pipeline", Status: status}}})
	}
	parent(gennaker.Running)
	time.AfterFunc(100*time.Millisecond, func() { parent(gennaker.Terminal) })
	p := RestartParent{Parent: gennaker.Parent{Execution: "shop/parent/1", Stage: "1"}, Child: "shop/child/1", Token: "x"}
	if _, err := env.ExecuteActivity(a.RestartParent, p); err != nil {
		t.Fatal(err)
	}
	if _, err := env.ExecuteActivity(a.RestartParent, p); err != nil {
		t.Fatal(err)
	}
	if len(m.Restarts) != 1 || m.Restarts[0].Attach != "shop/child/1" {
		t.Errorf("the parent was asked %+v, want once", m.Restarts)
	}
}

func TestARefusalOfTheParentIsFinal(t *testing.T) {
	no := temporal.NewApplicationError("stage 1: invalid: stage 2 depends on it and is RUNNING", "")
	if err := refused(no); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("refused(%v) = %v, want it to be invalid", no, err)
	}
	if err := refused(gennaker.ErrBusy); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("refused(busy) = %v, want it to be tried again", err)
	}
}
