package worker

import (
	"context"
	"strconv"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.uber.org/zap"
)

// peersEach is how often this worker looks how many it shares its accounts'
// limits with.
const peersEach = 5 * time.Second

// share keeps the accounts' limits shared with the other workers until ctx is
// over. Temporal knows them: a new one tells it at once, and one that stops,
// too; one that was killed counts for some minutes more.
func (w *Worker) share(ctx context.Context) {
	tick := time.NewTicker(peersEach)
	defer tick.Stop()
	for {
		n, err := w.workers(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil: // as many as before
			w.log.Warn("how many workers share limits.accountRequestsPerSecond is not known", zap.Error(err))
		default:
			w.config.Requests.ShareWith(n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// workers counts those of this worker's task queue.
func (w *Worker) workers(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	n := 0
	request := &workflowservice.ListWorkersRequest{Namespace: w.config.Temporal.Namespace, PageSize: 1000,
		Query: "TaskQueue = " + strconv.Quote(w.config.Temporal.TaskQueue)}
	for {
		page, err := w.client.WorkflowService().ListWorkers(ctx, request)
		if err != nil {
			return 0, err
		}
		for _, worker := range page.Workers {
			if worker.Status != enums.WORKER_STATUS_SHUTTING_DOWN {
				n++
			}
		}
		if request.NextPageToken = page.NextPageToken; len(page.NextPageToken) == 0 {
			return n, nil
		}
	}
}
