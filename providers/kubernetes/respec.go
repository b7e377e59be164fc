package kubernetes

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"github.com/gennaker/gennaker"
)

// Spec reads back the pod template, with the labels and annotations of the
// workload, as a manifest. What makes it this server group, such as the labels
// of its traffic, is not in it.
func (c *Cloud) Spec(ctx context.Context, ref gennaker.ServerGroupRef) (map[string]any, error) {
	var spec map[string]any
	err := c.change("read the spec of", ref, func() error {
		g, err := c.find(ctx, ref)
		if err != nil {
			return err
		}
		balancers, err := c.services(ctx, ref.Region)
		if err != nil {
			return err
		}
		spec, err = respec(g, balancers.of(g))
		return err
	})
	return spec, err
}

func respec(g group, balancers services) (map[string]any, error) {
	pods := *g.template.DeepCopy()
	traffic, err := balancers.labels()
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(pods.Labels, func(label, _ string) bool { _, ok := traffic[label]; return ok || ours(label) })
	template, err := plainly(pods)
	if err != nil {
		return nil, err
	}
	delete(template["metadata"].(map[string]any), "creationTimestamp")
	spec := map[string]any{"manifest": map[string]any{
		"metadata": map[string]any{"labels": kept(g.meta.Labels), "annotations": kept(g.meta.Annotations)},
		"spec":     map[string]any{"minReadySeconds": g.minReady, "template": template},
	}}
	if containers := pods.Spec.Containers; len(containers) > 0 {
		spec["image"] = containers[0].Image
	}
	return spec, nil
}

// ours reports whether a label or an annotation is about the one server group
// that has it.
func ours(name string) bool {
	home, _, _ := strings.Cut(name, "/")
	for _, whose := range []string{"gennaker.io", "spinnaker.io", "deployment.kubernetes.io", "kubectl.kubernetes.io"} {
		if home == whose || strings.HasSuffix(home, "."+whose) {
			return true
		}
	}
	return name == "pod-template-hash" || name == "controller-revision-hash"
}

func kept(all map[string]string) map[string]any {
	some := map[string]any{}
	for name, value := range all {
		if !ours(name) {
			some[name] = value
		}
	}
	return some
}

// plainly is a value as documents have it.
func plainly(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain map[string]any
	return plain, json.Unmarshal(data, &plain)
}
