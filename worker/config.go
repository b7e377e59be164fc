package worker

import (
	"fmt"
	"os"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/ratelimit"
	"github.com/gennaker/gennaker/workflows/stages"
)

// Config is what a worker is told. Load makes one from a file and the
// environment; Default is the one to start from in code.
type Config struct {
	Temporal   Temporal   `yaml:"temporal"`
	Accounts   []Account  `yaml:"accounts"`
	Users      []User     `yaml:"users"`
	Limits     Limits     `yaml:"limits"`
	Log        Log        `yaml:"log"`
	Metrics    Metrics    `yaml:"metrics"`
	Health     Health     `yaml:"health"`
	Deployment Deployment `yaml:"deployment"`
	Webhooks   Webhooks   `yaml:"webhooks"`
	// DeploymentMonitors judge deployments under way.
	DeploymentMonitors []DeploymentMonitor `yaml:"deploymentMonitors"`
	// Prices are lists of what instances cost, for stages that place them.
	Prices []PriceList `yaml:"prices"`
	// Artifacts are the accounts that artifacts may name.
	Artifacts Artifacts `yaml:"artifacts"`
	Custom    Custom    `yaml:"-"`
	// Requests, if any, are the limits that the accounts were opened with.
	Requests *ratelimit.Limits `yaml:"-"`
}

// Custom is what a program that embeds the worker adds in code.
type Custom struct {
	Stages     stages.Types // beside Gennaker's own
	Activities []any        // that those stages run: functions, or structs of them
}

// Temporal says where the executions are.
type Temporal struct {
	Address    string `yaml:"address" env:"GENNAKER_TEMPORAL_ADDRESS"` // host:port
	Namespace  string `yaml:"namespace" env:"GENNAKER_NAMESPACE"`
	TaskQueue  string `yaml:"taskQueue" env:"GENNAKER_TASK_QUEUE"`
	APIKey     Secret `yaml:"apiKey" env:"GENNAKER_API_KEY"`
	APIKeyFile string `yaml:"apiKeyFile" env:"GENNAKER_API_KEY_FILE"` // read again for every request
	TLS        TLS    `yaml:"tls"`
}

// TLS is how the connection to Temporal is protected. It is used when any of
// its fields is set or there is an API key.
type TLS struct {
	CAFile     string `yaml:"caFile" env:"GENNAKER_TLS_CA_FILE"`
	CertFile   string `yaml:"certFile" env:"GENNAKER_TLS_CERT_FILE"`
	KeyFile    string `yaml:"keyFile" env:"GENNAKER_TLS_KEY_FILE"`
	ServerName string `yaml:"serverName" env:"GENNAKER_TLS_SERVER_NAME"`
	Disabled   bool   `yaml:"disabled" env:"GENNAKER_TLS_DISABLED"`
}

// Account is one set of credentials for one cloud, opened.
type Account struct {
	Name     string
	Provider providers.Provider
}

// User is a person who may answer judgments that ask for a role.
type User struct {
	Name  string    `yaml:"name"`
	Roles []string  `yaml:"roles"`
	Key   PublicKey `yaml:"key"` // base64
}

// Limits bound what a worker does at once. A zero leaves Temporal's own.
type Limits struct {
	MaxConcurrentActivities    int `yaml:"maxConcurrentActivities" env:"GENNAKER_MAX_CONCURRENT_ACTIVITIES"`
	MaxConcurrentWorkflowTasks int `yaml:"maxConcurrentWorkflowTasks" env:"GENNAKER_MAX_CONCURRENT_WORKFLOW_TASKS"`
	// CachedWorkflows is how many executions stay in memory between two
	// steps; a big one takes about 200 KB. The cache is the process's.
	CachedWorkflows int `yaml:"cachedWorkflows" env:"GENNAKER_CACHED_WORKFLOWS"`
	// AccountRequestsPerSecond is how many requests all workers together make
	// of each account's cloud in a second; 0 is as many as the cloud takes.
	AccountRequestsPerSecond float64 `yaml:"accountRequestsPerSecond" env:"GENNAKER_ACCOUNT_REQUESTS_PER_SECOND"`
	// StopTimeout is how long a stop waits for activities. After half of it
	// those that still run are handed back to other workers.
	StopTimeout time.Duration `yaml:"stopTimeout" env:"GENNAKER_STOP_TIMEOUT"`
}

// Log says how to log: on standard error, for people or for machines.
type Log struct {
	Format string `yaml:"format" env:"GENNAKER_LOG_FORMAT"` // console or json
	Level  string `yaml:"level" env:"GENNAKER_LOG_LEVEL"`   // debug, info, warn or error
}

// Metrics is where Prometheus finds /metrics; off when empty.
type Metrics struct {
	Listen string `yaml:"listen" env:"GENNAKER_METRICS_LISTEN"`
}

// Health is where /healthz and /readyz are; off when empty. It may be the
// address of Metrics.
type Health struct {
	Listen string `yaml:"listen" env:"GENNAKER_HEALTH_LISTEN"`
}

// Deployment is this worker's place in Temporal's Worker Deployments; off
// when empty.
type Deployment struct {
	Name    string `yaml:"name" env:"GENNAKER_DEPLOYMENT_NAME"`
	BuildID string `yaml:"buildId" env:"GENNAKER_BUILD_ID"`
	// Behavior is what becomes of running executions when another build
	// becomes current: pinned ones stay with the build that started them,
	// auto-upgrade ones move.
	Behavior string `yaml:"behavior" env:"GENNAKER_DEPLOYMENT_BEHAVIOR"`
}

