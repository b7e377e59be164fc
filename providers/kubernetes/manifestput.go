package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
)

// getLive is the object as it is, or nil.
func (c *Cloud) getLive(ctx context.Context, m *manifest) (*unstructured.Unstructured, error) {
	live, err := m.resource.in(m.GetNamespace()).Get(ctx, m.GetName(), metav1.GetOptions{})
	if err := kinded(err); errors.Is(err, gennaker.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return live, nil
}

// serverSide applies a manifest: the cluster changes the fields that are in it,
// and takes away those that were ours and are not in it any more. A field that
// somebody else has set otherwise stays, and is an error.
func (c *Cloud) serverSide(ctx context.Context, m *manifest) error {
	force := m.GetAnnotations()[askServerSide] == forceConflicts
	err := c.applyPatch(ctx, m, force)
	others, is := conflicts(err)
	switch {
	case is && len(others) == 0: // what we have changed by other calls
		err = c.applyPatch(ctx, m, true)
	case is:
		return fmt.Errorf("%w: %s: leave it out of the manifest, or take it over with the annotation %s: %s", gennaker.ErrInvalid,
			strings.Join(others, "; "), askServerSide, forceConflicts)
	}
	return immutable(misspelt(kinded(err)))
}

// misspelt gives the error of a field that the kind does not have its kind: the
// cluster answers as if something were wrong with itself.
func misspelt(err error) error {
	if err != nil && strings.Contains(err.Error(), "failed to create typed patch object") {
		return fmt.Errorf("%w: %s", gennaker.ErrInvalid, strings.TrimPrefix(err.Error(), gennaker.ErrUnavailable.Error()+": "))
	}
	return err
}

func (c *Cloud) applyPatch(ctx context.Context, m *manifest, force bool) error {
	data, err := json.Marshal(m.Object)
	if err != nil {
		return err
	}
	m.live, err = m.resource.in(m.GetNamespace()).Patch(ctx, m.GetName(), types.ApplyPatchType, data,
		metav1.PatchOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationStrict, Force: &force, DryRun: m.dry})
	return err
}

// conflicts are the fields that others manage, and by whom; is says that the
// error is about such fields at all.
func conflicts(err error) (others []string, is bool) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil, false
	}
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		is = true
		who := cause.Message
		if parts := strings.Split(who, `"`); len(parts) > 1 {
			who = parts[1]
		}
		if who != manager {
			others = append(others, fmt.Sprintf("%s is managed by %s", strings.TrimPrefix(cause.Field, "."), who))
		}
	}
	slices.Sort(others)
	return slices.Compact(others), is
}

// immutable tells what to do about a field that cannot be changed.
func immutable(err error) error {
	if isImmutable(err) {
		return fmt.Errorf("%w (the annotation %s: \"true\" deletes the object and makes it anew)", err, askRecreate)
	}
	return err
}

// isImmutable reports whether something cannot be changed, as the cluster says
// it of most kinds, or of pods.
func isImmutable(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "field is immutable") || strings.Contains(err.Error(), "may not change fields"))
}

// post makes an object that is not there.
func (c *Cloud) post(ctx context.Context, m *manifest) (err error) {
	m.live, err = m.resource.in(m.GetNamespace()).Create(ctx, m.Unstructured,
		metav1.CreateOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationStrict, DryRun: m.dry})
	return kinded(err)
}

// replace puts the manifest in the place of what is there, unless an earlier try
// of this call has.
func (d *delivery) replace(ctx context.Context, m *manifest, live *unstructured.Unstructured) (err error) {
	switch {
	case live == nil:
		return d.cloud.post(ctx, m)
	case madeBy(live, d.asked.Marks):
		m.live = live
		return nil
	}
	m.SetResourceVersion(live.GetResourceVersion())
	m.live, err = m.resource.in(m.GetNamespace()).Update(ctx, m.Unstructured,
		metav1.UpdateOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationStrict})
	return immutable(kinded(err))
}

// soonLimit is how long we wait for what Kubernetes does at once, as a rule.
const soonLimit = time.Minute

// recreate deletes the object and makes it anew, unless an earlier try of this
// call has.
func (d *delivery) recreate(ctx context.Context, m *manifest, live *unstructured.Unstructured) error {
	if live != nil && live.GetDeletionTimestamp() == nil && madeBy(live, d.asked.Marks) {
		m.live = live
		return nil
	}
	if live != nil {
		uid, foreground := live.GetUID(), metav1.DeletePropagationForeground
		err := m.resource.in(m.GetNamespace()).Delete(ctx, m.GetName(),
			metav1.DeleteOptions{PropagationPolicy: &foreground, Preconditions: &metav1.Preconditions{UID: &uid}})
		if err := gone(err); err != nil {
			return err
		}
		err = m.soon(ctx, "the one before is not gone", func() (bool, error) {
			is, err := d.cloud.getLive(ctx, m)
			return err == nil && is == nil, err
		})
		if err != nil {
			return err
		}
	}
	return d.cloud.post(ctx, m)
}

// madeBy reports whether an object was made by this very call.
func madeBy(o *unstructured.Unstructured, asked map[string]string) bool {
	token := asked[gennaker.MarkToken]
	return token != "" && o.GetAnnotations()[annotation(gennaker.MarkToken)] == token
}

// soon waits until something about the object is so.
func (m *manifest) soon(ctx context.Context, not string, is func() (bool, error)) error {
	watching, stop := context.WithTimeout(ctx, soonLimit)
	defer stop()
	changed := newBell()
	go changed.follow(watching, one(m.GetName(), m.resource.in(m.GetNamespace()).Watch))
	for {
		ok, err := is()
		if ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-watching.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w: %s after %s", gennaker.ErrUnavailable, not, soonLimit)
		}
	}
}

// established waits until the kinds of a definition can be used.
func (c *Cloud) established(ctx context.Context, m *manifest) error {
	if m.GetKind() != "CustomResourceDefinition" {
		return nil
	}
	err := m.soon(ctx, "its kind cannot be used", func() (bool, error) {
		live, err := c.getLive(ctx, m)
		if err != nil || live == nil {
			return false, err
		}
		m.live = live
		return rolloutOf(live).State == gennaker.RolloutStable, nil
	})
	c.mapper.Reset()
	return err
}
