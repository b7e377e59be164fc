package providertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// ManifestSpecs are the manifests that the suite applies.
type ManifestSpecs struct {
	// Workload is an object with pods that become ready, whose kind has
	// rollouts. It runs that image.
	Workload func(name, image string) map[string]any
	// Settings is an object of a kind that is versioned, with that content.
	Settings func(name, content string) map[string]any
	// Patch makes a workload run that image.
	Patch func(image string) map[string]any
}

// manifestCases are the contract of providers.Manifests.
var manifestCases = []testCase{
	{"manifests are applied, and become stable", withManifests(manifestsBecomeStable)},
	{"another content of what is versioned gets another name, and the same content the same", withManifests(manifestVersions)},
	{"artifacts take their places, and one that must and finds none is invalid", withManifests(manifestArtifacts)},
	{"objects are listed oldest first, without their documents", withManifests(manifestLists)},
	{"an object that is not there is not found, and deleting it is no error", withManifests(manifestNotFound)},
	{"deleting an object leaves another one of its name", withManifests(manifestOfAnotherUID)},
	{"what has no traffic or no replicas is invalid", withManifests(manifestInvalid)},
}

// rolloutCases are the contract of providers.Rollouts.
var rolloutCases = []testCase{
	{"an object goes back to an older revision", withManifests(rolloutUndone)},
	{"a rollout that is paused stays as it is until it is resumed", withManifests(rolloutPaused)},
	{"a revision or a rollout that is not there is not found", withManifests(rolloutNotFound)},
}

// manifestChanges are those of both.
var manifestChanges = []change{
	{"ApplyManifests", is[providers.Manifests], nothing, func(ctx context.Context, s *suite) error {
		_, err := as[providers.Manifests](s).ApplyManifests(ctx, s.applying("a", s.Manifests.Settings("settings", "red"), s.Manifests.Workload("web", "web:1")))
		return err
	}, workload(runsImage("web:1"))},
	{"PatchManifest", is[providers.Manifests], haveWorkload, func(ctx context.Context, s *suite) error {
		return as[providers.Manifests](s).PatchManifest(ctx, gennaker.PatchManifest{ManifestRef: s.web(), Strategy: "strategic", Patch: s.Manifests.Patch("web:2"), Token: "a"})
	}, workload(runsImage("web:2"))},
	{"ScaleManifest", is[providers.Manifests], haveWorkload, func(ctx context.Context, s *suite) error {
		return as[providers.Manifests](s).ScaleManifest(ctx, gennaker.ScaleManifest{ManifestRef: s.web(), Replicas: 2})
	}, workload(func(m gennaker.Manifest) bool { return m.Rollout.Ready == 2 && m.Rollout.Total == 2 })},
	{"DeleteManifest", is[providers.Manifests], haveWorkload, func(ctx context.Context, s *suite) error {
		return as[providers.Manifests](s).DeleteManifest(ctx, gennaker.DeleteManifest{ManifestRef: s.web()})
	}, func(s *suite) bool {
		_, err := as[providers.Manifests](s).GetManifest(s.ctx, s.web())
		return errors.Is(err, gennaker.ErrNotFound)
	}},
	{"UndoRollout", is[providers.Rollouts], haveRevisions, func(ctx context.Context, s *suite) error {
		return as[providers.Rollouts](s).UndoRollout(ctx, gennaker.UndoRollout{ManifestRef: s.web(), Revision: s.revision, Token: "a"})
	}, workload(runsImage("web:1"))},
	{"RestartRollout", is[providers.Rollouts], haveWorkload, func(ctx context.Context, s *suite) error {
		return as[providers.Rollouts](s).RestartRollout(ctx, gennaker.RestartRollout{ManifestRef: s.web(), At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)})
	}, workload(runsImage("web:1"))},
	{"PauseRollout", is[providers.Rollouts], haveWorkload, func(ctx context.Context, s *suite) error {
		return as[providers.Rollouts](s).PauseRollout(ctx, gennaker.PauseRollout{ManifestRef: s.web(), Paused: true})
	}, func(s *suite) bool { return true }},
}

// withManifests puts a test to the cloud's manifests.
func withManifests(test func(*suite, providers.Manifests)) func(*suite) {
	return func(s *suite) {
		if s.Manifests == nil {
			s.Fatalf("%s has Manifests, and the harness has no specs of manifests", s.provider.Name())
		}
		test(s, as[providers.Manifests](s))
	}
}

