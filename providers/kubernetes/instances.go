package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// TerminateInstances deletes pods; their controller makes others. To shrink, it
// is told to want fewer, and which pods are worth least to it. Those are noted
// in the same change, so that a repeat does not count them again.
func (c *Cloud) TerminateInstances(ctx context.Context, t gennaker.TerminateInstances) error {
	return c.change("terminate instances of", t.ServerGroupRef, func() error {
		g, err := c.find(ctx, t.ServerGroupRef)
		if err != nil {
			return err
		}
		members, err := c.members(ctx, g)
		if err != nil {
			return err
		}
		going := slices.DeleteFunc(slices.Clone(members), func(p core.Pod) bool {
			return p.DeletionTimestamp != nil || !slices.Contains(t.IDs, p.Name)
		})
		if t.Shrink {
			if err := c.shrink(ctx, t.ServerGroupRef, g, members, going); err != nil {
				return err
			}
		}
		for _, p := range going {
			how := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &p.UID}}
			if err := gone(c.typed.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, how)); err != nil {
				return err
			}
		}
		return nil
	})
}

// shrink has the workload want fewer pods, and waits until its controller has
// heard of it: a pod that is deleted before is replaced.
func (c *Cloud) shrink(ctx context.Context, ref gennaker.ServerGroupRef, g group, members, going []core.Pod) error {
	if g.kind == statefulSet {
		return fmt.Errorf("%w: a StatefulSet shrinks by its last pod alone: resize it", gennaker.ErrInvalid)
	}
	counted := g.leaving(members)
	left := len(counted)
	for _, p := range going {
		if slices.Contains(counted, p.Name) {
			continue
		}
		counted = append(counted, p.Name)
		cheap := map[string]any{"annotations": map[string]any{core.PodDeletionCost: "-1000"}}
		if err := gone(c.patchPod(ctx, p, cheap)); err != nil {
			return err
		}
	}
	if n := len(counted) - left; n > 0 {
		err := c.patch(ctx, g, map[string]any{
			"metadata": map[string]any{"resourceVersion": g.meta.ResourceVersion, // nobody has counted meanwhile
				"annotations": map[string]any{noteLeaving: strings.Join(counted, " ")}},
			"spec": map[string]any{"replicas": max(g.replicas-n, 0)},
		})
		if err != nil {
			return err
		}
	}
	return c.heard(ctx, ref)
}

// leaving are the pods by which the workload has shrunk already, as far as
// they are still there.
func (g group) leaving(members []core.Pod) []string {
	noted := strings.Fields(g.meta.Annotations[noteLeaving])
	return slices.DeleteFunc(noted, func(name string) bool {
		return !slices.ContainsFunc(members, func(p core.Pod) bool { return p.Name == name })
	})
}

// hearing bounds how long a controller is waited for.
const hearing = 5 * time.Second

// heard waits until the controller of a workload has seen it as it is.
func (c *Cloud) heard(ctx context.Context, ref gennaker.ServerGroupRef) error {
	for deadline := time.Now().Add(hearing); ; {
		g, err := c.find(ctx, ref)
		if err != nil || g.observed >= g.meta.Generation {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: its controller has not looked at it for %s", gennaker.ErrUnavailable, hearing)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
