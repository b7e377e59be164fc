package ops

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
)

// A cloud's answer may be some seconds old: just after a change it may show
// what was there before. So who decides by an answer says when the cluster was
// last changed, as far as it knows, and the activity reads no earlier than
// that the answer must show it.

type changedKey struct{}

// lastChange is when something was last changed; zero if that is not known.
type lastChange struct{ at time.Time }

// Changed is a context whose steps know that their cluster was last changed at
// that time, and then by themselves.
func Changed(ctx workflow.Context, at time.Time) workflow.Context {
	return workflow.WithValue(ctx, changedKey{}, &lastChange{at})
}

// changedAt is when the cluster was last changed, for steps of an operation on
// it.
func changedAt(ctx workflow.Context) time.Time {
	if last, ok := ctx.Value(changedKey{}).(*lastChange); ok {
		return last.at
	}
	return time.Time{}
}

// change runs an activity that changes the cluster. One that fails may have
// had an effect too.
func change(ctx workflow.Context, summary string, call, arg, result any) error {
	err := run(ctx, changing, summary, call, arg, result)
	if last, ok := ctx.Value(changedKey{}).(*lastChange); ok {
		last.at = workflow.Now(ctx).UTC()
	}
	return err
}

type clustersKey struct{}

// ChangedClusters is a context in which ChangeCluster remembers when it has
// changed which cluster.
func ChangedClusters(ctx workflow.Context) workflow.Context {
	return workflow.WithValue(ctx, clustersKey{}, map[gennaker.ClusterRef]time.Time{})
}

// remember notes that a cluster was changed until now.
func remember(ctx workflow.Context, c gennaker.ClusterRef) {
	if clusters, ok := ctx.Value(clustersKey{}).(map[gennaker.ClusterRef]time.Time); ok {
		clusters[c] = workflow.Now(ctx).UTC()
	}
}

// recall is when a cluster was last changed; zero if that is not known.
func recall(ctx workflow.Context, c gennaker.ClusterRef) time.Time {
	clusters, _ := ctx.Value(clustersKey{}).(map[gennaker.ClusterRef]time.Time)
	return clusters[c]
}
