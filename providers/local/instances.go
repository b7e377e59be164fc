package local

import (
	"context"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/localcloud/client"
)

func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	return c.do("terminate instances of", t.Location, t.Name, func() error {
		return c.client.Terminate(ctx, t.Name, client.Terminate{Instances: t.IDs, Shrink: t.Shrink})
	})
}

func (c *Cloud) RebootInstances(ctx context.Context, r gennaker.InstancesRef) error {
	return c.do("reboot instances of", r.Location, r.Name, func() error {
		return c.client.Reboot(ctx, r.Name, client.Reboot{Instances: r.IDs})
	})
}
