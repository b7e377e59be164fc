package worker

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker/activities"
)

func TestLoadReadsPreconfiguredWebhooks(t *testing.T) {
	c, err := load(t, `
webhooks:
  maxRequestBytes: 1000
  maxResponseBytes: 2000
  preconfigured:
    - type: pageTeam
      label: Page a team
      description: Wakes somebody up.
      url: "https://pager.lan/${parameterValues['team']}"
      method: PUT
      customHeaders: &headers {Authorization: "Bearer secret://PAGER"}
      payload: {text: "${parameterValues['text']}", urgent: true}
      waitForCompletion: true
      statusUrlResolution: locationHeader
      statusJsonPath: $.status
      successStatuses: DONE
      retries: {404: {maxAttempts: 3}}
      signalCancellation: true
      cancelEndpoint: https://pager.lan/cancel
      parameters:
        - {name: team, label: Team, defaultValue: ops, type: string, description: whom, options: [{value: ops}, {value: dev}]}
        - {name: text}
      permissions: {READ: [everybody], WRITE: [release, ops]}
    - {type: old, enabled: false, url: "http://old.lan/", customHeaders: *headers}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := c.Webhooks.policy()
	if err != nil {
		t.Fatal(err)
	}
	want := []activities.PreconfiguredWebhook{{
		Type: "pageTeam", Label: "Page a team", Description: "Wakes somebody up.",
		Parameters: []activities.WebhookParameter{
			{Name: "team", Label: "Team", DefaultValue: "ops", Type: "string", Description: "whom", Options: []activities.WebhookOption{{Value: "ops"}, {Value: "dev"}}},
			{Name: "text"}},
		Permissions: map[string][]string{"READ": {"everybody"}, "WRITE": {"release", "ops"}},
		Fields: map[string]any{
			"url": "https://pager.lan/${parameterValues['team']}", "method": "PUT",
			"customHeaders":     map[string]any{"Authorization": "Bearer secret://PAGER"},
			"payload":           map[string]any{"text": "${parameterValues['text']}", "urgent": true},
			"waitForCompletion": true, "statusUrlResolution": "locationHeader", "statusJsonPath": "$.status",
			"successStatuses": "DONE", "retries": map[string]any{"404": map[string]any{"maxAttempts": 3.0}},
			"signalCancellation": true, "cancelEndpoint": "https://pager.lan/cancel"},
	}}
	if diff := cmp.Diff(want, policy.Preconfigured); diff != "" {
		t.Errorf("definitions differ, of which the disabled one is none (-want +got):\n%s", diff)
	}
	if policy.MaxRequest != 1000 || policy.MaxResponse != 2000 {
		t.Errorf("bounds = %d and %d bytes, want 1000 and 2000", policy.MaxRequest, policy.MaxResponse)
	}
}

func TestLoadSaysWhatIsWrongWithAPreconfiguredWebhook(t *testing.T) {
	_, err := load(t, `
webhooks:
  preconfigured:
    - url: http://a.lan/
    - {type: wait, url: "http://a.lan/"}
    - type: page
      urll: http://a.lan/
      account: ci
      statusUrlResolution: header
      failFastStatusCodes:
        - 504
        - soon
      customHeaders:
        Accept: text/plain
        Authorization: Bearer abc
      parameters:
        - {name: team, type: list}
        - {name: team, defaultValue: x, options: [{value: y}]}
      permissions: {EXECUTE: [ops]}
    - [page]
    - {type: page}
`, nil)
	if err == nil {
		t.Fatal("Load = nil, want the mistakes")
	}
	for _, want := range []string{
		"worker.yaml:4: webhooks.preconfigured[0].type: is missing: give each entry its own name",
		"worker.yaml:5: webhooks.preconfigured[1].type: wait is a stage type of Gennaker: choose another name",
		"worker.yaml:7: webhooks.preconfigured[2].urll: there is no such field: did you mean url?",
		"worker.yaml:8: webhooks.preconfigured[2].account: there is no such field",
		`worker.yaml:9: webhooks.preconfigured[2].statusUrlResolution: "header" is not one of getMethod, locationHeader, webhookResponse`,
		`worker.yaml:12: webhooks.preconfigured[2].failFastStatusCodes[1]: a whole number is wanted, this is the string "soon"`,
		"worker.yaml:15: webhooks.preconfigured[2].customHeaders.Authorization: would be in the history of every execution: write secret://NAME, and put its value into the variable GENNAKER_SECRET_NAME",
		`worker.yaml:17: webhooks.preconfigured[2].parameters[0].type: "list" is unknown`,
		`worker.yaml:18: webhooks.preconfigured[2].parameters[1].name: "team" is taken`,
		`worker.yaml:18: webhooks.preconfigured[2].parameters[1].defaultValue: "x" is not one of the options`,
		"worker.yaml:19: webhooks.preconfigured[2].permissions.EXECUTE: is not a permission: it can be READ, WRITE",
		"worker.yaml:20: webhooks.preconfigured[3]: must be a map of fields, not a list",
		`worker.yaml:21: webhooks.preconfigured[4].type: "page" is taken`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Load does not say\n%s\nbut\n%v", want, err)
		}
	}
}

func TestWebhooksKnowServersAndAreKnownByTheFilesOfTheConfiguration(t *testing.T) {
	t.Chdir(t.TempDir())
	mine := certificate(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) != 1 || !r.TLS.PeerCertificates[0].Equal(mine) {
			t.Errorf("%d certificates came along, want the configuration's", len(r.TLS.PeerCertificates))
		}
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	writePEM(t, "ca.pem", "CERTIFICATE", server.Certificate().Raw)
	files := WebhookTLS{CAFile: "ca.pem", CertFile: "mine.pem", KeyFile: "mine.key"}
	if a, err := callTLS(t, server.URL, files); err != nil || a.StatusCode != 200 {
		t.Errorf("the call was answered %d %s, %v", a.StatusCode, a.Error, err)
	}
	if a, _ := callTLS(t, server.URL, WebhookTLS{}); !strings.Contains(a.Error, "certificate") {
		t.Errorf("without the files the answer is %d %q, want that the server is not trusted", a.StatusCode, a.Error)
	}
}

func TestAnAuditedCallIsLogged(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	for audit, want := range map[bool]string{true: "webhook GET 404", false: ""} {
		policy, err := Webhooks{Allow: []string{server.URL}, Audit: audit}.policy()
		if err != nil {
			t.Fatal(err)
		}
		logged := &lines{}
		if _, err := call(t, policy, server.URL, logged); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(*logged, "\n"); got != want {
			t.Errorf("audit %t: logged %q, want %q", audit, got, want)
		}
	}
}

// lines are what a log says of webhooks.
type lines []string

func (l *lines) Debug(string, ...any) {}
func (l *lines) Warn(string, ...any)  {}
func (l *lines) Error(string, ...any) {}
func (l *lines) Info(text string, pairs ...any) {
	said := map[any]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		said[pairs[i]] = pairs[i+1]
	}
	if text == "webhook" {
		*l = append(*l, fmt.Sprintf("webhook %v %v", said["method"], said["status"]))
	}
}

func TestLoadTriesTheCertificatesOfWebhooks(t *testing.T) {
	for tls, want := range map[string]string{
		"{certFile: a.pem}":                   "worker.yaml:1: webhooks.tls: certFile and keyFile belong together: set both or neither",
		"{caFile: gone.pem}":                  "worker.yaml:1: webhooks.tls.caFile: cannot be read: open gone.pem",
		"{caFile: worker.yaml}":               "worker.yaml:1: webhooks.tls.caFile: worker.yaml holds no PEM certificate",
		"{certFile: worker.yaml, keyFile: x}": "worker.yaml:1: webhooks.tls.certFile: does not load together with keyFile",
	} {
		if _, err := load(t, "webhooks: {tls: "+tls+"}", nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: Load = %v, want %s", tls, err, want)
		}
	}
}

// callTLS calls a server as a worker with those files does.
func callTLS(t *testing.T, url string, files WebhookTLS) (activities.WebhookAnswer, error) {
	t.Helper()
	policy, err := Webhooks{Allow: []string{url}, TLS: files}.policy()
	if err != nil {
		t.Fatal(err)
	}
	return call(t, policy, url, &lines{})
}

func call(t *testing.T, policy activities.WebhookPolicy, url string, logger log.Logger) (activities.WebhookAnswer, error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(logger)
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(activities.New(activities.Config{Webhooks: policy}).Webhooks)
	value, err := env.ExecuteActivity("CallWebhook", activities.WebhookCall{WebhookRequest: activities.WebhookRequest{Method: "GET", URL: url}})
	if err != nil {
		return activities.WebhookAnswer{}, err
	}
	var a activities.WebhookAnswer
	return a, value.Get(&a)
}

// certificate makes mine.pem and mine.key.
func certificate(t *testing.T) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, "mine.pem", "CERTIFICATE", der)
	writePEM(t, "mine.key", "PRIVATE KEY", encoded)
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLoadReadsDeploymentMonitors(t *testing.T) {
	c, err := load(t, `
deploymentMonitors:
  - {id: canary, name: Canary judge, baseUrl: "https://monitor.lan/v1", customHeaders: {X-Api-Key: "secret://KEY"}, maxAnalysisMinutes: 5, supportContact: "#canary"}
  - {id: lenient, baseUrl: "http://lenient.lan", failOnError: false}
`, nil)
	want := []activities.Monitor{
		{ID: "canary", Name: "Canary judge", BaseURL: "https://monitor.lan/v1", Headers: map[string]string{"X-Api-Key": "secret://KEY"},
			FailOnError: true, MaxAnalysisMinutes: 5, SupportContact: "#canary"},
		{ID: "lenient", BaseURL: "http://lenient.lan"},
	}
	if diff := cmp.Diff(want, c.monitors()); err != nil || diff != "" {
		t.Errorf("load = %v\n%s", err, diff)
	}
}

func TestLoadSaysWhatIsWrongWithADeploymentMonitor(t *testing.T) {
	_, err := load(t, `
deploymentMonitors:
  - {id: canary, baseUrl: "monitor.lan"}
  - {id: canary, baseUrl: "https://monitor.lan", maxAnalysisMinutes: -1, failOnEror: true}
`, nil)
	for _, want := range []string{
		`worker.yaml:3: deploymentMonitors[0].baseUrl: "monitor.lan" is not the beginning of a URL`,
		`worker.yaml:4: deploymentMonitors[1].id: "canary" is taken`,
		"worker.yaml:4: deploymentMonitors[1].maxAnalysisMinutes: is negative",
		"worker.yaml:4: deploymentMonitors[1].failOnEror: there is no such field: did you mean failOnError?",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("load = %v\nwant %s", err, want)
		}
	}
}
