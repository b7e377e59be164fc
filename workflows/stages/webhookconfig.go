package stages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/ops"
)

type webhookConfig struct {
	URL                 string                    `json:"url,omitempty" jsonschema_description:"What to call, by http or https."`
	Method              string                    `json:"method,omitempty" jsonschema_description:"Default POST."`
	Payload             any                       `json:"payload,omitempty" jsonschema_description:"A text is sent as it is, anything else as JSON."`
	Headers             map[string]any            `json:"customHeaders,omitempty" jsonschema_description:"secret://NAME in a value stands for a secret that the worker knows."`
	Account             string                    `json:"account,omitempty"`
	WaitForCompletion   bool                      `json:"waitForCompletion,omitempty" jsonschema_description:"Wait until what the call began is over."`
	MonitorOnly         bool                      `json:"monitorOnly,omitempty" jsonschema_description:"Call nothing, only wait; needs waitForCompletion."`
	StatusURLResolution string                    `json:"statusUrlResolution,omitempty" jsonschema:"enum=getMethod,enum=locationHeader,enum=webhookResponse" jsonschema_description:"Where the status is: at url, where the header Location says, or where statusUrlJsonPath says. Default: statusEndpoint, else url."`
	StatusURLJSONPath   string                    `json:"statusUrlJsonPath,omitempty"`
	StatusEndpoint      string                    `json:"statusEndpoint,omitempty"`
	StatusJSONPath      string                    `json:"statusJsonPath,omitempty" jsonschema_description:"Of the status in the status URL's answer; without it the first success ends the stage."`
	ProgressJSONPath    string                    `json:"progressJsonPath,omitempty"`
	SuccessStatuses     string                    `json:"successStatuses,omitempty" jsonschema_description:"Separated by commas; case does not matter. The number 100 is a success anyway."`
	CanceledStatuses    string                    `json:"canceledStatuses,omitempty"`
	TerminalStatuses    string                    `json:"terminalStatuses,omitempty"`
	WaitBeforeMonitor   float64                   `json:"waitBeforeMonitor,omitempty" jsonschema:"minimum=0" jsonschema_description:"Seconds."`
	RetryStatusCodes    []int                     `json:"retryStatusCodes,omitempty" jsonschema_description:"Answers of the status URL to look again after, besides 429 and 5xx."`
	WebhookRetryCodes   []int                     `json:"webhookRetryStatusCodes,omitempty" jsonschema_description:"Answers to the call to call again after, besides 429 and 5xx."`
	Retries             map[string]webhookRetries `json:"retries,omitempty" jsonschema_description:"How often to look again, by the status code that the status URL answers."`
	FailFastStatusCodes []int                     `json:"failFastStatusCodes,omitzero" jsonschema_description:"Answers that fail the stage at once. Default 504."`
	SignalCancellation  bool                      `json:"signalCancellation,omitempty" jsonschema_description:"Of Spinnaker's editor: cancelEndpoint alone decides."`
	CancelEndpoint      string                    `json:"cancelEndpoint,omitempty" jsonschema_description:"What to call when the stage fails or is cancelled after its call."`
	CancelMethod        string                    `json:"cancelMethod,omitempty" jsonschema_description:"Default POST."`
	CancelPayload       any                       `json:"cancelPayload,omitempty"`
}

type webhookRetries struct {
	MaxAttempts int `json:"maxAttempts"`
}

// resolutions are the words of statusUrlResolution.
var resolutions = []string{ops.StatusByGet, ops.StatusByLocation, ops.StatusByBody}

// check says what is wrong with the fields together.
func (c webhookConfig) check() error {
	wrong := func(field, text string) error { return fmt.Errorf("%s: %w: %s", field, gennaker.ErrInvalid, text) }
	switch {
	case c.Account != "":
		return wrong("account", "webhooks have no accounts; write secret://NAME in customHeaders")
	case c.MonitorOnly && !c.WaitForCompletion:
		return wrong("monitorOnly", "it needs waitForCompletion")
	case c.URL == "" && !(c.MonitorOnly && c.StatusEndpoint != ""):
		return wrong("url", "it is missing")
	case c.StatusURLResolution != "" && !slices.Contains(resolutions, c.StatusURLResolution):
		return wrong("statusUrlResolution", "it is "+strings.Join(resolutions, ", "))
	case c.StatusURLResolution == ops.StatusByBody && c.StatusURLJSONPath == "":
		return wrong("statusUrlJsonPath", "webhookResponse needs it")
	}
	return nil
}

// reserved are headers that Spinnaker's services trust, so that no document
// may send them.
var reserved = []string{"X-SPINNAKER-USER", "X-SPINNAKER-ACCOUNT", "X-SPINNAKER-USER-ORIGIN", "X-SPINNAKER-REQUEST-ID", "X-SPINNAKER-EXECUTION-ID"}

// warnings name the headers that are not sent, and the secrets that stand in
// the document, and so in the history.
func (c webhookConfig) warnings() []string {
	var all []string
	for _, name := range gennaker.SortedKeys(c.Headers) {
		if slices.Contains(reserved, strings.ToUpper(name)) {
			all = append(all, "customHeaders."+name+" is not sent: Spinnaker's services would trust it")
		}
		if ops.Secretive(name) && !strings.Contains(headerText(c.Headers[name]), "secret://") {
			all = append(all, "customHeaders."+name+" is in clear and stays in the history: write secret://NAME instead")
		}
	}
	for _, field := range []struct{ name, url string }{{"url", c.URL}, {"statusEndpoint", c.StatusEndpoint}, {"cancelEndpoint", c.CancelEndpoint}} {
		_, rest, _ := strings.Cut(field.url, "://")
		if host, _, _ := strings.Cut(rest, "/"); strings.Contains(host, "@") {
			all = append(all, field.name+" has a password, which stays in the history: write secret://NAME in customHeaders instead")
		}
	}
	return all
}

func (c webhookConfig) headers() map[string]string {
	headers := map[string]string{}
	for _, name := range gennaker.SortedKeys(c.Headers) {
		if !slices.Contains(reserved, strings.ToUpper(name)) {
			headers[name] = headerText(c.Headers[name])
		}
	}
	return headers
}

// headerText is a header's value; Spinnaker also takes a list.
func headerText(value any) string {
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	var texts []string
	for _, one := range list {
		texts = append(texts, fmt.Sprint(one))
	}
	return strings.Join(texts, ", ")
}

// statusURL says how to find the status URL; not at all if nothing is waited
// for or the document names it.
func (c webhookConfig) statusURL() ops.StatusURL {
	switch {
	case !c.WaitForCompletion, c.StatusURLResolution == "" && c.StatusEndpoint != "":
		return ops.StatusURL{}
	case c.StatusURLResolution == "":
		return ops.StatusURL{How: ops.StatusByGet}
	}
	return ops.StatusURL{How: c.StatusURLResolution, Path: c.StatusURLJSONPath}
}

func (c webhookConfig) failFast() []int {
	if c.FailFastStatusCodes == nil {
		return []int{504}
	}
	return c.FailFastStatusCodes
}

func (c webhookConfig) retries() map[string]int {
	most := map[string]int{}
	for _, code := range gennaker.SortedKeys(c.Retries) {
		most[code] = c.Retries[code].MaxAttempts
	}
	return most
}

// method is an HTTP method as it is sent; POST if there is none.
func method(text string) string {
	return strings.ToUpper(first(text, "post"))
}
