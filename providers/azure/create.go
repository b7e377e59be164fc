package azure

import (
	"context"
	"errors"
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// Create makes a scale set, which carries the token of the call as a tag. It is
// made only if there is none of that name: of those who create one at the same
// time, one does.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	err := c.in(q.Region, gennaker.ErrInvalid)
	if err == nil {
		err = c.create(ctx, q)
	}
	if err != nil {
		return fmt.Errorf("azure: create %s: %w", q.Name, err)
	}
	return nil
}

func (c *Cloud) create(ctx context.Context, q gennaker.CreateServerGroup) error {
	if known, err := c.resume(ctx); known || err != nil {
		return err
	}
	p, err := c.plan(ctx, q)
	if err != nil {
		return err
	}
	begun, err := c.sets.BeginCreateOrUpdate(ctx, p.group, p.Name, c.model(p),
		&armcompute.VirtualMachineScaleSetsClientBeginCreateOrUpdateOptions{IfNoneMatch: to.Ptr("*")})
	switch {
	case taken(err):
		return c.whose(ctx, p, kinded(err))
	case errors.Is(kinded(err), errNoGroup):
		return fmt.Errorf("resource group %s: %w: there is none: make it first", p.group, gennaker.ErrInvalid)
	}
	return follow(ctx, begun, err)
}

// whose is no error if the scale set that is there is that of an earlier try of
// this very call.
func (c *Cloud) whose(ctx context.Context, p plan, refusal error) error {
	made, err := c.set(ctx, p.group, p.Name)
	switch {
	case errors.Is(err, gennaker.ErrNotFound):
		return refusal
	case err != nil:
		return err
	case made.going():
		return fmt.Errorf("%w: a scale set of that name is still being deleted", gennaker.ErrUnavailable)
	case made.tag(gennaker.MarkToken) != p.Marks[gennaker.MarkToken]:
		return gennaker.ErrExists
	}
	return nil
}
