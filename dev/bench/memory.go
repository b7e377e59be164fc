package main

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
)

// idleQueue is the task queue of a worker that gets no work.
const idleQueue = "idle"

// idleMemory reads the memory of a gennaker-dev and of a worker that have done
// nothing for a while.
func (b bench) idleMemory(ctx context.Context, s *server) (IdleMemory, error) {
	whole, err := b.startLaptop(ctx)
	if err != nil {
		return IdleMemory{}, err
	}
	defer whole.stop()
	worker, err := b.startProgram(ctx, "gennaker-worker", []string{
		"GENNAKER_TEMPORAL_ADDRESS=" + s.addresses.Temporal,
		"GENNAKER_NAMESPACE=" + s.addresses.Namespace,
		"GENNAKER_TASK_QUEUE=" + idleQueue,
	})
	if err != nil {
		return IdleMemory{}, err
	}
	defer worker.stop()
	if err := worker.until(ctx, func() bool { return s.polled(ctx, idleQueue) }); err != nil {
		return IdleMemory{}, err
	}
	select {
	case <-ctx.Done():
		return IdleMemory{}, ctx.Err()
	case <-time.After(b.plan.idle):
	}
	dev, errDev := whole.memory()
	alone, errWorker := worker.memory()
	b.say("idle memory: gennaker-dev %.0f MiB, gennaker-worker %.0f MiB", dev, alone)
	return IdleMemory{GennakerDevMiB: dev, GennakerWorkerMiB: alone}, errors.Join(errDev, errWorker)
}

// polled reports whether a worker serves the queue.
func (s *server) polled(ctx context.Context, queue string) bool {
	answer, err := s.client.DescribeTaskQueue(ctx, queue, enums.TASK_QUEUE_TYPE_ACTIVITY)
	return err == nil && len(answer.GetPollers()) > 0
}
