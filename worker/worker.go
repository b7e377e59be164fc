// Package worker turns a configuration into a running worker: it connects to
// Temporal, opens the accounts, serves the workflows and activities, and
// tells Prometheus and health checks how it goes. Any number of workers share
// the load; they need to know nothing of each other.
package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"github.com/gennaker/gennaker/ratelimit"
)

// Worker is a started worker.
type Worker struct {
	config   Config
	log      *zap.Logger
	client   client.Client
	worker   worker.Worker
	monitor  *monitor
	handBack context.CancelFunc // interrupts the activities that still run
	alone    context.CancelFunc // ends the sharing of limits
	failed   chan error         // gets what Temporal's SDK gave up on
}

// Run starts a worker, lets it work until ctx is done or it cannot go on, and
// stops it. It returns nil after a stop that was asked for.
func Run(ctx context.Context, c Config, log *zap.Logger) error {
	w, err := Start(ctx, c, log)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if err != nil {
		return err
	}
	defer w.Stop()
	select {
	case <-ctx.Done():
		return nil
	case err := <-w.Failed():
		return fmt.Errorf("worker: %w", err)
	}
}

// Failed gets the reason when the worker cannot go on. It is then to be
// stopped.
func (w *Worker) Failed() <-chan error { return w.failed }

// Start returns when the worker works. As long as Temporal cannot be reached
// it keeps trying, saying why in the log and in /readyz, until ctx is done.
// It fails when the configuration or Temporal does not let it work.
func Start(ctx context.Context, c Config, log *zap.Logger) (*Worker, error) {
	m, err := listen(c)
	if err != nil {
		return nil, err
	}
	w := &Worker{config: c, log: log, monitor: m, failed: make(chan error, 1)}
	if err := w.start(ctx); err != nil {
		w.close()
		return nil, err
	}
	m.setReady("", w.healthy)
	log.Info("working: " + c.Summary())
	return w, nil
}

func (w *Worker) start(ctx context.Context) error {
	if err := w.connect(ctx); err != nil {
		return err
	}
	if err := AddSearchAttributes(ctx, w.client, w.config.Temporal.Namespace); err != nil {
		w.log.Warn("executions cannot be searched, or started, before this is mended", zap.Error(err))
	}
	worker.SetStickyWorkflowCacheSize(w.config.Limits.CachedWorkflows)
	w.worker = worker.New(w.client, w.config.Temporal.TaskQueue, w.options())
	if err := w.register(w.worker); err != nil {
		return err
	}
	if err := w.worker.Start(); err != nil {
		return fmt.Errorf("worker: start: %w", err)
	}
	w.limit()
	return nil
}

// limit has the accounts' limits tell of throttles, and be shared.
func (w *Worker) limit() {
	if w.config.Requests == nil {
		return
	}
	w.config.Requests.Told(func(k ratelimit.Key, perSecond float64) {
		w.log.Info("the cloud throttles", zap.Stringer("requests", k), zap.Float64("now per second", perSecond))
	})
	if w.config.Requests.PerSecond == 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.alone = cancel
	go w.share(ctx)
}

func (w *Worker) options() worker.Options {
	stopping, handBack := context.WithCancel(context.Background())
	w.handBack = handBack
	l := w.config.Limits
	return worker.Options{
		MaxConcurrentActivityExecutionSize:     l.MaxConcurrentActivities,
		MaxConcurrentWorkflowTaskExecutionSize: l.MaxConcurrentWorkflowTasks,
		WorkflowTaskPollerBehavior:             worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		ActivityTaskPollerBehavior:             worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		WorkerStopTimeout:                      l.StopTimeout,
		DeploymentOptions:                      w.config.Deployment.options(),
		Interceptors: []interceptor.WorkerInterceptor{
			&guard{stopping: stopping}},
		OnFatalError: func(err error) {
			select {
			case w.failed <- err:
			default: // the first is reported
			}
		},
	}
}

func (d Deployment) options() worker.DeploymentOptions {
	if d.Name == "" {
		return worker.DeploymentOptions{}
	}
	behavior := workflow.VersioningBehaviorPinned
	if d.Behavior == "auto-upgrade" {
		behavior = workflow.VersioningBehaviorAutoUpgrade
	}
	return worker.DeploymentOptions{
		UseVersioning:             true,
		Version:                   worker.WorkerDeploymentVersion{DeploymentName: d.Name, BuildID: d.BuildID},
		DefaultVersioningBehavior: behavior,
	}
}

func (w *Worker) healthy(ctx context.Context) error {
	if _, err := w.client.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return fmt.Errorf("temporal at %s: %w: %w", w.config.Temporal.Address, connectKind(err), err)
	}
	return nil
}

// Stop takes no new work, lets activities finish for half of the stop
// timeout, hands the others back to other workers, and closes everything.
func (w *Worker) Stop() {
	w.log.Info("stopping")
	w.monitor.notReady("stopping")
	interrupt := time.AfterFunc(w.config.Limits.StopTimeout/2, w.handBack)
	w.worker.Stop()
	interrupt.Stop()
	w.close()
	w.log.Info("stopped")
}

func (w *Worker) close() {
	if w.handBack != nil {
		w.handBack()
	}
	if w.alone != nil {
		w.alone()
	}
	if w.client != nil {
		w.client.Close()
	}
	w.monitor.close()
}
