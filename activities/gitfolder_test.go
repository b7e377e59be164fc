package activities

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/gitrepo"
	"github.com/gennaker/gennaker/gitrepo/gittest"
)

func TestRepositoriesAreBaked(t *testing.T) {
	t.Parallel()
	r := gittest.Serve(t, map[string]string{
		"deploy/base/kustomization.yaml": "resources: [job.yaml]", "deploy/base/job.yaml": "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}}",
		"deploy/prod/kustomization.yaml": "resources: [../base]\nnameSuffix: -prod",
		"charts/shop/Chart.yaml":         "{apiVersion: v2, name: shop, version: 1.0.0}", "charts/shop/templates/a.yaml": "{kind: Job, metadata: {name: {{ .Release.Name }}}}",
		"other/kustomization.yaml": "resources: [https://example.com/a.yaml]"})
	a := &Artifacts{webhooks: newWebhooks(WebhookPolicy{Allow: []string{strings.TrimSuffix(r.URL, "/.git")}}, nil)}
	for _, c := range []struct {
		name, renderer, path, location string
		metadata                       map[string]any
		want                           string // in the manifests, or else of the error
		fails                          bool
	}{
		{"a kustomization", "KUSTOMIZE4", "deploy/prod/kustomization.yaml", "", nil, "name: migrate-prod", false},
		{"of a location", "KUSTOMIZE", "deploy/prod/kustomization.yaml", "deploy", nil, "name: migrate-prod", false},
		{"of a path below", "KUSTOMIZE", "deploy/prod/kustomization.yaml", "", map[string]any{"subPath": "deploy"}, "name: migrate-prod", false},
		{"a location counts more", "KUSTOMIZE", "deploy/prod/kustomization.yaml", "deploy", map[string]any{"subPath": "charts"}, "name: migrate-prod", false},
		{"a chart", "HELM3", "charts/shop", "", nil, "name: blue", false},
		{"a folder that its base is not in", "KUSTOMIZE", "deploy/prod/kustomization.yaml", "deploy/prod", nil, "it names ../base, which the archive does not have", true},
		{"a kustomization that names a URL", "KUSTOMIZE", "other/kustomization.yaml", "other", nil, "it names https://example.com/a.yaml", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made, err := a.bake(t.Context(), BakeManifest{Renderer: c.renderer, Path: c.path, Name: "blue", Inputs: []gennaker.Artifact{
				{Type: "git/repo", Reference: r.URL, Location: c.location, Metadata: c.metadata}}})
			text, _, bad := made.Content()
			if bad != nil || !c.fails && (err != nil || !strings.Contains(string(text), c.want)) {
				t.Errorf("bake = %s, %v, want %s", text, err, c.want)
			}
			if c.fails && (!errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("bake = %v, want %s", err, c.want)
			}
		})
	}
}

func TestRepositoriesAreReadWhereWebhooksMayGo(t *testing.T) {
	t.Parallel()
	r := gittest.Serve(t, map[string]string{"a.yaml": "a"})
	host := strings.TrimSuffix(r.URL, "/.git")
	moved := gittest.Moved(t, host)
	for _, c := range []struct {
		name, url string
		policy    WebhookPolicy
		fails     error // none when nil
		want      string
	}{
		{"a host that is named", r.URL, WebhookPolicy{Allow: []string{host}}, nil, ""},
		{"a repository that is named", r.URL, WebhookPolicy{Allow: []string{"GET,POST " + r.URL}}, nil, ""},
		{"this machine, unless it is named", r.URL, WebhookPolicy{}, gennaker.ErrDenied, "only this machine and its link reach it"},
		{"another repository", r.URL, WebhookPolicy{Allow: []string{host + "/other"}}, gennaker.ErrDenied, "does not have it for GET"},
		{"a host that may only be asked", r.URL, WebhookPolicy{Allow: []string{"GET " + host}}, gennaker.ErrDenied, "does not have it for POST"},
		{"a repository that has moved", moved.URL + "/.git", WebhookPolicy{Allow: []string{host, moved.URL}}, nil, ""},
		{"one that has moved elsewhere", moved.URL + "/.git", WebhookPolicy{Allow: []string{moved.URL}}, gennaker.ErrDenied, "webhook " + host},
		{"one that must not be followed", moved.URL + "/.git", WebhookPolicy{Allow: []string{host, moved.URL}, NoRedirects: true}, gennaker.ErrDenied, "webhooks.refuseRedirects"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data, err := readWith(t, c.policy, gennaker.Artifact{Type: "git/repo", Reference: c.url})
			if c.fails == nil && (err != nil || len(data) == 0) {
				t.Errorf("read = %d bytes, %v", len(data), err)
			}
			if c.fails != nil && (err == nil || !errors.Is(err, c.fails) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("read = %v, want %v with %q", err, c.fails, c.want)
			}
		})
	}
}

func TestARepositoryHasItsBounds(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 64<<10)
	_, _ = rand.Read(noise) // never fails
	r := gittest.Serve(t, map[string]string{"a": string(noise)})
	w := newWebhooks(WebhookPolicy{Allow: []string{strings.TrimSuffix(r.URL, "/.git")}}, nil)
	if _, err := gitrepo.Read(t.Context(), w.library(len(noise)), gitrepo.Folder{URL: r.URL}); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "its answer is longer than 65536 bytes") {
		t.Errorf("Read = %v, want that it is refused", err)
	}
	if _, err := gitrepo.Read(t.Context(), w.library(2*len(noise)), gitrepo.Folder{URL: r.URL}); err != nil {
		t.Errorf("Read with more = %v", err)
	}
}

func TestAServerThatDoesNotAnswerIsLeft(t *testing.T) {
	t.Parallel()
	_, err := patiently(t.Context(), time.Millisecond, func(ctx context.Context) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if !errors.Is(err, gennaker.ErrUnavailable) || !strings.Contains(err.Error(), "it was not read within 1ms") {
		t.Errorf("patiently = %v, want that it was not read in time", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := patiently(stopped, time.Minute, func(ctx context.Context) ([]byte, error) { return nil, ctx.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("patiently = %v, want that it was cancelled", err)
	}
}
