package exactlyonce

import (
	"context"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/store"
)

// TestASaveWhoseAnswerIsLostIsOneVersion loses the answer to the request that
// saves a pipeline. The client asks again by itself.
func TestASaveWhoseAnswerIsLostIsOneVersion(t *testing.T) {
	w := newWorld(t)
	w.worker(w.sound())
	var requests atomic.Int64
	lossy := w.dial(func(ctx context.Context, method string, request, reply any, c *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		err := invoke(ctx, method, request, reply, c, options...)
		if err == nil && method == "/temporal.api.workflowservice.v1.WorkflowService/ExecuteMultiOperation" && requests.Add(1) == 1 {
			return errDead
		}
		return err
	})
	save := gennaker.SavePipeline{User: "ada", Pipeline: gennaker.Pipeline{Application: "shop", Name: "saved", Stages: []gennaker.Stage{{Type: "noop"}}}}
	saved, err := store.Store{Temporal: lossy, TaskQueue: gennaker.TaskQueue}.Save(t.Context(), save)
	if err != nil || saved.Version != 1 || requests.Load() != 2 {
		t.Errorf("Save = %+v, %v, after %d requests; want version 1 after 2", saved, err, requests.Load())
	}
	stored, err := store.Store{Temporal: w.temporal, TaskQueue: gennaker.TaskQueue}.Get(t.Context(), save.Pipeline.Ref())
	if err != nil || stored.Version != 1 {
		t.Errorf("stored is version %d, %v, want 1", stored.Version, err)
	}
}
