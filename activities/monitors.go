package activities

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// Monitor is a service that judges deployments under way, as an operator has
// defined it.
type Monitor struct {
	ID   string
	Name string // for people; the id if empty
	// BaseURL is what the service's three addresses begin with. The policy of
	// webhooks must allow it.
	BaseURL string
	Headers map[string]string // secret://NAME stands for a secret
	// FailOnError says that a deployment fails when the service does not answer
	// or does not decide in time.
	FailOnError bool
	// MaxAnalysisMinutes is how long one decision may take; 30 if zero.
	MaxAnalysisMinutes int
	SupportContact     string // where people ask about it
}

// MonitorTerms is what a deployment goes by. The rest of a Monitor is in no
// history.
type MonitorTerms struct {
	Name               string `json:"name"`
	FailOnError        bool   `json:"failOnError"`
	MaxAnalysisMinutes int    `json:"maxAnalysisMinutes"`
	SupportContact     string `json:"supportContact,omitempty"`
}

// The addresses of a monitor, below its BaseURL.
const (
	MonitorStarting  = "deployment/starting"
	MonitorEvaluate  = "deployment/evaluateHealth"
	MonitorCompleted = "deployment/completed"
)

// MonitorCall asks a monitor something.
type MonitorCall struct {
	Monitor string         `json:"monitor"` // its id
	Path    string         `json:"path"`
	Body    map[string]any `json:"body"`
	Key     string         `json:"key"` // sent as Idempotency-Key
}

// Directive is what a monitor wants to happen next.
type Directive string

// Spinnaker's directives. With wait, a monitor is asked again.
const (
	Continue Directive = "continue"
	Wait     Directive = "wait"
	Abort    Directive = "abort"
	Complete Directive = "complete"
)

// MonitorVerdict is what a monitor has answered.
type MonitorVerdict struct {
	Directive Directive `json:"directive,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	// Error says why there is no verdict, and Again that asking once more may
	// help.
	Error string `json:"error,omitempty"`
	Again bool   `json:"again,omitempty"`
}

// Monitors asks the deployment monitors that an operator has defined.
type Monitors struct {
	webhooks *Webhooks
	all      []Monitor
}

// FindMonitor returns the terms of a monitor. It is ErrNotFound if no operator
// has defined it, and ErrDenied if the policy of webhooks forbids its address.
func (m *Monitors) FindMonitor(_ context.Context, id string) (MonitorTerms, error) {
	found, err := m.find(id)
	if err != nil {
		return MonitorTerms{}, translate(err)
	}
	u, err := url.Parse(found.BaseURL)
	if err == nil {
		err = m.webhooks.policy.check(http.MethodPost, u)
	}
	if err != nil {
		return MonitorTerms{}, translate(fmt.Errorf("deployment monitor %s: %w", id, err))
	}
	return found.terms(), nil
}

func (m Monitor) terms() MonitorTerms {
	t := MonitorTerms{Name: m.Name, FailOnError: m.FailOnError, MaxAnalysisMinutes: m.MaxAnalysisMinutes, SupportContact: m.SupportContact}
	if t.Name == "" {
		t.Name = m.ID
	}
	if t.MaxAnalysisMinutes <= 0 {
		t.MaxAnalysisMinutes = 30
	}
	return t
}

func (m *Monitors) find(id string) (Monitor, error) {
	var ids []string
	for _, one := range m.all {
		if one.ID == id {
			return one, nil
		}
		ids = append(ids, one.ID)
	}
	near := ""
	if word := gennaker.Nearest(id, ids); word != "" {
		near = "; did you mean " + word + "?"
	}
	return Monitor{}, fmt.Errorf("deployment monitor %s: %w: deploymentMonitors of the worker's configuration do not have it%s", id, gennaker.ErrNotFound, near)
}

// AskMonitor asks a monitor once. It is ErrUnavailable if the monitor says
// wait; any other trouble with it is in the verdict.
func (m *Monitors) AskMonitor(ctx context.Context, c MonitorCall) (MonitorVerdict, error) {
	var v MonitorVerdict
	err := alive(ctx, func(ctx context.Context, _ *pulse) (err error) {
		v, err = m.ask(ctx, c)
		return err
	})
	return v, err
}

func (m *Monitors) ask(ctx context.Context, c MonitorCall) (MonitorVerdict, error) {
	monitor, err := m.find(c.Monitor)
	if err != nil {
		return MonitorVerdict{}, err
	}
	x, err := m.webhooks.exchange(ctx, WebhookRequest{Method: http.MethodPost, URL: strings.TrimSuffix(monitor.BaseURL, "/") + "/" + c.Path,
		Headers: monitor.Headers, Payload: c.Body, Key: c.Key})
	switch {
	case ctx.Err() != nil:
		return MonitorVerdict{}, ctx.Err()
	case errors.Is(err, gennaker.ErrInvalid), errors.Is(err, gennaker.ErrDenied), errors.Is(err, gennaker.ErrNotFound):
		return MonitorVerdict{}, fmt.Errorf("deployment monitor %s: %w", c.Monitor, err)
	case err != nil:
		return MonitorVerdict{Error: x.answer.Error, Again: true}, nil
	case x.answer.StatusCode >= 300:
		return MonitorVerdict{Error: fmt.Sprintf("it answered %d", x.answer.StatusCode), Again: true}, nil
	case c.Path == MonitorCompleted:
		return MonitorVerdict{}, nil // whatever it says, nothing follows
	}
	v := verdict(x.body)
	if v.Directive == Wait {
		return v, fmt.Errorf("deployment monitor %s: %w: it says wait%s", c.Monitor, gennaker.ErrUnavailable, because(v.Reason))
	}
	return v, nil
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// verdict reads Spinnaker's answer of a monitor, whose older form has a list of
// reasons.
func verdict(body any) MonitorVerdict {
	answer, _ := body.(map[string]any)
	step, _ := answer["nextStep"].(map[string]any)
	word, _ := step["directive"].(string)
	v := MonitorVerdict{Directive: Directive(strings.ToLower(word)), Reason: reason(answer)}
	if !slices.Contains([]Directive{Continue, Wait, Abort, Complete}, v.Directive) {
		return MonitorVerdict{Error: fmt.Sprintf("its answer has the directive %q: it is continue, wait, abort or complete", word)}
	}
	return v
}

func reason(answer map[string]any) string {
	list, _ := answer["statusReasons"].([]any)
	var texts []string
	for _, one := range append(list, answer["statusReason"]) {
		fields, _ := one.(map[string]any)
		if text, ok := fields["message"].(string); ok && text != "" {
			texts = append(texts, text)
		}
	}
	return cut(strings.Join(texts, "; "))
}
