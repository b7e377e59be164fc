package worker

import (
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/executions"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows"
	"github.com/gennaker/gennaker/workflows/stages"
)

// register makes the worker serve every workflow and every activity, those of
// a program that embeds it among them.
func (w *Worker) register(r worker.Registry) error {
	policy, err := w.config.Webhooks.policy()
	if err != nil {
		return err
	}
	workflows.Register(r, stages.Table.With(w.config.Custom.Stages))
	activities.Register(r, activities.New(activities.Config{
		Providers:  w.config.registry(),
		Temporal:   w.client,
		Executions: executions.Client{Temporal: w.client, TaskQueue: w.config.Temporal.TaskQueue},
		Pipelines:  store.Store{Temporal: w.client},
		Users:      w.config.people(),
		Webhooks:   policy,
		Monitors:   w.config.monitors(),
		Prices:     w.config.prices(),
		Artifacts:  w.config.artifacts(),
	}))
	for _, a := range w.config.Custom.Activities {
		r.RegisterActivity(a)
	}
	return nil
}
