package kubernetes

import (
	"context"
	"strconv"
)

// A Deployment or a StatefulSet replaces its pods when their labels change, so
// that it cannot keep pods out of traffic. It rests instead: it has none, and a
// note of how many it is to have again.

// resting reports whether a workload rests, and how many pods it wants then. One
// that somebody has scaled up meanwhile does not rest.
func (g group) resting() (wants int, is bool) {
	wants, err := strconv.Atoi(g.meta.Annotations[noteResting])
	return wants, err == nil && g.replicas == 0
}

// rest takes all pods of a workload away, or gives it as many as it had.
func (c *Cloud) rest(ctx context.Context, g group, rest bool) error {
	wants, resting := g.resting()
	if rest == resting {
		return nil
	}
	replicas, note := wants, any(nil)
	if rest {
		replicas, note = 0, strconv.Itoa(g.replicas)
	}
	return c.patch(ctx, g, scaled(replicas, map[string]any{noteResting: note}))
}

// scaled is the patch of a workload that is to have so many pods.
func scaled(replicas int, notes map[string]any) map[string]any {
	return map[string]any{"metadata": map[string]any{"annotations": notes}, "spec": map[string]any{"replicas": replicas}}
}
