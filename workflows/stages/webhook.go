package stages

import (
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// Webhook calls an HTTP service and, if asked to, waits until what it began
// is over. If it then fails or is cancelled, it calls the cancelEndpoint.
func Webhook(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[webhookConfig](in.Config)
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, err
	}
	in.State.Warnings = append(in.State.Warnings, c.warnings()...)
	w := &webhook{webhookConfig: c, in: in, outputs: Outputs{}, record: map[string]any{}}
	err = w.run(ctx)
	if err != nil && w.sent {
		w.takeBack(ctx)
	}
	if len(w.record) > 0 {
		w.outputs["webhook"] = w.record
	}
	if err != nil {
		return w.outputs, err
	}
	return in.Bind(ctx, w.outputs)
}

// webhook is one run of the stage.
type webhook struct {
	webhookConfig
	in      Input
	outputs Outputs
	record  map[string]any // Spinnaker's output "webhook"
	sent    bool           // the server may have begun something
}

func (w *webhook) run(ctx workflow.Context) error {
	endpoint := first(w.StatusEndpoint, w.URL)
	if !w.MonitorOnly {
		found, err := w.call(ctx)
		if err != nil {
			return err
		}
		endpoint = first(found, endpoint)
	}
	if !w.WaitForCompletion {
		return nil
	}
	before := time.Duration(w.WaitBeforeMonitor * float64(time.Second))
	if err := gate.Sleep(ctx, before, w.in.Stage.Title()+": wait before the first look"); err != nil {
		return err
	}
	return w.monitor(ctx, endpoint)
}

// call makes the call and returns the status URL, if one is to be found.
func (w *webhook) call(ctx workflow.Context) (string, error) {
	w.in.Waiting("an answer of " + w.URL)
	a, err := ops.CallWebhook(ctx, ops.WebhookCall{
		WebhookRequest: ops.WebhookRequest{Method: method(w.Method), URL: w.URL, Headers: w.headers(), Payload: w.Payload, Key: w.in.token(ctx, "call")},
		FailFast:       w.failFast(),
		Retry:          w.WebhookRetryCodes,
		StatusURL:      w.statusURL(),
		Artifacts:      !w.WaitForCompletion && len(w.in.Stage.ExpectedArtifacts) > 0,
	})
	w.sent = a.Sent || temporal.IsCanceledError(err)
	w.note(w.record, "webhook", a, err)
	if a.StatusURL != "" {
		w.record["statusEndpoint"] = a.StatusURL
	}
	if a.Artifacts != nil {
		w.outputs["artifacts"] = a.Artifacts
	}
	if err == nil && a.Error != "" {
		err = fmt.Errorf("webhook %s: %s", w.URL, a.Error)
	}
	return a.StatusURL, err
}

// monitor waits until the status URL says how it ended.
func (w *webhook) monitor(ctx workflow.Context, endpoint string) error {
	w.sent = true
	w.in.Waiting(endpoint + " to say that it is done")
	s, err := ops.MonitorWebhook(ctx, ops.WebhookMonitor{
		WebhookRequest: ops.WebhookRequest{Method: "GET", URL: endpoint, Origin: first(w.StatusEndpoint, w.URL), Headers: w.headers()},
		Path:           w.StatusJSONPath,
		Progress:       w.ProgressJSONPath,
		Succeeded:      w.SuccessStatuses, Canceled: w.CanceledStatuses, Terminal: w.TerminalStatuses,
		Retry: w.RetryStatusCodes, Retries: w.retries(),
	}, w.in.Limit)
	monitor := map[string]any{}
	w.note(monitor, "webhook.monitor", s.WebhookAnswer, err)
	if s.PercentComplete != nil {
		monitor["percentComplete"] = *s.PercentComplete
	}
	if s.ProgressMessage != "" {
		monitor["progressMessage"] = s.ProgressMessage
	}
	if s.ResolvedValue != nil {
		monitor["resolvedValue"] = s.ResolvedValue
	}
	if len(s.Past) > 0 {
		monitor["pastStatusCodes"] = pastCodes(s.Past)
	}
	w.record["monitor"] = monitor
	switch {
	case err != nil || s.Outcome == gennaker.Succeeded:
		return err
	case s.Outcome == gennaker.Canceled:
		return temporal.NewCanceledError(endpoint + " says that it was cancelled")
	}
	return fmt.Errorf("webhook %s: %s", endpoint, first(s.Error, "it ended with a terminal status"))
}

// pastCodes lists the codes that were looked again after; Spinnaker lists each
// as often as it came, which has no bounds.
func pastCodes(counts map[string]int) []any {
	var codes []any
	for _, code := range gennaker.SortedKeys(counts) {
		if n, err := strconv.Atoi(code); err == nil {
			codes = append(codes, n)
		}
	}
	return codes
}

// note records an answer under Spinnaker's names.
func (w *webhook) note(record map[string]any, name string, a ops.WebhookAnswer, err error) {
	if a.StatusCode != 0 {
		record["statusCode"], record["statusCodeValue"] = a.Status, a.StatusCode
		record["body"], record["headers"] = a.Body, a.Headers
	}
	switch {
	case a.Error != "":
		record["error"] = a.Error
	case err != nil && !temporal.IsCanceledError(err):
		record["error"] = err.Error()
	}
	if a.Cut {
		w.in.State.Warnings = append(w.in.State.Warnings, name+".body was cut: it is too long to be kept")
	}
}

// takeBack calls the cancelEndpoint, whatever ended the stage. It can fail
// without consequence.
func (w *webhook) takeBack(ctx workflow.Context) {
	if w.CancelEndpoint == "" {
		return
	}
	outlive, _ := workflow.NewDisconnectedContext(ctx)
	w.in.Waiting(w.CancelEndpoint + " to take the call back")
	a, err := ops.CancelWebhook(outlive, ops.WebhookRequest{Method: method(w.CancelMethod), URL: w.CancelEndpoint,
		Headers: w.headers(), Payload: w.CancelPayload, Key: w.in.token(ctx, "cancel")})
	if err != nil {
		a.Error = err.Error()
	}
	if a.Error != "" {
		w.in.State.Warnings = append(w.in.State.Warnings, "cancelEndpoint: "+a.Error)
	}
}
