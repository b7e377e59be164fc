package strategies

import (
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Monitor names a deployment monitor of the worker's configuration.
type Monitor struct {
	ID          string         `json:"id,omitempty" jsonschema_description:"One of deploymentMonitors in the worker's configuration."`
	MaxMinutes  int            `json:"maxAnalysisMinutesOverride,omitempty" jsonschema:"minimum=0" jsonschema_description:"Minutes that it may take for each step; default: what the configuration says, or 30."`
	FailOnError *bool          `json:"failOnErrorOverride,omitempty" jsonschema_description:"Whether the deployment fails when the monitor does not answer or does not decide in time; default: what the configuration says, or true."`
	Parameters  map[string]any `json:"parameters,omitempty" jsonschema_description:"For the monitor."`
}

// monitor is the one that judges a deployment, or nobody.
type monitor struct {
	Monitor
	terms ops.MonitorTerms
	of    *Deployment
}

// findMonitor looks up who judges, before anything is made.
func findMonitor(ctx workflow.Context, d *Deployment) (*monitor, error) {
	m := &monitor{of: d}
	if d.Config.Monitor == nil || d.Config.Monitor.ID == "" {
		return m, nil
	}
	m.Monitor = *d.Config.Monitor
	var err error
	m.terms, err = ops.FindMonitor(ctx, m.ID)
	return m, err
}

func (m *monitor) limit() time.Duration {
	minutes := m.terms.MaxAnalysisMinutes
	if m.MaxMinutes > 0 {
		minutes = m.MaxMinutes
	}
	return time.Duration(minutes) * time.Minute
}

func (m *monitor) failOnError() bool {
	if m.FailOnError != nil {
		return *m.FailOnError
	}
	return m.terms.FailOnError
}

// starting tells the monitor that the deployment begins, which it may refuse.
func (m *monitor) starting(ctx workflow.Context) error {
	_, err := m.ask(ctx, ops.MonitorStarting, "starting", nil)
	return err
}

// evaluate asks whether to go on, with enough if straight to the last step.
func (m *monitor) evaluate(ctx workflow.Context, percent int) (enough bool, err error) {
	if m.ID == "" {
		return false, nil
	}
	now, err := ops.Cluster(ctx, m.of.New.Ref().Cluster())
	if err != nil {
		return false, err
	}
	instances := []string{}
	if made := find(now, m.of.New.Name); made != nil {
		for _, i := range made.Instances {
			instances = append(instances, i.ID)
		}
	}
	return m.ask(ctx, ops.MonitorEvaluate, "evaluate "+strconv.Itoa(percent), map[string]any{"newInstances": instances, "currentProgress": percent})
}

// ask puts a question until the monitor decides, and applies failOnError if it
// does not. The step tells the question from others about this deployment.
func (m *monitor) ask(ctx workflow.Context, path, step string, more map[string]any) (enough bool, err error) {
	if m.ID == "" {
		return false, nil
	}
	v, err := m.verdict(ctx, ops.MonitorCall{Monitor: m.ID, Path: path, Body: m.body(ctx, step, more), Key: m.token(ctx, step)}, m.limit())
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case ops.Late(err):
		return false, m.fault(fmt.Sprintf("it did not decide within %s: %v", m.limit(), err))
	case err != nil:
		return false, err
	case v.Error != "":
		return false, m.fault(v.Error)
	case v.Directive == ops.MonitorAborts:
		return false, fmt.Errorf("%s: %s: monitor %s aborts the deployment: %s", m.of.New.Name, step, m.terms.Name, orNone(v.Reason))
	}
	return v.Directive == ops.MonitorCompletes, nil
}

func orNone(reason string) string {
	if reason == "" {
		return "it gives no reason"
	}
	return reason
}

// Spinnaker's number of tries after one that failed, and our pause before each.
const (
	monitorRetries = 3
	monitorPause   = 10 * time.Second
)

// verdict asks again where that may help.
func (m *monitor) verdict(ctx workflow.Context, c ops.MonitorCall, limit time.Duration) (v ops.MonitorVerdict, err error) {
	until := workflow.Now(ctx).Add(limit)
	for try := 0; ; try++ {
		v, err = ops.AskMonitor(ctx, c, until.Sub(workflow.Now(ctx)))
		if err != nil || !v.Again || try == monitorRetries || workflow.Now(ctx).Add(monitorPause).After(until) {
			return v, err
		}
		if err := gate.Sleep(ctx, monitorPause, "before monitor "+m.terms.Name+" is asked again"); err != nil {
			return v, err
		}
	}
}

// fault is what the monitor's own trouble means for the deployment.
func (m *monitor) fault(text string) error {
	text = fmt.Sprintf("%s: monitor %s: %s", m.of.New.Name, m.terms.Name, text)
	if m.failOnError() {
		return fmt.Errorf("%s: %w, and it is to fail on that; its support: %s", text, gennaker.ErrUnavailable, orNobody(m.terms.SupportContact))
	}
	m.of.warn(text + "; went on, because failOnError is false")
	return nil
}

func orNobody(contact string) string {
	if contact == "" {
		return "not given"
	}
	return contact
}

// completed tells the monitor how the deployment ended. Its answer changes
// nothing.
func (m *monitor) completed(ctx workflow.Context, cause error) {
	if m.ID == "" {
		return
	}
	status, back := "success", "not_performed"
	if cause != nil {
		status = "failure"
	}
	if m.of.Change.RolledBack != "" {
		back = "success"
	}
	c := ops.MonitorCall{Monitor: m.ID, Path: ops.MonitorCompleted, Body: m.body(ctx, "completed", map[string]any{"status": status, "rollback": back}), Key: m.token(ctx, "completed")}
	v, err := m.verdict(ctx, c, 5*time.Minute)
	switch {
	case err != nil && !temporal.IsCanceledError(err):
		m.of.warn(fmt.Sprintf("monitor %s was not told of the end: %v", m.terms.Name, err))
	case v.Error != "":
		m.of.warn(fmt.Sprintf("monitor %s was not told of the end: %s", m.terms.Name, v.Error))
	}
}

// body is Spinnaker's request of a step.
func (m *monitor) body(ctx workflow.Context, step string, more map[string]any) map[string]any {
	d := m.of
	body := map[string]any{
		"application": d.New.Moniker.App, "executionId": d.op.Execution, "stageId": d.op.Stage + "/" + step, "deploymentId": m.token(ctx, "deployment"),
		"newServerGroup": d.New.Name, "account": d.New.Account, "region": d.New.Region, "cloudProvider": d.Config.Provider, "parameters": m.Parameters,
	}
	if d.Source != nil {
		body["oldServerGroup"] = d.Source.Name
	}
	for _, name := range gennaker.SortedKeys(more) {
		body[name] = more[name]
	}
	return body
}

func (m *monitor) token(ctx workflow.Context, step string) string {
	info := workflow.GetInfo(ctx)
	return gennaker.Token(info.WorkflowExecution.ID, info.FirstRunID, "monitor", step)
}
