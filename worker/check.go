package worker

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"

	"github.com/gennaker/gennaker/activities"
)

// check reports what is well-formed and still wrong.
func (r *report) check(c *Config) {
	r.checkTemporal(c.Temporal)
	r.checkAccounts(c.Accounts)
	r.checkUsers(c.Users)
	r.checkLimits(c.Limits)
	r.oneOf("log.format", c.Log.Format, "console", "json")
	r.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	r.checkAddress("metrics.listen", c.Metrics.Listen)
	r.checkAddress("health.listen", c.Health.Listen)
	r.checkDeployment(c.Deployment)
	r.checkWebhooks(c.Webhooks)
	r.checkDeploymentMonitors(c.DeploymentMonitors)
	r.checkPrices(c.Prices)
	r.checkArtifacts(c.Artifacts)
}

func (r *report) checkTemporal(t Temporal) {
	for _, f := range []struct{ field, value string }{
		{"temporal.address", t.Address},
		{"temporal.namespace", t.Namespace},
		{"temporal.taskQueue", t.TaskQueue},
	} {
		if f.value == "" {
			r.add(f.field, "is empty: give it or leave it out")
		}
	}
	r.checkAddress("temporal.address", t.Address)
	if t.APIKey != "" && t.APIKeyFile != "" {
		r.add("temporal.apiKeyFile", "is set beside temporal.apiKey: use one of them")
	}
	if t.APIKeyFile != "" {
		if _, err := os.ReadFile(t.APIKeyFile); err != nil {
			r.add("temporal.apiKeyFile", "cannot be read: %v", err)
		}
	}
	r.checkTLS(t)
}

func (r *report) checkTLS(t Temporal) {
	if t.TLS.Disabled && t.TLS != (TLS{Disabled: true}) {
		r.add("temporal.tls.disabled", "is true, but other fields of tls are set: leave out one or the other")
		return
	}
	if (t.TLS.CertFile == "") != (t.TLS.KeyFile == "") {
		r.add("temporal.tls", "certFile and keyFile belong together: set both or neither")
		return
	}
	if field, err := t.tls(nil); err != nil {
		r.add("temporal.tls."+field, "%v", err)
	}
}

func (r *report) checkAccounts(accounts []Account) {
	seen := map[string]bool{}
	for i, a := range accounts {
		field := fmt.Sprintf("accounts[%d].name", i)
		r.unique(field, a.Name, seen)
	}
}

func (r *report) checkUsers(users []User) {
	seen := map[string]bool{}
	for i, u := range users {
		field := fmt.Sprintf("users[%d]", i)
		r.unique(field+".name", u.Name, seen)
		if len(u.Roles) == 0 {
			r.add(field+".roles", "is empty: name the roles that judgments ask for")
		}
		if len(u.Key) == 0 {
			r.add(field+".key", "is missing: give the ed25519 public key in base64")
		}
	}
}

func (r *report) unique(field, name string, seen map[string]bool) {
	switch {
	case name == "":
		r.add(field, "is missing: give each entry its own name")
	case seen[name]:
		r.add(field, "%q is taken by an earlier entry: give each its own name", name)
	}
	seen[name] = true
}

func (r *report) checkLimits(l Limits) {
	for _, f := range []struct {
		field string
		value float64
	}{
		{"maxConcurrentActivities", float64(l.MaxConcurrentActivities)},
		{"maxConcurrentWorkflowTasks", float64(l.MaxConcurrentWorkflowTasks)},
		{"cachedWorkflows", float64(l.CachedWorkflows)},
		{"accountRequestsPerSecond", l.AccountRequestsPerSecond},
		{"stopTimeout", l.StopTimeout.Seconds()},
	} {
		if f.value < 0 {
			r.add("limits."+f.field, "is negative: give a positive value or leave it out")
		}
	}
	if l.MaxConcurrentWorkflowTasks == 1 {
		r.add("limits.maxConcurrentWorkflowTasks", "is 1: Temporal's workers need at least 2")
	}
}

func (r *report) checkAddress(field, address string) {
	if address == "" {
		return
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		r.add(field, "%q is not an address: write host:port", address)
	}
}

func (r *report) checkDeployment(d Deployment) {
	if (d.Name == "") != (d.BuildID == "") {
		r.add("deployment", "name and buildId belong together: set both or neither")
	}
	r.oneOf("deployment.behavior", d.Behavior, "pinned", "auto-upgrade")
}

var httpMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}

func (r *report) checkWebhooks(w Webhooks) {
	for _, list := range []struct {
		field string
		urls  []string
	}{{"webhooks.allow", w.Allow}, {"webhooks.safeToRetry", w.SafeToRetry}} {
		for i, text := range list.urls {
			methods, prefix := activities.SplitAllowed(text)
			for _, m := range methods {
				if list.field != "webhooks.allow" || !slices.Contains(httpMethods, m) {
					r.add(fmt.Sprintf("%s[%d]", list.field, i), "%q is no HTTP method: write it like GET,POST https://ci.example.com/hooks", m)
				}
			}
			u, err := url.Parse(prefix)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.User != nil {
				r.add(fmt.Sprintf("%s[%d]", list.field, i), "%q is not the beginning of a URL: write it like https://ci.example.com/hooks", text)
			}
		}
	}
	for _, f := range []struct {
		field string
		value int64
	}{
		{"connectTimeout", int64(w.ConnectTimeout)},
		{"readTimeout", int64(w.ReadTimeout)},
		{"maxRequestBytes", int64(w.MaxRequestBytes)},
		{"maxResponseBytes", int64(w.MaxResponseBytes)},
	} {
		if f.value < 0 {
			r.add("webhooks."+f.field, "is negative: give a positive value or leave it out")
		}
	}
	r.checkWebhookTLS(w.TLS)
	r.checkPreconfigured(w.Preconfigured)
}

func (r *report) checkWebhookTLS(t WebhookTLS) {
	if (t.CertFile == "") != (t.KeyFile == "") {
		r.add("webhooks.tls", "certFile and keyFile belong together: set both or neither")
		return
	}
	if _, field, err := t.tls(); err != nil {
		r.add("webhooks.tls."+field, "%v", err)
	}
}

func (r *report) oneOf(field, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		r.add(field, "%q is unknown: %s", value, suggest(value, allowed))
	}
}