// applying asks for objects.
func (s *suite) applying(token string, manifests ...map[string]any) gennaker.ApplyManifests {
	s.Helper()
	if s.Manifests == nil {
		s.Fatalf("%s has Manifests, and the harness has no specs of manifests", s.provider.Name())
	}
	return gennaker.ApplyManifests{Account: "test", Namespace: s.Region, Manifests: manifests, Moniker: gennaker.Moniker{App: "conform", Sequence: -1},
		Marks: map[string]string{gennaker.MarkExecution: "conform/it/1", gennaker.MarkStage: "1", gennaker.MarkToken: token}}
}

func (s *suite) apply(q gennaker.ApplyManifests) gennaker.AppliedManifests {
	s.Helper()
	done, err := as[providers.Manifests](s).ApplyManifests(s.ctx, q)
	if err != nil {
		s.Fatalf("ApplyManifests = %v", err)
	}
	return done
}

// web is the workload that the changes are about.
func (s *suite) web() gennaker.ManifestRef { return s.object(s.Manifests.Workload("web", "")) }

// object names the object of a manifest.
func (s *suite) object(manifest map[string]any) gennaker.ManifestRef {
	metadata, _ := manifest["metadata"].(map[string]any)
	return gennaker.ManifestRef{Account: "test", Namespace: s.Region, Kind: fmt.Sprint(manifest["kind"]), Name: fmt.Sprint(metadata["name"])}
}

func haveWorkload(s *suite) { s.haveWeb("web:1") }

func (s *suite) haveWeb(image string) gennaker.Manifest {
	s.Helper()
	s.apply(s.applying(image, s.Manifests.Workload("web", image)))
	return s.stable(s.web())
}

func haveRevisions(s *suite) {
	haveWorkload(s)
	s.haveWeb("web:2")
	var err error
	if s.revision, err = as[providers.Rollouts](s).FindRevision(s.ctx, s.web(), 1); err != nil {
		s.Fatalf("FindRevision = %v", err)
	}
}

// stable reads an object until it is.
func (s *suite) stable(ref gennaker.ManifestRef) gennaker.Manifest {
	s.Helper()
	var m gennaker.Manifest
	var err error
	s.until(func() bool {
		m, err = as[providers.Manifests](s).GetManifest(s.ctx, ref)
		return err == nil && m.Rollout.State == gennaker.RolloutStable
	}, func() { s.Fatalf("%s never was stable: %+v, %v", ref, m.Rollout, err) })
	return m
}

// workload looks at the workload, once it is stable.
func workload(ok func(gennaker.Manifest) bool) func(*suite) bool {
	return func(s *suite) bool {
		m, err := as[providers.Manifests](s).GetManifest(s.ctx, s.web())
		return err == nil && m.Rollout.State == gennaker.RolloutStable && ok(m)
	}
}

// runsImage reports whether the document names the image.
func runsImage(image string) func(gennaker.Manifest) bool {
	return func(m gennaker.Manifest) bool { return strings.Contains(fmt.Sprint(m.Object["spec"]), image) }
}

// objects are those of the suite, in words.
func (s *suite) objects() []string {
	s.Helper()
	var lines []string
	list, err := as[providers.Manifests](s).ListManifests(s.ctx, s.listing())
	if err != nil {
		s.Fatalf("ListManifests = %v", err)
	}
	for _, m := range list {
		lines = append(lines, fmt.Sprintf("%s %s of %s, %s, refers to %v", m.ManifestRef, m.UID, m.Created, m.Rollout.State, m.Artifacts))
	}
	return lines
}

func (s *suite) listing() gennaker.ManifestQuery {
	return gennaker.ManifestQuery{Account: "test", Namespace: s.Region, App: "conform",
		Kinds: []string{s.web().Kind, s.object(s.Manifests.Settings("a", "")).Kind}}
}

