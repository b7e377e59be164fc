package kubernetes_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
)

// plain is a workload whose pods need nothing else.
func plain(kind, image, more string) string {
	return fmt.Sprintf("apiVersion: apps/v1\nkind: %s\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, %s template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: '%s'}]}}}\n", kind, more, image)
}

func image(m gennaker.Manifest) any {
	return field(m, "spec", "template", "spec", "containers", 0, "image")
}

func TestRolloutsAreUndoneOnce(t *testing.T) {
	t.Parallel()
	for kind, more := range map[string]string{"Deployment": "replicas: 1,", "StatefulSet": "replicas: 1, serviceName: web,", "DaemonSet": ""} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a := openManifests(t)
			for i := 1; i <= 3; i++ {
				a.apply(fmt.Sprint("t", i), plain(kind, fmt.Sprint("web:", i), more))
				a.until(kind, "web", "stable", stable)
			}
			ref := a.ref(kind, "web")
			revision, err := a.FindRevision(t.Context(), ref, 1)
			if err != nil || revision != 2 {
				t.Fatalf("FindRevision = %d, %v; want 2", revision, err)
			}
			for range 2 {
				if err := a.UndoRollout(t.Context(), gennaker.UndoRollout{ManifestRef: ref, Revision: revision, Token: "u1"}); err != nil {
					t.Fatalf("UndoRollout = %v", err)
				}
				if m := a.until(kind, "web", "stable", stable); image(m) != "web:2" {
					t.Errorf("it runs %v, want web:2", image(m))
				}
			}
			if _, err := a.FindRevision(t.Context(), ref, 9); !errors.Is(err, gennaker.ErrNotFound) {
				t.Errorf("FindRevision of none = %v", err)
			}
			if err := a.UndoRollout(t.Context(), gennaker.UndoRollout{ManifestRef: ref, Revision: 99, Token: "u2"}); !errors.Is(err, gennaker.ErrNotFound) {
				t.Errorf("UndoRollout to none = %v", err)
			}
			if err := a.UndoRollout(t.Context(), gennaker.UndoRollout{ManifestRef: ref, Revision: 1, Token: "u3"}); err != nil {
				t.Errorf("UndoRollout = %v", err)
			}
			if m := a.until(kind, "web", "stable", stable); image(m) != "web:1" {
				t.Errorf("it runs %v, want web:1", image(m))
			}
			a.apply("t4", plain(kind, "web:4", more)) // what was undone is ours
		})
	}
}

func TestARolloutIsRestartedOnceForItsTime(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	a.apply("t1", plain("Deployment", "web:1", ""))
	before := a.until("deployment", "web", "stable", stable)
	r := gennaker.RestartRollout{ManifestRef: before.ManifestRef, At: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
	generations := map[any]bool{}
	for range 2 {
		if err := a.RestartRollout(t.Context(), r); err != nil {
			t.Fatalf("RestartRollout = %v", err)
		}
		generations[field(a.get("deployment", "web"), "metadata", "generation")] = true
	}
	if len(generations) != 1 || generations[field(before, "metadata", "generation")] {
		t.Errorf("generations are %v, after %v", generations, field(before, "metadata", "generation"))
	}
	a.apply("t2", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
	if err := a.RestartRollout(t.Context(), gennaker.RestartRollout{ManifestRef: a.ref("configMap", "a-v000")}); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("RestartRollout of a ConfigMap = %v", err)
	}
}

func TestARolloutIsPausedAndResumed(t *testing.T) {
	t.Parallel()
	a := openManifests(t)
	a.apply("t1", plain("Deployment", "web:1", ""))
	a.until("deployment", "web", "stable", stable)
	ref := a.ref("deployment", "web")
	if err := a.PauseRollout(t.Context(), gennaker.PauseRollout{ManifestRef: ref, Paused: true}); err != nil {
		t.Fatal(err)
	}
	a.apply("t2", plain("Deployment", "web:2", ""))
	a.until("deployment", "web", "paused", func(m gennaker.Manifest) bool { return m.Rollout.State == gennaker.RolloutPaused })
	if err := a.RestartRollout(t.Context(), gennaker.RestartRollout{ManifestRef: ref, At: time.Now()}); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("RestartRollout of a paused one = %v", err)
	}
	if err := a.PauseRollout(t.Context(), gennaker.PauseRollout{ManifestRef: ref}); err != nil {
		t.Fatal(err)
	}
	a.until("deployment", "web", "stable", stable)
	if err := a.PauseRollout(t.Context(), gennaker.PauseRollout{ManifestRef: a.ref("pod", "gone"), Paused: true}); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("PauseRollout of what is gone = %v", err)
	}
}

func TestEveryKindSaysWhenItIsStable(t *testing.T) {
	t.Parallel()
	const job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: web}\nspec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: a, image: '%s'}]}}}\n"
	for _, c := range []struct {
		name, kind, text string
		want             gennaker.RolloutState
		reason           string
	}{
		{"a Deployment", "deployment", plain("Deployment", "web:1", "replicas: 2,"), gennaker.RolloutStable, ""},
		{"a Deployment whose time is over", "deployment", plain("Deployment", "web-sick:1", "progressDeadlineSeconds: 1,"), gennaker.RolloutFailed, "ProgressDeadlineExceeded"},
		{"a Deployment whose pods do not start", "deployment", plain("Deployment", "web-sick:1", "replicas: 1,"), gennaker.RolloutRuns, "ImagePullBackOff"},
		{"a StatefulSet", "statefulSet", plain("StatefulSet", "web:1", "replicas: 2, serviceName: web,"), gennaker.RolloutStable, ""},
		{"a StatefulSet whose pods do not start", "statefulSet", plain("StatefulSet", "web-sick:1", "replicas: 2, serviceName: web,"), gennaker.RolloutRuns, "ImagePullBackOff"},
		{"a DaemonSet", "daemonSet", plain("DaemonSet", "web:1", ""), gennaker.RolloutStable, ""},
		{"a Job that succeeds", "job", fmt.Sprintf(job, "web:1"), gennaker.RolloutStable, ""},
		{"a Job that fails", "job", fmt.Sprintf(job, "web-fails:1"), gennaker.RolloutFailed, "BackoffLimitExceeded"},
		{"a Job that runs", "job", fmt.Sprintf(job, "web-runs:1"), gennaker.RolloutRuns, "0 of 1 have succeeded"},
		{"a Pod", "pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {strategy.spinnaker.io/versioned: 'false'}}\nspec: {containers: [{name: a, image: a}]}\n", gennaker.RolloutStable, ""},
		{"a Pod that does not start", "pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, annotations: {strategy.spinnaker.io/versioned: 'false'}}\nspec: {containers: [{name: a, image: web-sick}]}\n", gennaker.RolloutRuns, "ImagePullBackOff"},
		{"a Service", "service", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n", gennaker.RolloutStable, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := openManifests(t)
			a.apply("t1", c.text)
			m := a.until(c.kind, "web", string(c.want)+" "+c.reason, func(m gennaker.Manifest) bool {
				return m.Rollout.State == c.want && strings.Contains(m.Rollout.Reason, c.reason)
			})
			if stable(m) && m.Rollout.Ready != m.Rollout.Total {
				t.Errorf("it is %+v", m.Rollout)
			}
		})
	}
}
