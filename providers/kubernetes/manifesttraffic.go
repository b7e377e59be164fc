package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/gennaker/gennaker"
)

// traffic is what the pods of a ReplicaSet get; of any other object it is
// nothing.
type traffic struct {
	cloud     *Cloud
	balancers services
	labels    map[string]string
	enable    bool
}

// checkTraffic says that traffic is managed of one ReplicaSet alone.
func (d *delivery) checkTraffic() error {
	if len(d.asked.Services) == 0 {
		return nil
	}
	sets := 0
	for _, m := range d.objects {
		if m.GetKind() == "ReplicaSet" {
			sets++
		}
	}
	if sets != 1 {
		return fmt.Errorf("services: %w: traffic is managed of one ReplicaSet, and among the manifests are %d", gennaker.ErrInvalid, sets)
	}
	return nil
}

// trafficOf reads the Services that a ReplicaSet is to have the traffic of:
// those that are asked for, or those that its manifest notes.
func (d *delivery) trafficOf(ctx context.Context, m *manifest) (traffic, error) {
	t := traffic{cloud: d.cloud, enable: d.asked.EnableTraffic}
	if m.GetKind() != "ReplicaSet" {
		return t, nil
	}
	names := d.asked.Services
	if text := m.GetAnnotations()[noteBalancers]; text != "" && len(names) == 0 {
		if err := json.Unmarshal([]byte(text), &names); err != nil {
			return t, fmt.Errorf("annotation %s: %w: a JSON list of names is wanted, such as [\"service shop\"]", noteBalancers, gennaker.ErrInvalid)
		}
		t.enable = true
	}
	var err error
	if t.balancers, err = d.cloud.named(ctx, m.GetNamespace(), names); err != nil || len(names) == 0 {
		return t, err
	}
	if t.labels, err = t.balancers.labels(); err != nil {
		return t, err
	}
	return t, t.check(m)
}

// check says which labels of the traffic the manifest has by itself.
func (t traffic) check(m *manifest) error {
	pods, _, _ := unstructured.NestedStringMap(m.Object, "spec", "template", "metadata", "labels")
	for _, label := range gennaker.SortedKeys(t.labels) {
		if pods[label] == t.labels[label] {
			return fmt.Errorf("%w: its pods have the label %s by themselves, by which a Service selects them: leave that to the traffic", gennaker.ErrInvalid, label)
		}
		if _, ok, _ := unstructured.NestedFieldNoCopy(m.Object, "spec", "selector", "matchLabels", label); ok {
			return fmt.Errorf("%w: its own selector has the label %s, by which a Service selects its pods: they cannot lose it", gennaker.ErrInvalid, label)
		}
	}
	return nil
}

// note writes the Services on a manifest; one that is new is given the labels
// of the traffic, or kept out of it.
func (t traffic) note(m *manifest, created bool) {
	if len(t.balancers) == 0 {
		return
	}
	note(m.Unstructured, noteBalancers, t.balancers.note())
	switch {
	case created && t.enable:
		pods, _, _ := unstructured.NestedStringMap(m.Object, "spec", "template", "metadata", "labels")
		_ = unstructured.SetNestedStringMap(m.Object, merged(pods, t.labels), "spec", "template", "metadata", "labels")
	case created:
		note(m.Unstructured, noteDisabled, "true")
	}
}

// direct puts the pods of a ReplicaSet that was there before into traffic.
func (t traffic) direct(ctx context.Context, m *manifest, before bool) error {
	if len(t.balancers) == 0 || !t.enable || !before {
		return nil
	}
	if err := t.cloud.direct(ctx, gennaker.ServerGroupRef{Location: gennaker.In(t.cloud.account, m.GetNamespace()), Name: m.GetName()}, true); err != nil {
		return err
	}
	live, err := t.cloud.getLive(ctx, m)
	if live != nil {
		m.live = live
	}
	return err
}

// SetManifestTraffic puts the pods of a ReplicaSet into traffic, or takes them
// out.
func (c *Cloud) SetManifestTraffic(ctx context.Context, t gennaker.SetManifestTraffic) error {
	return c.onObject(ctx, "set the traffic of", t.ManifestRef, func(r resource, live *unstructured.Unstructured) error {
		if r.kind.Kind != "ReplicaSet" {
			return fmt.Errorf("%w: traffic is managed of ReplicaSets", gennaker.ErrInvalid)
		}
		ref := gennaker.ServerGroupRef{Location: gennaker.In(c.account, live.GetNamespace()), Name: live.GetName()}
		_, balancers, err := c.behind(ctx, ref)
		if err != nil {
			return err
		}
		if len(balancers) == 0 {
			return fmt.Errorf("%w: no Service sends it traffic: the annotation %s names those that shall", gennaker.ErrInvalid, noteBalancers)
		}
		return c.direct(ctx, ref, t.Enabled)
	})
}
