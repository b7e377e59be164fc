package executions

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/gennaker/gennaker"
)

// Start starts an execution under an id that is used once: if an execution
// has it, running or ended, that one is returned and started is false. So is,
// under its own id, one in the application that has the trigger's correlation
// id and has not ended.
func (c Client) Start(ctx context.Context, id string, start gennaker.Start) (r Ref, started bool, err error) {
	if start.Trigger.CorrelationID != "" {
		return c.startCorrelated(ctx, id, start)
	}
	return c.startOnce(ctx, id, start)
}

func (c Client) startOnce(ctx context.Context, id string, start gennaker.Start) (r Ref, started bool, err error) {
	r, err = c.run(ctx, id, start, enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE)
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &exists) {
		return Ref{id, exists.RunId}, false, nil
	}
	return r, err == nil, err
}

// run starts a run under an id. It has no time-outs and no retries of the
// server's: the execution keeps its own time and ends with what it found.
func (c Client) run(ctx context.Context, id string, start gennaker.Start, reuse enums.WorkflowIdReusePolicy) (Ref, error) {
	p, t := start.Pipeline, start.Trigger
	run, err := c.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       id,
		TaskQueue:                                c.TaskQueue,
		WorkflowIDReusePolicy:                    reuse,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            cut(p.Application+" · "+p.Name+" · "+t.User, maxSummary),
		StaticDetails:                            cut(details(start), maxDetails),
		TypedSearchAttributes: temporal.NewSearchAttributes(
			attribute(gennaker.SearchApplication, p.Application),
			attribute(gennaker.SearchPipeline, p.Name),
			attribute(gennaker.SearchUser, t.User),
		),
	}, gennaker.ExecutionWorkflow, start)
	if err != nil {
		return Ref{}, err
	}
	return Ref{run.GetID(), run.GetRunID()}, nil
}

// What the server takes, in bytes.
const (
	maxSummary   = 400
	maxDetails   = 20000
	maxAttribute = 255
)

func attribute(name, value string) temporal.SearchAttributeUpdate {
	return temporal.NewSearchAttributeKeyKeyword(name).ValueSet(cut(value, maxAttribute))
}

// details is what the Temporal Web UI shows at the top of the execution, in
// Markdown.
func details(start gennaker.Start) string {
	var b strings.Builder
	b.WriteString(start.Pipeline.Description)
	for _, name := range slices.Sorted(maps.Keys(start.Trigger.Parameters)) {
		fmt.Fprintf(&b, "\n- **%s**: %s", name, gennaker.Text(start.Trigger.Parameters[name]))
	}
	for _, a := range start.Trigger.Artifacts {
		fmt.Fprintf(&b, "\n- artifact %s", a)
	}
	return cmp.Or(strings.TrimSpace(b.String()), "no description, no parameters")
}

// cut shortens a text to a number of bytes, at the end of a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end := most - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