func manifestsBecomeStable(s *suite, _ providers.Manifests) {
	done := s.apply(s.applying("a", s.Manifests.Workload("web", "web:1"), s.Manifests.Settings("settings", "red")))
	if len(done.Manifests) != 2 || len(done.Created) != 2 || !strings.EqualFold(done.Manifests[0].Kind, s.web().Kind) {
		s.Fatalf("ApplyManifests = %+v, want both, in the order asked", done)
	}
	m := s.stable(s.web())
	if m.UID == "" || m.Created.IsZero() || m.Rollout.Ready != 1 || m.Rollout.Total != 1 || !strings.EqualFold(m.Cluster, s.web().String()) || !runsImage("web:1")(m) {
		s.Errorf("GetManifest = %+v, want one pod of web:1, and all of it filled", m)
	}
}

func manifestVersions(s *suite, _ providers.Manifests) {
	names := map[string]string{}
	for i, c := range []struct{ content, same string }{{"red", ""}, {"blue", ""}, {"red", "red"}} {
		name := s.apply(s.applying(fmt.Sprint("t", i), s.Manifests.Settings("settings", c.content))).Manifests[0].Name
		if was := names[c.same]; c.same != "" && name != was {
			s.Errorf("%s is %s, and was %s", c.content, name, was)
		}
		names[c.content] = name
	}
	if names["red"] == names["blue"] {
		s.Errorf("both contents are %s", names["red"])
	}
}

func manifestArtifacts(s *suite, p providers.Manifests) {
	q := s.applying("a", s.Manifests.Workload("web", "shop/web"))
	q.Required = []gennaker.Artifact{{Type: "docker/image", Name: "shop/web", Reference: "shop/web:7"}}
	q.Artifacts = []gennaker.Artifact{{Type: "docker/image", Name: "other", Reference: "other:1"}}
	if done := s.apply(q); len(done.Bound) != 1 || !runsImage("shop/web:7")(s.stable(s.web())) {
		s.Errorf("bound are %v, want shop/web:7", done.Bound)
	}
	q.Required = q.Artifacts
	if _, err := p.ApplyManifests(s.ctx, q); !errors.Is(err, gennaker.ErrInvalid) {
		s.Errorf("ApplyManifests with an artifact that has no place = %v, want ErrInvalid", err)
	}
}

func manifestLists(s *suite, p providers.Manifests) {
	for i, content := range []string{"red", "blue", "green"} {
		s.apply(s.applying(fmt.Sprint("t", i), s.Manifests.Settings("settings", content)))
	}
	list, err := p.ListManifests(s.ctx, s.listing())
	if err != nil || len(list) != 3 {
		s.Fatalf("ListManifests = %+v, %v; want three", list, err)
	}
	for i, m := range list {
		if m.Object != nil || m.Cluster != list[0].Cluster || i > 0 && (m.Created.Before(list[i-1].Created) || gennaker.ParseMoniker(m.Name).Sequence != i) {
			s.Errorf("number %d is %+v, want the oldest first, without its document", i, m)
		}
	}
	q := s.listing()
	q.Labels = []gennaker.LabelSelector{{Kind: "EXISTS", Key: "nobody-has-this"}}
	if list, err := p.ListManifests(s.ctx, q); err != nil || len(list) != 0 {
		s.Errorf("ListManifests with a label that nothing has = %+v, %v", list, err)
	}
}

func manifestNotFound(s *suite, p providers.Manifests) {
	for name, err := range map[string]error{
		"GetManifest":        only(p.GetManifest(s.ctx, s.web())),
		"PatchManifest":      p.PatchManifest(s.ctx, gennaker.PatchManifest{ManifestRef: s.web(), Strategy: "merge", Patch: s.Manifests.Patch("web:2"), Token: "a"}),
		"ScaleManifest":      p.ScaleManifest(s.ctx, gennaker.ScaleManifest{ManifestRef: s.web(), Replicas: 1}),
		"SetManifestTraffic": p.SetManifestTraffic(s.ctx, gennaker.SetManifestTraffic{ManifestRef: s.web(), Enabled: true}),
	} {
		if !errors.Is(err, gennaker.ErrNotFound) {
			s.Errorf("%s of what is not there = %v, want ErrNotFound", name, err)
		}
	}
	if err := p.DeleteManifest(s.ctx, gennaker.DeleteManifest{ManifestRef: s.web()}); err != nil {
		s.Errorf("DeleteManifest of what is not there = %v", err)
	}
}

