package kubernetes

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
)

// Disable takes the labels that the Services select off the pod template, so
// that new pods have no traffic, and then off the pods, which run on and answer
// what they have. A workload that would replace such pods rests instead.
func (c *Cloud) Disable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("disable", ref, func() error { return c.direct(ctx, ref, false) })
}

// Enable gives them back, in the same order.
func (c *Cloud) Enable(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("enable", ref, func() error { return c.direct(ctx, ref, true) })
}

// DisablePart takes the labels off some of the pods. New pods have them. Where
// no Service sends requests to them there are none to take away.
func (c *Cloud) DisablePart(ctx context.Context, ref gennaker.ServerGroupRef, percent int) error {
	return c.change("disable a part of", ref, func() error {
		g, balancers, err := c.behind(ctx, ref)
		if err != nil {
			return err
		}
		traffic, err := g.traffic(balancers)
		if err != nil {
			return err
		}
		members, err := c.members(ctx, g)
		if err != nil {
			return err
		}
		slices.SortFunc(members, func(a, b core.Pod) int {
			return cmp.Or(outFirst(labelled(a, traffic, true), labelled(b, traffic, true)), cmp.Compare(a.Name, b.Name))
		})
		out := len(members) * percent / 100
		for i, p := range members {
			if err := c.label(ctx, p, traffic, i >= out); err != nil {
				return err
			}
		}
		return nil
	})
}

// outFirst orders pods that are in traffic after those that are not: what is
// out stays out.
func outFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// direct puts a server group into traffic, or takes it out. It looks at the
// pods again until it finds none to change: one may just have been made of the
// template as it was.
func (c *Cloud) direct(ctx context.Context, ref gennaker.ServerGroupRef, in bool) error {
	g, balancers, err := c.behind(ctx, ref)
	if err != nil {
		return err
	}
	if g.kind != replicaSet {
		return c.rest(ctx, g, !in)
	}
	traffic, err := g.traffic(balancers)
	if err != nil {
		return err
	}
	if err := c.patch(ctx, g, template(g, balancers, traffic, in)); err != nil {
		return err
	}
	for range rounds {
		members, err := c.members(ctx, g)
		if err != nil {
			return err
		}
		changed := false
		for _, p := range members {
			if p.DeletionTimestamp != nil || labelled(p, traffic, in) {
				continue
			}
			changed = true
			if err := c.label(ctx, p, traffic, in); err != nil {
				return err
			}
		}
		if !changed {
			return nil
		}
	}
	return fmt.Errorf("%w: somebody changes the labels of its pods back", gennaker.ErrUnavailable)
}

// rounds bounds how often pods are looked at. In the second there are at most
// those that were made during the first.
const rounds = 10

// behind reads one workload with its Services.
func (c *Cloud) behind(ctx context.Context, ref gennaker.ServerGroupRef) (group, services, error) {
	g, err := c.find(ctx, ref)
	if err != nil {
		return g, nil, err
	}
	found, err := c.services(ctx, ref.Region)
	return g, found.of(g), err
}

// traffic are the labels that decide whether pods have traffic. They cannot be
// taken off pods whose controller would then have them no more, or make others
// like its template.
func (g group) traffic(balancers services) (map[string]string, error) {
	if g.kind != replicaSet {
		return nil, fmt.Errorf("%w: a %s replaces its pods when their labels change, so it can rest, and no part of it be kept out of traffic: deploy ReplicaSets", gennaker.ErrInvalid, g.kind)
	}
	traffic, err := balancers.labels()
	if err != nil {
		return nil, err
	}
	for label := range traffic {
		if selects(g.selector, label) {
			return nil, fmt.Errorf("%w: its own selector has the label %s, by which a Service selects its pods: they cannot lose it", gennaker.ErrInvalid, label)
		}
	}
	return traffic, nil
}

func selects(s *metav1.LabelSelector, label string) bool {
	_, ok := s.MatchLabels[label]
	return ok || slices.ContainsFunc(s.MatchExpressions, func(r metav1.LabelSelectorRequirement) bool { return r.Key == label })
}

// template is the patch of a ReplicaSet whose pods are to be in traffic or not.
// It notes the Services, which cannot be told from the labels any more.
func template(g group, balancers services, traffic map[string]string, in bool) map[string]any {
	notes := map[string]any{noteDisabled: "true"}
	if in {
		notes[noteDisabled] = nil
	}
	if _, ok := g.noted(); !ok && len(balancers) > 0 {
		notes[noteBalancers] = balancers.note()
	}
	return map[string]any{
		"metadata": map[string]any{"annotations": notes},
		"spec":     map[string]any{"template": map[string]any{"metadata": map[string]any{"labels": put(traffic, in)}}},
	}
}

// put is the part of a merge patch that sets labels or takes them off.
func put(labels map[string]string, on bool) map[string]any {
	all := map[string]any{}
	for label, value := range labels {
		all[label] = nil
		if on {
			all[label] = value
		}
	}
	return all
}

// labelled reports whether a pod has all of the labels, or none of them.
func labelled(p core.Pod, labels map[string]string, all bool) bool {
	for label, value := range labels {
		if (p.Labels[label] == value) != all {
			return false
		}
	}
	return true
}

// label sets labels of a pod or takes them off. It is no error if it is gone.
func (c *Cloud) label(ctx context.Context, p core.Pod, labels map[string]string, on bool) error {
	if labelled(p, labels, on) {
		return nil
	}
	return gone(c.patchPod(ctx, p, map[string]any{"labels": put(labels, on)}))
}

// patchPod changes the metadata of a pod, of that very one.
func (c *Cloud) patchPod(ctx context.Context, p core.Pod, metadata map[string]any) error {
	metadata["uid"] = p.UID
	data, err := json.Marshal(map[string]any{"metadata": metadata})
	if err != nil {
		return err
	}
	_, err = c.typed.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.MergePatchType, data, metav1.PatchOptions{})
	return kinded(err)
}

// patch changes a workload.
func (c *Cloud) patch(ctx context.Context, g group, change map[string]any) error {
	data, err := json.Marshal(change)
	if err != nil {
		return err
	}
	apps := c.typed.AppsV1()
	switch g.kind {
	case deployment:
		_, err = apps.Deployments(g.meta.Namespace).Patch(ctx, g.meta.Name, types.MergePatchType, data, metav1.PatchOptions{})
	case statefulSet:
		_, err = apps.StatefulSets(g.meta.Namespace).Patch(ctx, g.meta.Name, types.MergePatchType, data, metav1.PatchOptions{})
	default:
		_, err = apps.ReplicaSets(g.meta.Namespace).Patch(ctx, g.meta.Name, types.MergePatchType, data, metav1.PatchOptions{})
	}
	return kinded(err)
}
