package activities

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Manifests changes, reads and awaits the objects that manifests describe.
type Manifests struct {
	registry *providers.Registry
	lookOnce bool
}

// maxObjects bounds the documents of what an activity returns, in bytes.
const maxObjects = 256 << 10

// ApplyManifests has objects be as manifests say. Their documents are left out
// if they are too long for a history.
func (a *Manifests) ApplyManifests(ctx context.Context, m gennaker.ApplyManifests) (gennaker.AppliedManifests, error) {
	var applied gennaker.AppliedManifests
	err := onManifests(ctx, a, m.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) (err error) {
		applied, err = p.ApplyManifests(ctx, m)
		return err
	})
	if data, _ := json.Marshal(applied.Manifests); len(data) > maxObjects {
		for i := range applied.Manifests {
			applied.Manifests[i].Object = nil
		}
	}
	return applied, err
}

// GetManifest returns one object.
func (a *Manifests) GetManifest(ctx context.Context, ref gennaker.ManifestRef) (gennaker.Manifest, error) {
	var m gennaker.Manifest
	err := onManifests(ctx, a, ref.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) (err error) {
		m, err = p.GetManifest(ctx, ref)
		return err
	})
	return m, err
}

// ListManifests returns the objects that fit, oldest first.
func (a *Manifests) ListManifests(ctx context.Context, q gennaker.ManifestQuery) ([]gennaker.Manifest, error) {
	var list []gennaker.Manifest
	err := onManifests(ctx, a, q.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) (err error) {
		list, err = p.ListManifests(ctx, q)
		return err
	})
	return list, err
}

// PatchManifest changes an object, once, however often it runs.
func (a *Manifests) PatchManifest(ctx context.Context, m gennaker.PatchManifest) error {
	return onManifests(ctx, a, m.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) error { return p.PatchManifest(ctx, m) })
}

// ScaleManifest sets an object's number of replicas.
func (a *Manifests) ScaleManifest(ctx context.Context, s gennaker.ScaleManifest) error {
	return onManifests(ctx, a, s.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) error { return p.ScaleManifest(ctx, s) })
}

// DeleteManifest deletes an object. It may be gone.
func (a *Manifests) DeleteManifest(ctx context.Context, d gennaker.DeleteManifest) error {
	return onManifests(ctx, a, d.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) error { return p.DeleteManifest(ctx, d) })
}

// SetManifestTraffic puts an object's pods into traffic, or takes them out.
func (a *Manifests) SetManifestTraffic(ctx context.Context, t gennaker.SetManifestTraffic) error {
	return onManifests(ctx, a, t.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) error {
		return p.SetManifestTraffic(ctx, t)
	})
}

// FindRevision is the number of an older revision of an object.
func (a *Manifests) FindRevision(ctx context.Context, r RevisionQuery) (int, error) {
	var revision int
	err := onManifests(ctx, a, r.Account, func(ctx context.Context, p providers.Rollouts, _ *pulse) (err error) {
		revision, err = p.FindRevision(ctx, r.ManifestRef, r.Back)
		return err
	})
	return revision, err
}

// RevisionQuery asks for the revision that is so many before the one that is
// now.
type RevisionQuery struct {
	gennaker.ManifestRef
	Back int `json:"back"`
}

// UndoRollout has an object go back to a revision.
func (a *Manifests) UndoRollout(ctx context.Context, u gennaker.UndoRollout) error {
	return onManifests(ctx, a, u.Account, func(ctx context.Context, p providers.Rollouts, _ *pulse) error { return p.UndoRollout(ctx, u) })
}

// RestartRollout has an object's pods be replaced.
func (a *Manifests) RestartRollout(ctx context.Context, r gennaker.RestartRollout) error {
	return onManifests(ctx, a, r.Account, func(ctx context.Context, p providers.Rollouts, _ *pulse) error { return p.RestartRollout(ctx, r) })
}

// PauseRollout stops a rollout where it is, or lets it go on.
func (a *Manifests) PauseRollout(ctx context.Context, r gennaker.PauseRollout) error {
	return onManifests(ctx, a, r.Account, func(ctx context.Context, p providers.Rollouts, _ *pulse) error { return p.PauseRollout(ctx, r) })
}

