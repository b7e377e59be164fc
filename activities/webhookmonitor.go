package activities

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
)

// WebhookMonitor says where to look how what a webhook began is going, and
// what the answers mean.
type WebhookMonitor struct {
	WebhookRequest
	Path     string `json:"path,omitempty"` // of the status; any success is one without it
	Progress string `json:"progress,omitempty"`
	// Lists of the statuses that end the waiting, separated by commas.
	Succeeded string `json:"succeeded,omitempty"`
	Canceled  string `json:"canceled,omitempty"`
	Terminal  string `json:"terminal,omitempty"`
	Retry     []int  `json:"retry,omitempty"` // codes to look again after, besides 429 and 5xx
	// Retries says for a code how often to look again after it, over the whole
	// wait.
	Retries map[string]int `json:"retries,omitempty"`
}

// WebhookStatus is what the last look showed. It is also what the heartbeats
// carry, without the answer's body.
type WebhookStatus struct {
	WebhookAnswer
	Outcome         gennaker.Status `json:"outcome"`
	PercentComplete *float64        `json:"percentComplete,omitempty"`
	ProgressMessage string          `json:"progressMessage,omitempty"`
	ResolvedValue   any             `json:"resolvedValue,omitempty"` // what a path found that means nothing
	// Past counts the answers that were looked again after, by their code.
	Past map[string]int `json:"past,omitempty"`
}

// MonitorWebhook looks again and again, the longer it waits the less often,
// and returns when the answer says that all is over.
func (w *Webhooks) MonitorWebhook(ctx context.Context, m WebhookMonitor) (WebhookStatus, error) {
	var s WebhookStatus
	err := alive(ctx, func(ctx context.Context, b *pulse) (err error) {
		s, err = w.monitor(ctx, m, b)
		return err
	})
	return s, err
}

func (w *Webhooks) monitor(ctx context.Context, m WebhookMonitor, b *pulse) (WebhookStatus, error) {
	started := activity.GetInfo(ctx).ScheduledTime
	past := earlier(ctx)
	for {
		s, err := w.lookAt(ctx, m, past)
		if err != nil || s.Outcome != gennaker.Running {
			return s, err
		}
		s.Body, s.Headers = nil, nil
		b.say(ctx, s)
		select {
		case <-time.After(pace(time.Since(started))):
		case <-ctx.Done():
			return s, ctx.Err()
		case <-activity.GetWorkerStopChannel(ctx):
			return s, fmt.Errorf("monitor %s: %w: this worker is stopping", m.shown(), gennaker.ErrUnavailable)
		}
	}
}

// earlier is what an earlier attempt, on a worker that died, counted.
func earlier(ctx context.Context) map[string]int {
	var s WebhookStatus
	if activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &s) == nil && s.Past != nil {
		return s.Past
	}
	return map[string]int{}
}

// lookAt looks once, and counts in past the answer that it is to look again
// after.
func (w *Webhooks) lookAt(ctx context.Context, m WebhookMonitor, past map[string]int) (WebhookStatus, error) {
	x, err := w.exchange(ctx, m.WebhookRequest)
	s := WebhookStatus{WebhookAnswer: x.answer, Outcome: gennaker.Terminal, Past: maps.Clone(past)}
	code := s.StatusCode
	switch {
	case ctx.Err() != nil:
		return s, ctx.Err()
	case errors.Is(err, gennaker.ErrInvalid), errors.Is(err, gennaker.ErrDenied), errors.Is(err, gennaker.ErrNotFound):
		return s, err
	case err != nil && (unknownHost(err) || late(err)):
		s.Outcome = gennaker.Running
	case err != nil:
	case code >= 400:
		s.Error = fmt.Sprintf("it answered %d", code)
		if w.again(m, code, past) {
			past[fmt.Sprint(code)]++
			s.Outcome, s.Past = gennaker.Running, maps.Clone(past) // the heartbeat reads it
		}
	default:
		if err := m.judge(x.body, &s); err != nil {
			s.Outcome, s.Error = gennaker.Terminal, err.Error()
		}
	}
	return s, nil
}

// again reports whether to look again after an answer.
func (w *Webhooks) again(m WebhookMonitor, code int, past map[string]int) bool {
	if most, counted := m.Retries[fmt.Sprint(code)]; counted {
		return past[fmt.Sprint(code)] < most
	}
	return w.policy.busy(code) || slices.Contains(m.Retry, code)
}

// judge reads the status out of a body.
func (m WebhookMonitor) judge(body any, s *WebhookStatus) error {
	if m.Path == "" {
		s.Outcome = gennaker.Succeeded
		return nil
	}
	value, err := single(body, m.Path)
	if err != nil {
		return fmt.Errorf("status: %w", err)
	}
	if s.ProgressMessage, err = m.progress(body); err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	switch v := value.(type) {
	case float64:
		s.PercentComplete, s.Outcome = &v, gennaker.Running
		if v == 100 {
			s.Outcome = gennaker.Succeeded
		}
	case string:
		s.Outcome = m.outcome(v)
	case bool:
		s.Outcome = m.outcome(fmt.Sprint(v))
	default:
		s.ResolvedValue, _ = bounded(v)
		return fmt.Errorf("status: path %s: %w: a text, a number or a boolean is wanted", m.Path, gennaker.ErrInvalid)
	}
	return nil
}

func (m WebhookMonitor) progress(body any) (string, error) {
	if m.Progress == "" {
		return "", nil
	}
	value, err := single(body, m.Progress)
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("path %s: %w: a text is wanted", m.Progress, gennaker.ErrInvalid)
	}
	return text, nil
}

// outcome is what a status means. In several lists, the worst counts.
func (m WebhookMonitor) outcome(status string) gennaker.Status {
	for _, list := range []struct {
		statuses string
		outcome  gennaker.Status
	}{{m.Terminal, gennaker.Terminal}, {m.Canceled, gennaker.Canceled}, {m.Succeeded, gennaker.Succeeded}} {
		for one := range strings.SplitSeq(list.statuses, ",") {
			if one = strings.TrimSpace(one); one != "" && strings.EqualFold(one, strings.TrimSpace(status)) {
				return list.outcome
			}
		}
	}
	return gennaker.Running
}
