package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
)

const (
	noteRevision  = "deployment.kubernetes.io/revision"
	noteRestarted = "kubectl.kubernetes.io/restartedAt"
	podHash       = "pod-template-hash"
)

// revision is what an object has been, and what makes it that again.
type revision struct {
	number int
	patch  any
	kind   types.PatchType
}

// FindRevision counts back from the newest revision.
func (c *Cloud) FindRevision(ctx context.Context, ref gennaker.ManifestRef, back int) (int, error) {
	number := 0
	err := c.onObject(ctx, "find a revision of", ref, func(r resource, live *unstructured.Unstructured) error {
		all, err := c.revisions(ctx, r, live)
		if err != nil {
			return err
		}
		if back < 1 || back >= len(all) {
			return fmt.Errorf("%w: there is none %d before the one that is now: it has %s", gennaker.ErrNotFound, back, numbers(all))
		}
		number = all[back].number
		return nil
	})
	return number, err
}

// UndoRollout makes an object what it was. That gives the revision another
// number, so that the token tells whether it was done.
func (c *Cloud) UndoRollout(ctx context.Context, u gennaker.UndoRollout) error {
	return c.onObject(ctx, "undo the rollout of", u.ManifestRef, func(r resource, live *unstructured.Unstructured) error {
		if u.Token != "" && live.GetAnnotations()[noteUndone] == u.Token {
			return nil
		}
		all, err := c.revisions(ctx, r, live)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(v revision) bool { return v.number == u.Revision })
		switch {
		case at < 0:
			return fmt.Errorf("%w: it has no revision %d: it has %s", gennaker.ErrNotFound, u.Revision, numbers(all))
		case at == 0:
			return nil
		case paused(live):
			return fmt.Errorf("%w: it is paused: resume it first", gennaker.ErrInvalid)
		}
		back := all[at]
		if fields, ok := back.patch.(map[string]any); ok && u.Token != "" {
			if back.patch, err = noted(fields, map[string]any{noteUndone: u.Token}); err != nil {
				return err
			}
		}
		return c.send(ctx, r, live, back.kind, back.patch)
	})
}

func paused(o *unstructured.Unstructured) bool {
	is, _, _ := unstructured.NestedBool(o.Object, "spec", "paused")
	return is
}

func numbers(all []revision) string {
	if len(all) == 0 {
		return "none"
	}
	var text []string
	for _, r := range all {
		text = append(text, strconv.Itoa(r.number))
	}
	return strings.Join(text, ", ")
}

// revisions are those that an object has been, the one that is now first.
func (c *Cloud) revisions(ctx context.Context, r resource, live *unstructured.Unstructured) ([]revision, error) {
	var list []revision
	var err error
	switch r.kind.Kind {
	case "Deployment":
		list, err = c.setsOf(ctx, live)
	case "StatefulSet", "DaemonSet":
		list, err = c.controllerRevisions(ctx, live)
	default:
		err = fmt.Errorf("%w: a %s has no revisions", gennaker.ErrInvalid, r.kind.Kind)
	}
	slices.SortFunc(list, func(a, b revision) int { return b.number - a.number })
	return list, err
}

// setsOf are a Deployment's revisions, which are its ReplicaSets.
func (c *Cloud) setsOf(ctx context.Context, live *unstructured.Unstructured) ([]revision, error) {
	sets, err := c.replicaSets(ctx, live.GetNamespace(), "")
	if err != nil {
		return nil, err
	}
	var list []revision
	for _, s := range sets {
		number, err := strconv.Atoi(s.Annotations[noteRevision])
		if err != nil || !ownedBy(&s, live) {
			continue
		}
		delete(s.Spec.Template.Labels, podHash)
		template, err := plainly(s.Spec.Template)
		if err != nil {
			return nil, err
		}
		template["$patch"] = "replace"
		list = append(list, revision{number, map[string]any{"spec": map[string]any{"template": template}}, types.StrategicMergePatchType})
	}
	return list, nil
}

func ownedBy(o metav1.Object, live *unstructured.Unstructured) bool {
	owner := metav1.GetControllerOf(o)
	return owner != nil && owner.UID == live.GetUID()
}

// controllerRevisions are those of a StatefulSet or a DaemonSet.
func (c *Cloud) controllerRevisions(ctx context.Context, live *unstructured.Unstructured) ([]revision, error) {
	found, err := all(ctx, "", c.typed.AppsV1().ControllerRevisions(live.GetNamespace()).List,
		func(l *apps.ControllerRevisionList) []apps.ControllerRevision { return l.Items })
	if err != nil {
		return nil, err
	}
	var list []revision
	for _, r := range found {
		if !ownedBy(&r, live) {
			continue
		}
		var patch map[string]any
		if err := json.Unmarshal(r.Data.Raw, &patch); err != nil {
			return nil, err
		}
		list = append(list, revision{int(r.Revision), patch, types.StrategicMergePatchType})
	}
	return list, nil
}

var errNoPods = errors.New("it has no pods that are replaced one after another")

// rolling are the kinds whose pods are.
var rolling = []string{"Deployment", "StatefulSet", "DaemonSet"}

// RestartRollout writes on the template when it is restarted, as kubectl does.
func (c *Cloud) RestartRollout(ctx context.Context, q gennaker.RestartRollout) error {
	return c.onObject(ctx, "restart", q.ManifestRef, func(r resource, live *unstructured.Unstructured) error {
		switch {
		case !slices.Contains(rolling, r.kind.Kind):
			return fmt.Errorf("%w: a %s: %w", gennaker.ErrInvalid, r.kind.Kind, errNoPods)
		case paused(live):
			return fmt.Errorf("%w: it is paused: resume it first", gennaker.ErrInvalid)
		}
		notes := map[string]any{noteRestarted: q.At.UTC().Format(time.RFC3339)}
		return c.send(ctx, r, live, types.MergePatchType, map[string]any{"spec": map[string]any{"template": map[string]any{
			"metadata": map[string]any{"annotations": notes}}}})
	})
}

// PauseRollout stops the rollout of a Deployment, or lets it go on.
func (c *Cloud) PauseRollout(ctx context.Context, p gennaker.PauseRollout) error {
	return c.onObject(ctx, "pause or resume", p.ManifestRef, func(r resource, live *unstructured.Unstructured) error {
		if r.kind.Kind != "Deployment" {
			return fmt.Errorf("%w: only a Deployment can be paused, and this is a %s", gennaker.ErrInvalid, r.kind.Kind)
		}
		return c.send(ctx, r, live, types.MergePatchType, map[string]any{"spec": map[string]any{"paused": p.Paused}})
	})
}
