package workflows

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
	"github.com/gennaker/gennaker/workflows/ops"
)

// notification is one entry of a document's notifications.
type notification map[string]any

func (n notification) text(field string) string {
	if v := n[field]; v != nil {
		return gennaker.Text(v)
	}
	return ""
}

// wants reports whether the entry asks to hear of that.
func (n notification) wants(when string) bool {
	list, ok := n["when"].([]any)
	if !ok {
		return n["when"] == when
	}
	return slices.Contains(list, any(when))
}

// message is the entry's own text for that.
func (n notification) message(when string) string {
	messages, _ := n["message"].(map[string]any)
	own, _ := messages[when].(map[string]any)
	text, _ := own["text"].(string)
	return text
}

// ownFields are those that every type has; the others are its type's.
var ownFields = []string{"type", "address", "cc", "level", "when", "message", "notifyEveryMs"}

// fields are those of the entry's type.
func (n notification) fields() map[string]any {
	rest := map[string]any{}
	for _, name := range gennaker.SortedKeys(n) {
		if !slices.Contains(ownFields, name) {
			rest[name] = n[name]
		}
	}
	return rest
}

// every is how often the entry wants to be reminded; 0 is never.
func (n notification) every() time.Duration {
	millis, _ := strconv.ParseFloat(n.text("notifyEveryMs"), 64)
	return time.Duration(millis) * time.Millisecond
}

// notify tells those who want to hear of it what has happened, while the
// execution goes on: a stage's own entries or, without a stage, those of the
// pipeline and of who started it. Nobody to tell costs nothing.
func (r *run) notify(ctx workflow.Context, sc *scope, when string, status gennaker.Status) {
	for _, n := range r.notifications(sc) {
		if n.wants(when) {
			r.tell(ctx, sc, n, when, status)
		}
	}
}

func (r *run) notifications(sc *scope) []notification {
	if sc.node == nil {
		started, _ := plainJSON(r.e.Trigger.Extra["notifications"]).([]any)
		return append(entries(r.pipeline.Notifications), entriesOf(started)...)
	}
	return entries(sc.stage.Notifications)
}

func entries(list []map[string]any) []notification {
	all := make([]notification, len(list))
	for i, each := range list {
		all[i] = each
	}
	return all
}

func entriesOf(list []any) []notification {
	var all []notification
	for _, each := range list {
		if fields, ok := each.(map[string]any); ok {
			all = append(all, fields)
		}
	}
	return all
}

// tell sends one notification. It outlives what it is about, and what cannot
// be sent is a notice.
func (r *run) tell(ctx workflow.Context, sc *scope, n notification, when string, status gennaker.Status) {
	event := gennaker.Notification{Type: n.text("type"), Address: n.text("address"), CC: n.text("cc"), Fields: n.fields(),
		Level: gennaker.LevelPipeline, When: when, Execution: r.e.ID, Application: r.e.Application, Pipeline: r.e.Name,
		Status: status, User: r.e.Trigger.User, At: workflow.Now(ctx).UTC()}
	if sc.node != nil {
		event.Level, event.Stage, event.StageName = gennaker.LevelStage, sc.state.RefID, sc.state.Name
	}
	r.telling++
	outlive, _ := workflow.NewDisconnectedContext(gate.With(ctx, &gate.Gate{}))
	workflow.GoNamed(outlive, "notify", func(ctx workflow.Context) {
		event.Message = sc.message(ctx, n.message(when))
		if err := ops.Notify(ctx, event); err != nil {
			r.notice(ctx, fmt.Sprintf("%s: %s %s was not told: %s", when, event.Type, event.Address, bounded(err)))
		}
		r.telling--
	})
}

// message evaluates the text of a notification. One that cannot be evaluated
// is sent as it is.
func (sc *scope) message(ctx workflow.Context, text string) string {
	if text == "" {
		return ""
	}
	value, err := sc.Evaluate(ctx, text, nil)
	if err != nil {
		return text
	}
	return gennaker.Text(value)
}

// remind tells those who want to hear of it at once, unless the stage was left
// and they know, and then as often as they want, until ctx is done.
func (r *run) remind(ctx workflow.Context, sc *scope, when string) {
	for _, n := range r.notifications(sc) {
		if !n.wants(when) {
			continue
		}
		if sc.state.SpentMillis == 0 {
			r.tell(ctx, sc, n, when, gennaker.Running)
		}
		if every := n.every(); every > 0 {
			workflow.GoNamed(ctx, "remind", func(ctx workflow.Context) {
				for gate.Sleep(ctx, every, "remind of "+when) == nil {
					r.tell(ctx, sc, n, when, gennaker.Running)
				}
			})
		}
	}
}

// stageNotice tells of a stage's start and end, if it says sendNotifications.
func (r *run) stageNotice(ctx workflow.Context, sc *scope, what string) {
	if sc.stage.SendNotifications {
		r.notify(ctx, sc, "stage."+what, sc.state.Status)
	}
}

// ending is the word for how a stage or an execution has ended.
func ending(status gennaker.Status) string {
	if status.Passes() && status != gennaker.FailedContinue {
		return "complete"
	}
	return "failed"
}
