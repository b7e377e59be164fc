package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// TerminateInstances has the group end instances: it drains them first. Without
// Shrink it makes others of the same names in their place. One that is ending
// already stays so, and the group shrinks by it no second time.
func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	err := c.change(ctx, "terminate instances of", t.ServerGroupRef, func(g group) error {
		members, err := c.all(ctx, g)
		if err != nil {
			return err
		}
		var urls, which []string
		for _, m := range members {
			if m.going() || !slices.ContainsFunc(t.IDs, m.is) {
				continue
			}
			urls, which = append(urls, m.url), append(which, m.id())
		}
		if len(urls) == 0 {
			return nil
		}
		slices.Sort(which)
		if t.Shrink {
			return c.deleteInstances(ctx, g.at(), g.Name, urls, strings.Join(which, " "))
		}
		return c.recreateInstances(ctx, g.at(), g.Name, urls, strings.Join(which, " "))
	})
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}

// all are the instances of a group, with what it does with each now.
func (c *Cloud) all(ctx context.Context, g group) ([]member, error) {
	asked := *g.InstanceGroupManager
	asked.Status = nil // so that it is asked
	g.InstanceGroupManager = &asked
	members, err := c.membersOf(ctx, []group{g})
	return members[g.url()], err
}

// rebootedOnce is for how long a reboot of an instance is the same one: Google
// knows it by its request id, and there is nothing that would tell another.
const rebootedOnce = 5 * time.Minute

// RebootInstances resets instances of the server group.
func (c *Cloud) RebootInstances(ctx context.Context, q gennaker.InstancesRef) error {
	begun := cmp.Or(providers.Noted(ctx), time.Now().Truncate(rebootedOnce).UTC().Format(time.RFC3339))
	providers.Note(ctx, begun)
	return c.change(ctx, "reboot instances of", q.ServerGroupRef, func(g group) error {
		members, err := c.all(ctx, g)
		if err != nil {
			return err
		}
		var chosen []member
		for _, id := range q.IDs {
			at := slices.IndexFunc(members, func(m member) bool { return m.instance != nil && !m.going() && m.is(id) })
			if at < 0 {
				return fmt.Errorf("instance %s: %w: it has none such", id, gennaker.ErrNotFound)
			}
			chosen = append(chosen, members[at])
		}
		for _, m := range chosen {
			err := c.once(ctx, func(id string) (*compute.Operation, error) {
				return c.api.Instances.Reset(c.Project, last(m.instance.Zone), m.instance.Name).RequestId(id).Context(ctx).Do()
			}, "reset", m.id(), begun)
			if err != nil {
				return fmt.Errorf("instance %s: %w", m.id(), err)
			}
		}
		return nil
	})
}