func manifestOfAnotherUID(s *suite, p providers.Manifests) {
	is := s.haveWeb("web:1")
	if err := p.DeleteManifest(s.ctx, gennaker.DeleteManifest{ManifestRef: s.web(), UID: "7e57e57e-0000-4000-8000-000000000000"}); err != nil {
		s.Errorf("DeleteManifest of another = %v", err)
	}
	if m := s.stable(s.web()); m.UID != is.UID {
		s.Errorf("it is %s, and was %s", m.UID, is.UID)
	}
}

func manifestInvalid(s *suite, p providers.Manifests) {
	ref := s.apply(s.applying("a", s.Manifests.Settings("settings", "red"))).Manifests[0].ManifestRef
	for name, err := range map[string]error{
		"ScaleManifest":      p.ScaleManifest(s.ctx, gennaker.ScaleManifest{ManifestRef: ref, Replicas: 1}),
		"SetManifestTraffic": p.SetManifestTraffic(s.ctx, gennaker.SetManifestTraffic{ManifestRef: ref, Enabled: true}),
		"PatchManifest":      p.PatchManifest(s.ctx, gennaker.PatchManifest{ManifestRef: ref, Strategy: "none", Patch: map[string]any{}, Token: "a"}),
	} {
		if !errors.Is(err, gennaker.ErrInvalid) {
			s.Errorf("%s of %s = %v, want ErrInvalid", name, ref, err)
		}
	}
}

func rolloutUndone(s *suite, _ providers.Manifests) {
	haveRevisions(s)
	rollouts := as[providers.Rollouts](s)
	for range 2 {
		if err := rollouts.UndoRollout(s.ctx, gennaker.UndoRollout{ManifestRef: s.web(), Revision: s.revision, Token: "a"}); err != nil {
			s.Errorf("UndoRollout = %v", err)
		}
	}
	if m := s.stable(s.web()); !runsImage("web:1")(m) {
		s.Errorf("it is %+v, want web:1", m.Object)
	}
}

func rolloutPaused(s *suite, _ providers.Manifests) {
	haveWorkload(s)
	rollouts := as[providers.Rollouts](s)
	for _, paused := range []bool{true, false} {
		if err := rollouts.PauseRollout(s.ctx, gennaker.PauseRollout{ManifestRef: s.web(), Paused: paused}); err != nil {
			s.Fatalf("PauseRollout = %v", err)
		}
		if paused {
			p := gennaker.PatchManifest{ManifestRef: s.web(), Strategy: "strategic", Patch: s.Manifests.Patch("web:2"), Token: "a"}
			if err := as[providers.Manifests](s).PatchManifest(s.ctx, p); err != nil {
				s.Fatalf("PatchManifest = %v", err)
			}
			s.until(func() bool {
				m, err := as[providers.Manifests](s).GetManifest(s.ctx, s.web())
				return err == nil && m.Rollout.State == gennaker.RolloutPaused
			}, func() { s.Errorf("it never was paused") })
		}
	}
	if m := s.stable(s.web()); !runsImage("web:2")(m) {
		s.Errorf("it is %+v, want web:2", m.Object)
	}
}

func rolloutNotFound(s *suite, _ providers.Manifests) {
	rollouts := as[providers.Rollouts](s)
	gone := s.web()
	gone.Name = "gone"
	haveWorkload(s)
	for name, err := range map[string]error{
		"FindRevision":               only(rollouts.FindRevision(s.ctx, gone, 1)),
		"FindRevision of too many":   only(rollouts.FindRevision(s.ctx, s.web(), 9)),
		"UndoRollout":                rollouts.UndoRollout(s.ctx, gennaker.UndoRollout{ManifestRef: gone, Revision: 1, Token: "a"}),
		"UndoRollout to no revision": rollouts.UndoRollout(s.ctx, gennaker.UndoRollout{ManifestRef: s.web(), Revision: 99, Token: "a"}),
		"RestartRollout":             rollouts.RestartRollout(s.ctx, gennaker.RestartRollout{ManifestRef: gone, At: time.Now()}),
		"PauseRollout":               rollouts.PauseRollout(s.ctx, gennaker.PauseRollout{ManifestRef: gone, Paused: true}),
	} {
		if !errors.Is(err, gennaker.ErrNotFound) {
			s.Errorf("%s of what is not there = %v, want ErrNotFound", name, err)
		}
	}
}