// AwaitManifests returns when all objects of a wait are as wanted. It is
// ErrUnhealthy, in the cloud's words, as soon as one cannot become so. Its
// heartbeats carry a list of gennaker.RolloutProgress. A cloud that cannot be
// reached is waited for.
func (a *Manifests) AwaitManifests(ctx context.Context, w ManifestsWait) error {
	return onManifests(ctx, a, w.Account, func(ctx context.Context, p providers.Manifests, b *pulse) error {
		waiting := wait{what: "await " + w.String(), once: a.lookOnce}.on(p, func(ctx context.Context, cloud providers.Watching) <-chan struct{} {
			return cloud.WatchManifests(ctx, w.Objects)
		})
		return waiting.until(ctx, func() (bool, error) { return w.look(ctx, p, b) })
	})
}

// UnstableManifests says how those of some objects are that are not stable.
func (a *Manifests) UnstableManifests(ctx context.Context, w ManifestsWait) ([]gennaker.RolloutProgress, error) {
	var left []gennaker.RolloutProgress
	err := onManifests(ctx, a, w.Account, func(ctx context.Context, p providers.Manifests, _ *pulse) (err error) {
		left, err = w.left(ctx, p)
		return err
	})
	return left, err
}

// ManifestsWait is what a wait for objects is for: that they are stable, or
// that they are gone.
type ManifestsWait struct {
	Account string                 `json:"account"`
	Objects []gennaker.ManifestRef `json:"objects"`
	Gone    bool                   `json:"gone,omitempty"`
	// UIDs, if Gone, are those that must be: one of the same name with another
	// is a new one.
	UIDs []string `json:"uids,omitempty"`
}

func (w ManifestsWait) String() string {
	names := make([]string, len(w.Objects))
	for i, o := range w.Objects {
		names[i] = o.String()
	}
	return strings.Join(names, ", ")
}

// look reads all objects once, and says how those are that are not yet as
// wanted.
func (w ManifestsWait) look(ctx context.Context, p providers.Manifests, b *pulse) (done bool, err error) {
	left, err := w.left(ctx, p)
	if err != nil {
		return false, err
	}
	if len(left) > 0 {
		b.say(ctx, left)
	}
	return len(left) == 0, w.failed(left)
}

// left are those objects that are not yet as wanted.
func (w ManifestsWait) left(ctx context.Context, p providers.Manifests) ([]gennaker.RolloutProgress, error) {
	var left []gennaker.RolloutProgress
	for i, ref := range w.Objects {
		m, err := p.GetManifest(ctx, ref)
		switch {
		case errors.Is(err, gennaker.ErrUnavailable) || errors.Is(err, gennaker.ErrThrottled):
			left = append(left, gennaker.RolloutProgress{Object: ref.String(), Rollout: gennaker.Rollout{Reason: err.Error()}})
		case w.Gone && (errors.Is(err, gennaker.ErrNotFound) || err == nil && w.other(i, m)):
		case err != nil:
			return nil, fmt.Errorf("await %s: %w", ref, err)
		case w.Gone || m.Rollout.State != gennaker.RolloutStable:
			left = append(left, gennaker.RolloutProgress{Object: ref.String(), Rollout: m.Rollout})
		}
	}
	return left, nil
}

// other reports whether the object has come after the one that is waited for.
func (w ManifestsWait) other(i int, m gennaker.Manifest) bool {
	return i < len(w.UIDs) && w.UIDs[i] != "" && m.UID != w.UIDs[i]
}

// failed says which rollouts cannot come to their end.
func (w ManifestsWait) failed(left []gennaker.RolloutProgress) error {
	var all []error
	for _, p := range left {
		if p.State == gennaker.RolloutFailed && !w.Gone {
			all = append(all, fmt.Errorf("%w: %s", gennaker.ErrUnhealthy, p))
		}
	}
	return errors.Join(all...)
}

// onManifests finds a capability of an account and calls f with it.
func onManifests[T any](ctx context.Context, a *Manifests, account string, f func(context.Context, T, *pulse) error) error {
	capability, err := providers.Find[T](a.registry, account)
	if err != nil {
		return translate(err)
	}
	return alive(ctx, func(ctx context.Context, b *pulse) error { return f(ctx, capability, b) })
}
