package azure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v8"

	"github.com/gennaker/gennaker"
)

// TerminateInstances has Azure delete instances, with which a scale set wants
// that many fewer. Where it shall not, it is first made to want that many more,
// so that the new ones are there sooner; a tag tells for whom that was done.
func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	err := c.changing(ctx, "terminate instances of", t.ServerGroupRef, func() error {
		s, err := c.living(ctx, t.ServerGroupRef)
		if err != nil {
			return err
		}
		keys, err := c.keys(ctx, s, t.IDs)
		if err != nil || len(keys) == 0 {
			return err
		}
		if !t.Shrink {
			if err := c.launchFor(ctx, t, len(keys)); err != nil {
				return err
			}
		}
		_, err = c.sets.BeginDeleteInstances(ctx, s.group, s.name(), armcompute.VirtualMachineScaleSetVMInstanceRequiredIDs{InstanceIDs: pointers(keys)}, nil)
		return gone(err)
	})
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

// keys are by which requests name those of the instances that are there and
// stay.
func (c *Cloud) keys(ctx context.Context, s scaleSet, ids []string) ([]string, error) {
	machines, err := c.machinesOf(ctx, s)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, m := range machines {
		if !m.going() && slices.Contains(ids, m.name) {
			keys = append(keys, m.key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

// launchFor has a scale set want so many more instances, once for these.
func (c *Cloud) launchFor(ctx context.Context, t gennaker.TerminateInstances, more int) error {
	token := gennaker.Token(slices.Sorted(slices.Values(t.IDs))...)
	_, err := c.change(ctx, t.ServerGroupRef, func(s scaleSet) (*armcompute.VirtualMachineScaleSetUpdate, error) {
		if s.tag(tagReplacing) == token {
			return nil, nil
		}
		return &armcompute.VirtualMachineScaleSetUpdate{
			SKU:  s.sized(s.capacity().Desired + more),
			Tags: s.with(func(tags map[string]*string) { setTag(tags, tagReplacing, token) }),
		}, nil
	})
	return err
}

// RebootInstances restarts instances of the server group. Azure cannot tell
// whether it has done so: if its answer is lost, a repeat restarts them again.
func (c *Cloud) RebootInstances(ctx context.Context, q gennaker.InstancesRef) error {
	return c.do("reboot instances of", q.ServerGroupRef, func() error {
		s, err := c.living(ctx, q.ServerGroupRef)
		if err != nil {
			return err
		}
		keys, err := c.keys(ctx, s, q.IDs)
		if err != nil {
			return err
		}
		if len(keys) < len(q.IDs) {
			return fmt.Errorf("%w: not all of %s are there", gennaker.ErrNotFound, strings.Join(q.IDs, ", "))
		}
		return c.restart(ctx, s, keys)
	})
}

// restart restarts members of a uniform scale set by one request, and virtual
// machines each by its own.
func (c *Cloud) restart(ctx context.Context, s scaleSet, keys []string) error {
	if !s.flexible() {
		_, err := c.sets.BeginRestart(ctx, s.group, s.name(), &armcompute.VirtualMachineScaleSetsClientBeginRestartOptions{
			VMInstanceIDs: &armcompute.VirtualMachineScaleSetVMInstanceIDs{InstanceIDs: pointers(keys)}})
		return kinded(err)
	}
	for _, key := range keys {
		if _, err := c.machines.BeginRestart(ctx, s.group, key, nil); err != nil {
			return fmt.Errorf("%s: %w", key, kinded(err))
		}
	}
	return nil
}
