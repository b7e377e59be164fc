package starter

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

// operate changes a cluster and prints what was done.
func operate(c *cli.Context, op gennaker.Operation) error {
	return online(func(c *cli.Context, s *session) error { return s.operate(c, op) })(c)
}

func (s *session) operate(c *cli.Context, op gennaker.Operation) error {
	running, err := s.begin(c, op)
	if err != nil {
		return err
	}
	if c.Bool("detach") {
		return newPage(c).say("started " + running.GetID())
	}
	var change gennaker.Change
	if err := s.await(c, running, &change); err != nil {
		return unchanged(c, op, err)
	}
	return emit(c, change, func() []line { return []line{{plain(changeText(op, change))}} })
}

// await returns how a change ended, and tells meanwhile how its instances are,
// whenever that is news.
func (s *session) await(c *cli.Context, running client.WorkflowRun, change *gennaker.Change) error {
	ended := make(chan error, 1)
	go func() { ended <- running.Get(c.Context, change) }()
	told := map[string]bool{}
	for {
		select {
		case err := <-ended:
			return err
		case <-time.After(time.Second):
		}
		for _, p := range heartbeats[gennaker.Progress](c.Context, s, running.GetID()) {
			if text := instances(p); p.ServerGroup != "" && !told[text] {
				told[text] = true
				if err := (page{out: c.App.ErrWriter}).say(text); err != nil {
					return err
				}
			}
		}
	}
}

// begin starts the operation, once whoever changes the cluster is done if
// --wait is given.
func (s *session) begin(c *cli.Context, op gennaker.Operation) (client.WorkflowRun, error) {
	for {
		running, err := s.ExecuteWorkflow(c.Context, client.StartWorkflowOptions{
			ID:                                       op.Cluster.WorkflowID(),
			TaskQueue:                                s.taskQueue,
			WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
			WorkflowExecutionErrorWhenAlreadyStarted: true,
			StaticSummary:                            cut(op.Kind+" "+cmp.Or(op.ServerGroup, op.Cluster.Name)+" for "+op.User, maxSummary),
		}, gennaker.ClusterWorkflow, op)
		runID, busy := alreadyStarted(err)
		if !busy {
			return running, err
		}
		r := ref{op.Cluster.WorkflowID(), runID}
		who, err := s.changing(c.Context, r)
		if err != nil {
			return nil, err
		}
		if !c.Bool("wait") {
			return nil, refusedf("%s %s: %s is changing it: wait for it with --wait", op.Kind, op.Cluster, who)
		}
		if err := (page{out: c.App.ErrWriter}).say("waiting: " + who + " is changing " + op.Cluster.String()); err != nil {
			return nil, err
		}
		if err := s.awaitEnd(c.Context, r); err != nil {
			return nil, err
		}
	}
}

// changing names who runs an operation.
func (s *session) changing(ctx context.Context, r ref) (string, error) {
	var op gennaker.Operation
	if err := s.input(ctx, r, &op); err != nil {
		return "", err
	}
	if op.Execution != "" {
		return fmt.Sprintf("execution %s (%s)", op.Execution, op.Kind), nil
	}
	return fmt.Sprintf("%s (%s)", cmp.Or(op.User, "somebody"), op.Kind), nil
}

// awaitEnd waits until a workflow has ended, however it ends.
func (s *session) awaitEnd(ctx context.Context, r ref) error {
	err := s.GetWorkflow(ctx, r.id, r.runID).Get(ctx, nil)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if explain(err, s.address).code == exitUnreachable {
		return err
	}
	return nil
}

// unchanged explains an operation that did not end well.
func unchanged(c *cli.Context, op gennaker.Operation, err error) error {
	what := op.Kind + " " + cmp.Or(op.ServerGroup, op.Cluster.Name)
	if c.Context.Err() != nil || isA[*serviceerror.Canceled](err) {
		return failure{exitInterrupted, what + ": stopped waiting; the operation goes on"}
	}
	f := explain(err, "")
	switch f.code {
	case exitUnreachable, exitInterrupted:
		return err
	case exitRefused:
		if _, guarded := op.Config["allowLastServerGroup"]; !guarded && strings.Contains(f.text, gennaker.ErrGuarded.Error()) {
			f.text += ": do it all the same with --allow-last"
		}
	}
	return failure{f.code, what + ": " + f.text}
}
