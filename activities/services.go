package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Services makes, shares, binds and deletes service instances.
type Services struct {
	registry *providers.Registry
}

// PutService makes a service instance, or changes it, once, however often it
// runs.
func (a *Services) PutService(ctx context.Context, p gennaker.PutService) error {
	return use(ctx, a.registry, p.Account, func(ctx context.Context, s providers.Services) error { return s.PutService(ctx, p) })
}

// DeleteService deletes a service instance.
func (a *Services) DeleteService(ctx context.Context, ref gennaker.ServiceRef) error {
	return use(ctx, a.registry, ref.Account, func(ctx context.Context, s providers.Services) error { return s.DeleteService(ctx, ref) })
}

// ShareService shares a service instance with other regions.
func (a *Services) ShareService(ctx context.Context, q gennaker.ShareService) error {
	return use(ctx, a.registry, q.Account, func(ctx context.Context, s providers.Services) error { return s.ShareService(ctx, q) })
}

// UnshareService undoes ShareService.
func (a *Services) UnshareService(ctx context.Context, q gennaker.ShareService) error {
	return use(ctx, a.registry, q.Account, func(ctx context.Context, s providers.Services) error { return s.UnshareService(ctx, q) })
}

// CreateServiceKey returns the credentials of a key.
func (a *Services) CreateServiceKey(ctx context.Context, k gennaker.ServiceKey) (map[string]any, error) {
	var credentials map[string]any
	err := use(ctx, a.registry, k.Account, func(ctx context.Context, s providers.Services) (err error) {
		credentials, err = s.CreateServiceKey(ctx, k)
		return err
	})
	return credentials, err
}

// DeleteServiceKey deletes a key.
func (a *Services) DeleteServiceKey(ctx context.Context, k gennaker.ServiceKey) error {
	return use(ctx, a.registry, k.Account, func(ctx context.Context, s providers.Services) error { return s.DeleteServiceKey(ctx, k) })
}

// BindServices binds a server group to service instances.
func (a *Services) BindServices(ctx context.Context, b gennaker.BindServices) error {
	return use(ctx, a.registry, b.Account, func(ctx context.Context, s providers.Services) error { return s.BindServices(ctx, b) })
}

// UnbindServices undoes BindServices.
func (a *Services) UnbindServices(ctx context.Context, b gennaker.BindServices) error {
	return use(ctx, a.registry, b.Account, func(ctx context.Context, s providers.Services) error { return s.UnbindServices(ctx, b) })
}

// AwaitService is what to wait for: that a service instance is ready, or gone.
type AwaitService struct {
	gennaker.ServiceRef
	Gone bool `json:"gone,omitempty"`
}

// AwaitService waits until a service instance is as wanted. One that its cloud
// cannot make so is ErrInvalid. A cloud that cannot be reached is waited for.
func (a *Services) AwaitService(ctx context.Context, w AwaitService) error {
	return use(ctx, a.registry, w.Account, func(ctx context.Context, s providers.Services) error { return w.wait(ctx, s) })
}

func (w AwaitService) wait(ctx context.Context, services providers.Services) error {
	return wait{what: "await service " + w.Name}.until(ctx, func() (bool, error) {
		i, err := services.GetService(ctx, w.ServiceRef)
		switch {
		case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled):
			return false, nil
		case errors.Is(err, gennaker.ErrNotFound) && w.Gone:
			return true, nil
		case err != nil:
			return false, fmt.Errorf("await service %s: %w", w.Name, err)
		case i.State == gennaker.ServiceFailed:
			return false, fmt.Errorf("service %s: %w: %s", w.Name, gennaker.ErrInvalid, i.Reason)
		}
		return i.State == gennaker.ServiceReady && !w.Gone, nil
	})
}