// Webhooks say what the stages of type webhook may do. URLs are named by their
// beginnings: scheme, host and whole segments of the path.
type Webhooks struct {
	// Allow lists all that may be called, with methods before the URL if not
	// by all ("GET,HEAD https://ci.example.com/"). Empty, it is everything but
	// this machine and its link.
	Allow []string `yaml:"allow"`
	// SafeToRetry lists what may be called again, by whatever method, when
	// there was no answer in time.
	SafeToRetry []string `yaml:"safeToRetry"`
	// ConnectTimeout and ReadTimeout are 15 and 20 seconds when zero.
	ConnectTimeout time.Duration `yaml:"connectTimeout" env:"GENNAKER_WEBHOOK_CONNECT_TIMEOUT"`
	ReadTimeout    time.Duration `yaml:"readTimeout" env:"GENNAKER_WEBHOOK_READ_TIMEOUT"`
	// RetryStatusCodes are the answers, besides 5xx, after which to try again;
	// 429 when absent.
	RetryStatusCodes []int `yaml:"retryStatusCodes"`
	// RefuseRedirects takes an answer that redirects as the answer.
	RefuseRedirects bool `yaml:"refuseRedirects" env:"GENNAKER_WEBHOOK_REFUSE_REDIRECTS"`
	// Audit logs every call.
	Audit bool `yaml:"audit" env:"GENNAKER_WEBHOOK_AUDIT"`
	// MaxRequestBytes and MaxResponseBytes bound the bodies; 1 MiB when zero.
	MaxRequestBytes  int        `yaml:"maxRequestBytes" env:"GENNAKER_WEBHOOK_MAX_REQUEST_BYTES"`
	MaxResponseBytes int        `yaml:"maxResponseBytes" env:"GENNAKER_WEBHOOK_MAX_RESPONSE_BYTES"`
	TLS              WebhookTLS `yaml:"tls"`
	// Preconfigured are webhooks for stages that have their type, and the
	// alias preconfiguredWebhook.
	Preconfigured []Preconfigured `yaml:"preconfigured"`
}

// WebhookTLS is whom webhooks trust besides those whom the system trusts, and
// who they are to servers that ask. All are PEM files: a Java keystore (JKS,
// PKCS12) is turned into them with keytool and openssl.
type WebhookTLS struct {
	CAFile   string `yaml:"caFile" env:"GENNAKER_WEBHOOK_TLS_CA_FILE"`
	CertFile string `yaml:"certFile" env:"GENNAKER_WEBHOOK_TLS_CERT_FILE"`
	KeyFile  string `yaml:"keyFile" env:"GENNAKER_WEBHOOK_TLS_KEY_FILE"`
}

// secretPrefix begins the names of the environment variables that hold what
// secret://NAME stands for.
const secretPrefix = "GENNAKER_SECRET_"

// policy is what the activities are told. Secrets stay in the environment.
func (w Webhooks) policy() (activities.WebhookPolicy, error) {
	certificates, field, err := w.TLS.tls()
	if err != nil {
		return activities.WebhookPolicy{}, fmt.Errorf("webhooks.tls.%s: %w", field, err)
	}
	return activities.WebhookPolicy{Allow: w.Allow, SafeToRetry: w.SafeToRetry,
		ConnectTimeout: w.ConnectTimeout, ReadTimeout: w.ReadTimeout,
		Busy: w.RetryStatusCodes, NoRedirects: w.RefuseRedirects, Audit: w.Audit,
		MaxRequest: w.MaxRequestBytes, MaxResponse: w.MaxResponseBytes, TLS: certificates,
		Secret:        func(name string) (string, bool) { return os.LookupEnv(secretPrefix + name) },
		Preconfigured: enabled(w.Preconfigured)}, nil
}

// Default is a worker for a Temporal on this machine, with no accounts.
func Default() Config {
	return Config{
		Temporal:   Temporal{Address: "127.0.0.1:7233", Namespace: "default", TaskQueue: gennaker.TaskQueue},
		Limits:     Limits{CachedWorkflows: 1000, StopTimeout: 20 * time.Second},
		Log:        Log{Format: "console", Level: "info"},
		Deployment: Deployment{Behavior: "pinned"},
	}
}

func (c Config) registry() *providers.Registry {
	byName := map[string]providers.Provider{}
	for _, a := range c.Accounts {
		byName[a.Name] = a.Provider
	}
	return providers.NewRegistry(byName)
}

func (c Config) people() []gennaker.User {
	var users []gennaker.User
	for _, u := range c.Users {
		judge := gennaker.Judge{Name: u.Name, Key: []byte(u.Key)}
		users = append(users, gennaker.User{Judge: judge, Roles: u.Roles})
	}
	return users
}

// Summary is one line about what the configuration makes the worker do.
func (c Config) Summary() string {
	return fmt.Sprintf("Temporal %s, namespace %s, task queue %s; %d accounts, %d users",
		c.Temporal.Address, c.Temporal.Namespace, c.Temporal.TaskQueue, len(c.Accounts), len(c.Users))
}
