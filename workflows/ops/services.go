package ops

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
)

var services *activities.Services // for its names alone

// serviceLimit bounds the wait for a service instance: a database takes its
// time.
const serviceLimit = 2 * time.Hour

// PutService makes a service instance, or changes it, and waits until it is
// ready.
func PutService(ctx workflow.Context, p gennaker.PutService) error {
	if err := run(ctx, changing, "deploy service "+p.Name, services.PutService, p, nil); err != nil {
		return err
	}
	return awaitService(ctx, activities.AwaitService{ServiceRef: p.ServiceRef}, "is ready")
}

// DeleteService deletes a service instance and waits until it is gone.
func DeleteService(ctx workflow.Context, ref gennaker.ServiceRef) error {
	if err := run(ctx, changing, "delete service "+ref.Name, services.DeleteService, ref, nil); err != nil {
		return err
	}
	return awaitService(ctx, activities.AwaitService{ServiceRef: ref, Gone: true}, "is gone")
}

func awaitService(ctx workflow.Context, w activities.AwaitService, what string) error {
	options := waiting
	options.ScheduleToCloseTimeout = serviceLimit
	return run(ctx, options, "wait until service "+w.Name+" "+what, services.AwaitService, w, nil)
}

// ShareService shares a service instance with other regions.
func ShareService(ctx workflow.Context, s gennaker.ShareService) error {
	return run(ctx, changing, "share service "+s.Name, services.ShareService, s, nil)
}

// UnshareService undoes ShareService.
func UnshareService(ctx workflow.Context, s gennaker.ShareService) error {
	return run(ctx, changing, "unshare service "+s.Name, services.UnshareService, s, nil)
}

// CreateServiceKey returns the credentials of a key, which is made if there is
// none of that name.
func CreateServiceKey(ctx workflow.Context, k gennaker.ServiceKey) (map[string]any, error) {
	var credentials map[string]any
	err := run(ctx, changing, "make key "+k.Key+" of service "+k.Name, services.CreateServiceKey, k, &credentials)
	return credentials, err
}

// DeleteServiceKey deletes a key.
func DeleteServiceKey(ctx workflow.Context, k gennaker.ServiceKey) error {
	return run(ctx, changing, "delete key "+k.Key+" of service "+k.Name, services.DeleteServiceKey, k, nil)
}

// BindServices binds a server group to service instances.
func BindServices(ctx workflow.Context, b gennaker.BindServices) error {
	return change(ctx, "bind services to "+b.Name, services.BindServices, b, nil)
}

// UnbindServices undoes BindServices.
func UnbindServices(ctx workflow.Context, b gennaker.BindServices) error {
	return change(ctx, "unbind services from "+b.Name, services.UnbindServices, b, nil)
}
