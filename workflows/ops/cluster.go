package ops

import (
	"errors"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/gate"
)

// Observer is told how a change of a cluster goes.
type Observer interface {
	// Waiting says what is waited for; empty when nothing is.
	Waiting(text string)
	// Began and Ended name the workflow that makes the change.
	Began(workflowID string)
	Ended(workflowID string)
}

// ChangeCluster changes a cluster through the one workflow that may. If
// somebody else is changing it, it waits until they are done. Cancelling the
// context cancels the change, which then cleans up before this returns.
func ChangeCluster(ctx workflow.Context, op gennaker.Operation, o Observer) (gennaker.Change, error) {
	var change gennaker.Change
	err := inTurn(ctx, op, o, func(op gennaker.Operation) (err error) {
		change, err = changeOnce(ctx, op, o)
		return err
	})
	return change, err
}

// inTurn begins the workflow of an operation's cluster once nobody else has
// that under way.
func inTurn(ctx workflow.Context, op gennaker.Operation, o Observer, begin func(gennaker.Operation) error) error {
	since := workflow.Now(ctx)
	for {
		if err := gate.Pass(ctx); err != nil {
			return err
		}
		if last := recall(ctx, op.Cluster); last.After(op.Changed) {
			op.Changed = last
		}
		err := begin(op)
		var busy *temporal.ChildWorkflowExecutionAlreadyStartedError
		if !errors.As(err, &busy) {
			remember(ctx, op.Cluster)
			return plain(err)
		}
		o.Waiting("another change of cluster " + op.Cluster.Name)
		err = awaitCluster(ctx, op, workflow.Now(ctx).Sub(since))
		o.Waiting("")
		if err != nil {
			return err
		}
		op.Changed = workflow.Now(ctx).UTC()
	}
}

func changeOnce(ctx workflow.Context, op gennaker.Operation, o Observer) (gennaker.Change, error) {
	var change gennaker.Change
	child, err := begin(ctx, op)
	if err != nil {
		return change, err
	}
	id := op.Cluster.WorkflowID()
	o.Began(id)
	err = child.Get(ctx, &change)
	o.Ended(id)
	return change, err
}

// begin begins the workflow of an operation's cluster.
func begin(ctx workflow.Context, op gennaker.Operation) (workflow.ChildWorkflowFuture, error) {
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:            op.Cluster.WorkflowID(),
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WaitForCancellation:   true,
		ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_REQUEST_CANCEL,
		StaticSummary:         short(titled(ctx, op.Kind+" "+op.Cluster.Name+" for "+op.Execution)),
	}), gennaker.ClusterWorkflow, op)
	return child, child.GetChildWorkflowExecution().Get(ctx, nil)
}

// awaitCluster waits for another's change, at most as long as the operation
// has left: then it is ErrBusy.
func awaitCluster(ctx workflow.Context, op gennaker.Operation, used time.Duration) error {
	options := waiting
	options.ScheduleToCloseTimeout = 24 * time.Hour
	if op.TimeoutMillis > 0 {
		left := time.Duration(op.TimeoutMillis)*time.Millisecond - used
		if left <= 0 {
			return fmt.Errorf("cluster %s: %w, still after %s", op.Cluster, gennaker.ErrBusy, used)
		}
		options.ScheduleToCloseTimeout = left
	}
	err := run(ctx, options, "wait for another change of "+op.Cluster.Name, clusters.AwaitCluster, op.Cluster, nil)
	if errors.Is(err, gennaker.ErrUnavailable) {
		return fmt.Errorf("cluster %s: %w, still after %s", op.Cluster, gennaker.ErrBusy, used+options.ScheduleToCloseTimeout)
	}
	return err
}
