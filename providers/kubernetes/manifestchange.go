package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/gennaker/gennaker"
)

// mergeStrategies are the kinds of patch, as documents name them.
var mergeStrategies = map[string]types.PatchType{
	"strategic": types.StrategicMergePatchType, "merge": types.MergePatchType, "json": types.JSONPatchType,
}

const (
	changeCause = "kubernetes.io/change-cause"
	maxCause    = 500 // bytes of a patch that is put down
)

// PatchManifest changes an object. The token of the patch is written on it by
// the patch itself.
func (c *Cloud) PatchManifest(ctx context.Context, p gennaker.PatchManifest) error {
	return c.onObject(ctx, "patch", p.ManifestRef, func(r resource, live *unstructured.Unstructured) error {
		kind, ok := mergeStrategies[p.Strategy]
		if !ok {
			return fmt.Errorf("%w: mergeStrategy can be strategic, merge or json", gennaker.ErrInvalid)
		}
		if p.Token != "" && live.GetAnnotations()[notePatched] == p.Token {
			return nil
		}
		patch, err := patchOf(p, live)
		if err != nil {
			return err
		}
		err = c.send(ctx, r, live, kind, patch)
		if apierrors.IsUnsupportedMediaType(err) {
			return fmt.Errorf("%w: %w: use the mergeStrategy merge or json", gennaker.ErrInvalid, err)
		}
		return err
	})
}

// send patches an object.
func (c *Cloud) send(ctx context.Context, r resource, live *unstructured.Unstructured, kind types.PatchType, patch any, subresource ...string) error {
	data, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	_, err = r.in(live.GetNamespace()).Patch(ctx, live.GetName(), kind, data,
		metav1.PatchOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationStrict}, subresource...)
	return err
}

// patchOf is a patch with artifacts in their places, and the notes of it.
func patchOf(p gennaker.PatchManifest, live *unstructured.Unstructured) (any, error) {
	body := map[string]any{"patch": p.Patch}
	body = runtime.DeepCopyJSON(integers(body).(map[string]any))
	bound := bind(body, live.GetNamespace(), append(append([]gennaker.Artifact{}, p.Required...), p.Artifacts...))
	if err := unbound(p.Required, bound, "the patch"); err != nil {
		return nil, err
	}
	notes := map[string]any{}
	if p.Token != "" {
		notes[notePatched] = p.Token
	}
	if p.Record {
		text, err := json.Marshal(body["patch"])
		if err != nil {
			return nil, err
		}
		notes[changeCause] = "gennaker: patch " + fmt.Sprintf("%.*s", maxCause, text)
	}
	if p.Strategy == "json" {
		return jsonPatch(body["patch"], live, notes)
	}
	return noted(body["patch"], notes)
}

// noted is a part of an object with annotations.
func noted(patch any, notes map[string]any) (any, error) {
	fields, ok := patch.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: the patch is no object", gennaker.ErrInvalid)
	}
	metadata, _ := fields["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
	}
	own, _ := metadata["annotations"].(map[string]any)
	all := maps.Clone(notes)
	maps.Copy(all, own)
	metadata["annotations"], fields["metadata"] = all, metadata
	return fields, nil
}

// jsonPatch is a list of operations, which may not be done twice: the first one
// fails if another patch has been made since the object was looked at.
func jsonPatch(patch any, live *unstructured.Unstructured, notes map[string]any) (any, error) {
	operations, ok := patch.([]any)
	if !ok {
		return nil, fmt.Errorf("%w: a JSON patch is a list of operations", gennaker.ErrInvalid)
	}
	var all []any
	if live.GetAnnotations() == nil {
		all = append(all, operation("add", "/metadata/annotations", map[string]any{}))
	}
	var before any
	if token, ok := live.GetAnnotations()[notePatched]; ok {
		before = token
	}
	all = append(all, operation("test", annotationPath(notePatched), before))
	all = append(all, operations...)
	for _, name := range gennaker.SortedKeys(notes) {
		all = append(all, operation("add", annotationPath(name), notes[name]))
	}
	return all, nil
}

func annotationPath(name string) string {
	return "/metadata/annotations/" + strings.ReplaceAll(name, "/", "~1")
}

func operation(what, path string, value any) map[string]any {
	return map[string]any{"op": what, "path": path, "value": value}
}

// ScaleManifest sets the number of replicas by the call that kinds of the
// users' own have, too.
func (c *Cloud) ScaleManifest(ctx context.Context, s gennaker.ScaleManifest) error {
	return c.onObject(ctx, "scale", s.ManifestRef, func(r resource, live *unstructured.Unstructured) error {
		if !c.scales(r) {
			return fmt.Errorf("%w: a %s has no replicas", gennaker.ErrInvalid, r.kind.Kind)
		}
		return c.send(ctx, r, live, types.MergePatchType, map[string]any{"spec": map[string]any{"replicas": s.Replicas}}, "scale")
	})
}

// scales reports whether a kind has replicas, as far as the cluster tells: one
// that is asked to scale what has none may only say that this is forbidden.
func (c *Cloud) scales(r resource) bool {
	all, err := c.discovery.ServerResourcesForGroupVersion(r.kind.GroupVersion().String())
	if err != nil {
		return true // it will be seen
	}
	return slices.ContainsFunc(all.APIResources, func(one metav1.APIResource) bool { return one.Name == r.plural+"/scale" })
}

// DeleteManifest deletes an object after all that it owns, or leaves that.
func (c *Cloud) DeleteManifest(ctx context.Context, d gennaker.DeleteManifest) error {
	_, client, err := c.at(d.ManifestRef)
	if err == nil {
		err = deleteObject(ctx, client, d)
	}
	if err != nil {
		return fmt.Errorf("kubernetes: delete %s: %w", d.ManifestRef, err)
	}
	return nil
}

func deleteObject(ctx context.Context, client dynamic.ResourceInterface, d gennaker.DeleteManifest) error {
	propagation := metav1.DeletePropagationForeground
	if d.Orphan {
		propagation = metav1.DeletePropagationOrphan
	}
	options := metav1.DeleteOptions{PropagationPolicy: &propagation, GracePeriodSeconds: d.GraceSeconds}
	if d.UID != "" {
		uid := types.UID(d.UID)
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	err := client.Delete(ctx, d.Name, options)
	if d.UID != "" && apierrors.IsConflict(err) {
		return nil // another one has come in its place
	}
	return gone(err)
}
