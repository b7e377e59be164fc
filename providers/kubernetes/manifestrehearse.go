package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// rehearse has the cluster look at all manifests before the first is applied,
// so that one that it does not take leaves everything as it was.
func (d *delivery) rehearse(ctx context.Context) error {
	if len(d.objects) < 2 {
		return nil // applying it is the same
	}
	for _, m := range d.inOrder() {
		if err := d.dryRun(ctx, m); err != nil {
			return fmt.Errorf("apply %s: %w", m.title(), err)
		}
	}
	return nil
}

// dryRun is the error that applying a manifest will end with, whatever comes
// before.
func (d *delivery) dryRun(ctx context.Context, m *manifest) error {
	if d.defines(m.GroupVersionKind()) {
		return nil // the cluster knows it otherwise, or not at all
	}
	try := *m
	try.Unstructured, try.dry = m.DeepCopy(), []string{metav1.DryRunAll}
	if err := d.locate(&try); err != nil {
		return err
	}
	d.finish(&try)
	var err error
	if m.versioned() || asks(m.Unstructured, askRecreate) || asks(m.Unstructured, askReplace) {
		err = d.cloud.post(ctx, &try)
	} else {
		err = d.cloud.serverSide(ctx, &try)
	}
	if mayPass(err) || isImmutable(err) && slices.ContainsFunc(d.objects, (*manifest).versioned) {
		return nil // it refers to the versions by names that it does not have yet
	}
	return err
}

// mayPass reports whether what is refused now may be taken once the manifests
// before it are applied: its namespace is there then, or the role that allows
// it, or what a webhook asks for. A webhook may also not know dry runs.
func mayPass(err error) bool {
	return err == nil || apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err) || apierrors.IsForbidden(err) ||
		strings.Contains(err.Error(), "admission webhook")
}

// defines reports whether the definition of a kind is among the manifests.
func (d *delivery) defines(k schema.GroupVersionKind) bool {
	for _, m := range d.objects {
		group, _, _ := unstructured.NestedString(m.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(m.Object, "spec", "names", "kind")
		if m.GetKind() == "CustomResourceDefinition" && group == k.Group && kind == k.Kind {
			return true
		}
	}
	return false
}
