package worker

import (
	"go.temporal.io/sdk/worker"

	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/store"
	"github.com/gennaker/gennaker/workflows"
)

// register makes the worker serve every workflow and every activity.
func (w *Worker) register(r worker.Registry) error {
	policy, err := w.config.Webhooks.policy()
	if err != nil {
		return err
	}
	workflows.Register(r)
	activities.Register(r, activities.New(activities.Config{
		Providers: w.config.registry(),
		Temporal:  w.client,
		Pipelines: store.Store{Temporal: w.client},
		Users:     w.config.people(),
		Webhooks:  policy,
	}))
	return nil
}
