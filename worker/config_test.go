package worker

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/cloudfoundry"
)

// load writes a file and loads it with an environment.
func load(t *testing.T, text string, environment map[string]string) (Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("worker.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load("worker.yaml", func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	})
}

// withoutRequests leaves out what has no fields to compare.
var withoutRequests = cmpopts.IgnoreFields(Config{}, "Requests")

var adasKey = base64.StdEncoding.EncodeToString(make([]byte, ed25519.PublicKeySize))

func TestLoadReadsEveryField(t *testing.T) {
	c, err := load(t, `
temporal:
  address: temporal.lan:7233
  namespace: shop
  taskQueue: blue
  apiKey: s3cret
  tls: {serverName: temporal.lan}
users:
  - {name: ada, roles: [release, ops], key: `+adasKey+`}
limits:
  maxConcurrentActivities: 50
  maxConcurrentWorkflowTasks: 40
  cachedWorkflows: 30
  accountRequestsPerSecond: 2.5
  stopTimeout: 1m
log: {format: json, level: debug}
metrics: {listen: "127.0.0.1:9"}
health: {listen: "127.0.0.1:10"}
deployment: {name: gennaker, buildId: v7, behavior: auto-upgrade}
webhooks: {allow: ["GET,POST https://ci.lan/hooks"], safeToRetry: ["https://ci.lan/hooks/ask"], connectTimeout: 2s, readTimeout: 3s, retryStatusCodes: [423], refuseRedirects: true, audit: true}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Temporal: Temporal{Address: "temporal.lan:7233", Namespace: "shop", TaskQueue: "blue",
			APIKey: "s3cret", TLS: TLS{ServerName: "temporal.lan"}},
		Users: []User{{Name: "ada", Roles: []string{"release", "ops"}, Key: make(PublicKey, ed25519.PublicKeySize)}},
		Limits: Limits{MaxConcurrentActivities: 50, MaxConcurrentWorkflowTasks: 40, CachedWorkflows: 30,
			AccountRequestsPerSecond: 2.5, StopTimeout: time.Minute},
		Log:        Log{Format: "json", Level: "debug"},
		Metrics:    Metrics{Listen: "127.0.0.1:9"},
		Health:     Health{Listen: "127.0.0.1:10"},
		Deployment: Deployment{Name: "gennaker", BuildID: "v7", Behavior: "auto-upgrade"},
		Webhooks: Webhooks{Allow: []string{"GET,POST https://ci.lan/hooks"}, SafeToRetry: []string{"https://ci.lan/hooks/ask"},
			ConnectTimeout: 2 * time.Second, ReadTimeout: 3 * time.Second, RetryStatusCodes: []int{423}, RefuseRedirects: true, Audit: true},
	}
	if diff := cmp.Diff(want, c, withoutRequests); diff != "" {
		t.Errorf("Load differs (-want +got):\n%s", diff)
	}
}

func TestLoadOpensTheAccounts(t *testing.T) {
	c, err := load(t, `
accounts:
  - {name: laptop, provider: local, stateDir: .gennaker/cloud}
  - {name: host, provider: local, endpoint: "http://127.0.0.1:7243", token: s3cret}
  - name: prod
    provider: aws
    accountId: "123456789012"
    assumeRole: role/gennaker
    externalId: shop
    sessionName: deploys
    regions: [us-east-1, eu-west-1]
    accessKeyId: AKIA
    secretAccessKey: s3cret
    endpoint: http://127.0.0.1:4566
    endpoints: {sts: "http://127.0.0.1:4567"}
  - {name: containers, provider: ecs, regions: [us-east-1], clusters: [shop]}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []gennaker.Account{{Name: "containers", Provider: "ecs"}, {Name: "host", Provider: "local"}, {Name: "laptop", Provider: "local"}, {Name: "prod", Provider: "aws"}}
	if diff := cmp.Diff(want, c.registry().Accounts(), cmpopts.IgnoreFields(gennaker.Account{}, "Capabilities")); diff != "" {
		t.Errorf("accounts differ (-want +got):\n%s", diff)
	}
}

func TestLoadWithNothingIsTheDefault(t *testing.T) {
	for _, file := range []string{"", "# nothing yet\n"} {
		c, err := load(t, file, nil)
		if diff := cmp.Diff(Default(), c, withoutRequests); err != nil || diff != "" {
			t.Errorf("Load of %q = %v, differs from Default:\n%s", file, err, diff)
		}
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, file  string
		environment map[string]string
		want        []string
	}{
		{name: "a misspelt field is shown with the nearest", file: "temporal:\n  adress: a:1\n",
			want: []string{"worker.yaml:2: temporal.adress: there is no such field: did you mean address?"}},
		{name: "a field at the top that is like no other gets the list", file: "wat: 1\n",
			want: []string{"worker.yaml:1: wat: there is no such field: it can be accounts, artifacts, deployment, deploymentMonitors, health, limits, log, metrics, prices, temporal, users, webhooks"}},
		{name: "a list of prices is in one place", file: "prices:\n  - {name: spot, file: a.yaml, url: \"http://b\"}\n  - {name: spot, url: b}\n",
			want: []string{"worker.yaml:2: prices[0]: has neither or both of file and url: give it one",
				`worker.yaml:3: prices[1].name: "spot" is taken by an earlier entry: give each its own name`,
				`worker.yaml:3: prices[1].url: "b" is no URL: write it like https://prices.example.com/list.json`}},
		{name: "an address has a port", file: "temporal: {address: temporal.lan}\n",
			want: []string{`worker.yaml:1: temporal.address: "temporal.lan" is not an address: write host:port`}},
		{name: "an emptied namespace is refused", file: "temporal:\n  namespace: ''\n",
			want: []string{"worker.yaml:2: temporal.namespace: is empty: give it or leave it out"}},
		{name: "a number is a number", file: "limits:\n  maxConcurrentActivities: many\n",
			want: []string{`worker.yaml:2: limits.maxConcurrentActivities: "many" is not a whole number`}},
		{name: "a limit is not negative", file: "limits: {accountRequestsPerSecond: -1}\n",
			want: []string{"worker.yaml:1: limits.accountRequestsPerSecond: is negative: give a positive value or leave it out"}},
		{name: "a duration has a unit", file: "limits: {stopTimeout: 20}\n",
			want: []string{`worker.yaml:1: limits.stopTimeout: "20" is not a duration: write it like 30s or 2m`}},
		{name: "an account names a provider that exists", file: "accounts:\n  - name: prod\n    provider: locla\n",
			want: []string{`worker.yaml:3: accounts[0].provider: there is no provider "locla": did you mean local?`}},
		{name: "an account needs a name", file: "accounts:\n  - {provider: local}\n",
			want: []string{"worker.yaml:2: accounts[0].name: is missing: give each account its own name"}},
		{name: "an account must be reachable", file: "accounts:\n  - {name: laptop, provider: local}\n",
			want: []string{"worker.yaml:2: accounts[0]: account laptop: local cloud: invalid: it needs a state directory, or an endpoint and a token"}},
		{name: "an account needs a provider", file: "accounts:\n  - name: prod\n",
			want: []string{"worker.yaml:2: accounts[0].provider: is missing: it can be " + strings.Join(gennaker.Clouds, ", ")}},
		{name: "an account of AWS has regions", file: "accounts:\n  - {name: prod, provider: aws}\n",
			want: []string{"worker.yaml:2: accounts[0]: account prod: aws: regions: invalid: it is missing: name at least one, like us-east-1"}},
		{name: "an account of ECS has clusters", file: "accounts:\n  - {name: prod, provider: ecs, regions: [us-east-1]}\n",
			want: []string{"worker.yaml:2: accounts[0]: account prod: clusters: invalid: name the ECS clusters of the account, at least one"}},
		{name: "a field of an account of AWS is shown with the nearest", file: "accounts:\n  - name: prod\n    provider: aws\n    assumerole: role/x\n",
			want: []string{"worker.yaml:4: accounts[0].assumerole: there is no such field: did you mean assumeRole?"}},
		{name: "an account's own fields are checked",
			file: "accounts:\n  - name: laptop\n    provider: local\n    endpont: http://127.0.0.1:1\n",
			want: []string{"worker.yaml:4: accounts[0].endpont: there is no such field: did you mean endpoint?"}},
		{name: "a user needs a role and a whole key", file: "users:\n  - name: ada\n    key: abc\n",
			want: []string{
				"worker.yaml:2: users[0].roles: is empty: name the roles that judgments ask for",
				"worker.yaml:3: users[0].key: is not an ed25519 public key: it is 32 bytes in base64"}},
		{name: "two users have two names", file: fmt.Sprintf("users:\n  - &ada {name: ada, roles: [r], key: %s}\n  - *ada\n", adasKey),
			want: []string{`worker.yaml:2: users[1].name: "ada" is taken by an earlier entry: give each its own name`}},
		{name: "a list is not a map", file: "users: {name: ada}\n",
			want: []string{"worker.yaml:1: users: must be a list, not a map of fields: write each entry behind a dash"}},
		{name: "a map is not a text", file: "temporal: here\n",
			want: []string{"worker.yaml:1: temporal: must be a map of fields, not a single value"}},
		{name: "a field is set once", file: "log: {level: info}\nlog: {level: warn}\n",
			want: []string{"worker.yaml:2: log: is set twice: it is in line 1 already"}},
		{name: "a log format is known", file: "log: {format: jsn}\n",
			want: []string{`worker.yaml:1: log.format: "jsn" is unknown: did you mean json?`}},
		{name: "what webhooks may call is a URL", file: "webhooks:\n  allow: [https://ci.lan, ci.lan/hooks]\n",
			want: []string{`worker.yaml:2: webhooks.allow[1]: "ci.lan/hooks" is not the beginning of a URL: write it like https://ci.example.com/hooks`}},
		{name: "a deployment needs both names", file: "deployment: {name: gennaker}\n",
			want: []string{"worker.yaml:1: deployment: name and buildId belong together: set both or neither"}},
		{name: "two API keys are one too many", file: "temporal:\n  apiKey: a\n  apiKeyFile: worker.yaml\n",
			want: []string{"worker.yaml:3: temporal.apiKeyFile: is set beside temporal.apiKey: use one of them"}},
		{name: "a certificate needs its key", file: "temporal:\n  tls:\n    certFile: worker.yaml\n",
			want: []string{"worker.yaml:3: temporal.tls: certFile and keyFile belong together: set both or neither"}},
		{name: "a CA file must be there", file: "temporal:\n  tls:\n    caFile: gone.pem\n",
			want: []string{"worker.yaml:3: temporal.tls.caFile: cannot be read: open gone.pem: no such file or directory"}},
		{name: "a CA file holds certificates", file: "temporal:\n  tls:\n    caFile: worker.yaml\n",
			want: []string{"worker.yaml:3: temporal.tls.caFile: worker.yaml holds no PEM certificate"}},
		{name: "disabled TLS has no other fields", file: "temporal:\n  tls:\n    disabled: true\n    serverName: a\n",
			want: []string{"worker.yaml:3: temporal.tls.disabled: is true, but other fields of tls are set: leave out one or the other"}},
		{name: "broken YAML is shown with its line", file: "a: b\n c: d\n",
			want: []string{"worker.yaml:2: is not YAML: mapping values are not allowed in this context"}},
		{name: "a variable is named as itself", environment: map[string]string{"GENNAKER_LOG_LEVEL": "loud"},
			want: []string{`GENNAKER_LOG_LEVEL: log.level: "loud" is unknown: it can be debug, error, info, warn`}},
		{name: "everything is reported at once, in order", file: "log: {level: x}\nhealth: {listen: here}\ntemporal: {namespce: n}\n",
			want: []string{
				`worker.yaml:1: log.level: "x" is unknown: it can be debug, error, info, warn`,
				`worker.yaml:2: health.listen: "here" is not an address: write host:port`,
				"worker.yaml:3: temporal.namespce: there is no such field: did you mean namespace?"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.file, c.environment)
			if err == nil || !errors.Is(err, gennaker.ErrInvalid) {
				t.Fatalf("Load = %v, want problems", err)
			}
			if diff := cmp.Diff(c.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadWithoutTheFileSaysSo(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "gone.yaml"), os.LookupEnv)
	if err == nil || !strings.HasSuffix(err.Error(), "gone.yaml: cannot be read: no such file or directory") {
		t.Errorf("Load = %v", err)
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	c, err := load(t, "temporal: {address: 'a:1', namespace: file}\nlog: {format: console}\n", map[string]string{
		"GENNAKER_NAMESPACE":                   "environment",
		"GENNAKER_LOG_FORMAT":                  "json",
		"GENNAKER_TLS_DISABLED":                "true",
		"GENNAKER_STOP_TIMEOUT":                "3s",
		"GENNAKER_ACCOUNT_REQUESTS_PER_SECOND": "0.5",
		"GENNAKER_CACHED_WORKFLOWS":            "", // as if it were not there
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Temporal.Address, want.Temporal.Namespace, want.Temporal.TLS.Disabled = "a:1", "environment", true
	want.Log.Format = "json"
	want.Limits.StopTimeout, want.Limits.AccountRequestsPerSecond = 3*time.Second, 0.5
	if diff := cmp.Diff(want, c, withoutRequests); diff != "" {
		t.Errorf("Load differs (-want +got):\n%s", diff)
	}
}

func TestASecretIsNotPrinted(t *testing.T) {
	c := Default()
	c.Temporal.APIKey = "s3cret"
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c); strings.Contains(text, "s3cret") {
			t.Errorf("%s prints the API key: %s", format, text)
		}
	}
}

func TestSecretsOfTheFileAreInTheEnvironment(t *testing.T) {
	const file = `
temporal: {apiKey: secret://KEY}
accounts:
  - name: cf
    provider: cloudfoundry
    api: https://api.example.com
    user: gennaker
    password: secret://CF
    spaces: ["shop > dev"]
    registries: [{host: registry.example.com, user: ada, password: "secret://REGISTRY"}]
`
	c, err := load(t, file, map[string]string{"GENNAKER_SECRET_KEY": "k3y", "GENNAKER_SECRET_CF": "s3cret", "GENNAKER_SECRET_REGISTRY": "hers"})
	if err != nil {
		t.Fatal(err)
	}
	is := c.Accounts[0].Provider.(*cloudfoundry.Cloud)
	want := cloudfoundry.Registry{Host: "registry.example.com", Username: "ada", Password: "hers"}
	if c.Temporal.APIKey != "k3y" || is.Password != "s3cret" || len(is.Registries) != 1 || is.Registries[0] != want {
		t.Errorf("the key is %q, the password %q, the registries are %+v", string(c.Temporal.APIKey), is.Password, is.Registries)
	}
	_, err = load(t, file, map[string]string{"GENNAKER_SECRET_KEY": "k3y", "GENNAKER_SECRET_REGISTRY": ""})
	for _, want := range []string{
		"worker.yaml:8: accounts[0].password: the environment has no GENNAKER_SECRET_CF, which secret://CF stands for",
		"worker.yaml:10: accounts[0].registries[0].password: the environment has no GENNAKER_SECRET_REGISTRY",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load does not say\n%s\nbut\n%v", want, err)
		}
	}
}

// Where accounts may download from is read after they are.
func TestAccountsDownloadWhereWebhooksMayGo(t *testing.T) {
	c, err := load(t, `
accounts:
  - {name: cf, provider: cloudfoundry, api: "https://api.example.com", token: t0ken, spaces: ["shop > dev"]}
webhooks: {allow: ["https://files.example.com"]}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Accounts[0].Provider.(*cloudfoundry.Cloud).Download(t.Context(), "https://other.example.com/shop.zip")
	if want := "webhooks.allow of the worker's configuration does not have it"; !errors.Is(err, gennaker.ErrDenied) || !strings.Contains(err.Error(), want) {
		t.Errorf("Download = %v, want ErrDenied with %q", err, want)
	}
}

func TestAWebhooksSecretIsInTheEnvironment(t *testing.T) {
	t.Setenv("GENNAKER_SECRET_CI", "s3cret")
	policy, err := Default().Webhooks.policy()
	if err != nil {
		t.Fatal(err)
	}
	secret := policy.Secret
	if value, ok := secret("CI"); value != "s3cret" || !ok {
		t.Errorf("secret://CI = %q, %t, want what GENNAKER_SECRET_CI holds", value, ok)
	}
	if value, ok := secret("TEMPORAL_ADDRESS"); ok {
		t.Errorf("secret://TEMPORAL_ADDRESS = %q: only GENNAKER_SECRET_… are secrets", value)
	}
}

func TestAmazonsAnswersMayBeOldUnlessTheFileSaysOtherwise(t *testing.T) {
	c, err := load(t, `
accounts:
  - {name: prod, provider: aws, regions: [us-east-1]}
  - {name: test, provider: aws, regions: [us-east-1], lag: 0s}
  - {name: tasks, provider: ecs, regions: [us-east-1], clusters: [shop], lag: 5s, lookEvery: 7s}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []time.Duration{5 * time.Second, 5 * time.Second, 7 * time.Second} {
		if got := c.Accounts[i].Provider.(providers.Paced).Pace(); got != want {
			t.Errorf("account %s is looked at each %s, want %s", c.Accounts[i].Name, got, want)
		}
	}
	for i, want := range []time.Duration{2 * time.Second, 0, 5 * time.Second} {
		if got := c.Accounts[i].Provider.(providers.Lagging).Lag(); got != want {
			t.Errorf("the lag of account %s = %s, want %s", c.Accounts[i].Name, got, want)
		}
	}
}
