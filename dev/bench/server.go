package main

import (
	"context"
	"os"

	gopsutil "github.com/shirou/gopsutil/v4/process"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// server is a Temporal server in a process of its own, and the one worker
// that serves both sides of the comparison, in this process.
type server struct {
	*laptop
	client client.Client
	worker worker.Worker
	self   *gopsutil.Process
}

func (b bench) startServer(ctx context.Context) (*server, error) {
	l, err := b.startLaptop(ctx, "temporal")
	if err != nil {
		return nil, err
	}
	s := &server{laptop: l}
	if err := s.work(ctx); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// work starts a worker with the options of gennaker-worker.
func (s *server) work(ctx context.Context) error {
	var err error
	if s.self, err = gopsutil.NewProcess(int32(os.Getpid())); err != nil {
		return err
	}
	if s.client, err = s.connect(ctx); err != nil {
		return err
	}
	worker.SetStickyWorkflowCacheSize(1000)
	w := worker.New(s.client, gennaker.TaskQueue, worker.Options{
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		ActivityTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
	})
	workflows.Register(w, stages.Table)
	activities.Register(w, activities.New(activities.Config{Providers: providers.NewRegistry(nil), Temporal: s.client}))
	w.RegisterWorkflow(inSequence)
	w.RegisterWorkflow(inParallel)
	if err := w.Start(); err != nil {
		return err
	}
	s.worker = w
	return nil
}

func (s *server) version(ctx context.Context) (string, error) {
	info, err := s.client.WorkflowService().GetSystemInfo(ctx, &workflowservice.GetSystemInfoRequest{})
	return info.GetServerVersion(), err
}

func (s *server) stop() {
	if s.worker != nil {
		s.worker.Stop()
	}
	if s.client != nil {
		s.client.Close()
	}
	s.laptop.stop()
}
