package google

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/api/compute/v1"

	"github.com/gennaker/gennaker"
)

// drainLimit is how long one call waits for instances to answer the requests
// in flight.
const drainLimit = 90 * time.Second

// Destroy takes the group out of traffic, waits as long as its instances may
// still answer, and deletes it with its instances, its autoscaler and its
// template. If they take longer than one call may, it is ErrUnavailable: call
// again.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	if c.in(ref.Region, gennaker.ErrNotFound) != nil || !legal.MatchString(ref.Name) {
		return nil // there is none
	}
	if err := c.destroy(ctx, ref); err != nil {
		return fmt.Errorf("gce: destroy %s: %w", ref.Name, err)
	}
	return nil
}

func (c *Cloud) destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	g, err := c.find(ctx, ref)
	if errors.Is(err, gennaker.ErrNotFound) {
		return c.dropTemplates(ctx, ref.Name, "")
	}
	if err == nil {
		err = c.drain(ctx, g)
	}
	if err == nil {
		err = c.deleteAutoscaler(ctx, g)
	}
	if err == nil {
		err = gone(c.deleteManager(ctx, g.at(), g.Name))
	}
	if err != nil {
		return err
	}
	return c.dropTemplates(ctx, ref.Name, templateOf(g.InstanceGroupManager))
}

// drain takes a group out of traffic, and returns when its instances have
// answered.
func (c *Cloud) drain(ctx context.Context, g group) error {
	n, err := c.leave(ctx, g)
	if err != nil {
		return gone(err)
	}
	left := time.Until(n.drained())
	if left <= 0 || g.TargetSize == 0 {
		return nil
	}
	select {
	case <-time.After(min(left, drainLimit)):
	case <-ctx.Done():
		return kinded(ctx.Err())
	}
	if time.Now().Before(n.drained()) {
		return fmt.Errorf("%w: its connections drain until %s", gennaker.ErrUnavailable, n.drained().Format(time.RFC3339))
	}
	return nil
}

// dropTemplates deletes the templates that were made for a server group, and
// the one that it has if it bears its name, as Spinnaker's does.
func (c *Cloud) dropTemplates(ctx context.Context, group, own string) error {
	var ours []string
	err := c.templates(ctx, named(group+"-[0-9a-f]{8}"), func(t *compute.InstanceTemplate) {
		if readNote(t.Description).token() != "" {
			ours = append(ours, t.Name)
		}
	})
	if err != nil {
		return err
	}
	if name := last(own); strings.HasPrefix(name, group+"-") && len(ours) == 0 && !strings.Contains(own, "/regions/") {
		ours = append(ours, name)
	}
	for _, name := range ours {
		if err := c.deleteTemplate(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
