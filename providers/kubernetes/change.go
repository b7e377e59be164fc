package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// change changes a server group and says so in the error.
func (c *Cloud) change(what string, ref gennaker.ServerGroupRef, call func() error) error {
	if err := call(); err != nil {
		return fmt.Errorf("kubernetes: %s %s: %w", what, ref.Name, kinded(err))
	}
	return nil
}

// Resize sets how many pods there are, or are to be when it is enabled again,
// and the bounds, which are notes.
func (c *Cloud) Resize(ctx context.Context, r gennaker.ResizeServerGroup) error {
	return c.change("resize", r.ServerGroupRef, func() error {
		if err := r.Capacity.Check(); err != nil {
			return err
		}
		g, err := c.find(ctx, r.ServerGroupRef)
		if err != nil {
			return err
		}
		replicas := r.Capacity.Desired
		notes := map[string]any{noteMin: strconv.Itoa(r.Capacity.Min), noteMax: strconv.Itoa(r.Capacity.Max)}
		if _, rests := g.resting(); rests {
			replicas, notes[noteResting] = 0, strconv.Itoa(replicas)
		}
		return c.patch(ctx, g, scaled(replicas, notes))
	})
}

// Destroy deletes the workload and, before it is gone, its pods: Kubernetes
// takes each out of the Services and gives it its time to end.
func (c *Cloud) Destroy(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("destroy", ref, func() error {
		g, err := c.find(ctx, ref)
		if errors.Is(err, gennaker.ErrNotFound) || err == nil && g.meta.DeletionTimestamp != nil {
			return nil
		}
		if err != nil {
			return err
		}
		return gone(c.delete(ctx, g))
	})
}

// delete deletes that very workload, after all that it owns.
func (c *Cloud) delete(ctx context.Context, g group) error {
	foreground := metav1.DeletePropagationForeground
	how := metav1.DeleteOptions{PropagationPolicy: &foreground, Preconditions: &metav1.Preconditions{UID: &g.meta.UID}}
	apps := c.typed.AppsV1()
	switch g.kind {
	case deployment:
		return apps.Deployments(g.meta.Namespace).Delete(ctx, g.meta.Name, how)
	case statefulSet:
		return apps.StatefulSets(g.meta.Namespace).Delete(ctx, g.meta.Name, how)
	}
	return apps.ReplicaSets(g.meta.Namespace).Delete(ctx, g.meta.Name, how)
}
