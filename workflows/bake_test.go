package workflows_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/gitrepo/gittest"
)

// packedFolder is a .tgz of files.
func packedFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	w := tar.NewWriter(zip)
	for _, name := range gennaker.SortedKeys(files) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(files[name])) // Close reports it
	}
	if err := errors.Join(w.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// jobsChart is a chart of a job for each table.
func jobsChart(t *testing.T) string {
	return packedFolder(t, map[string]string{"jobs/Chart.yaml": "{apiVersion: v2, name: jobs, version: 1.2.0}", "jobs/values.yaml": "tables: [a]\nnote: ''\n",
		"jobs/templates/jobs.yaml": `{{ range .Values.tables }}---
kind: Job
metadata: {name: {{ $.Release.Name }}-{{ . }}, namespace: {{ $.Release.Namespace }}, note: {{ $.Values.note | quote }}}
{{ end }}`})
}

// baking is a document whose stage 2 bakes; SERVER is where its inputs are.
func bakingDocument(s *service, inputs, fields string) string {
	return strings.ReplaceAll(`{"application": "shop", "name": "deploy", "expectedArtifacts": [
		{"id": "values", "matchArtifact": {"name": "values"}, "useDefaultArtifact": true, "defaultArtifact": {"type": "http/file", "name": "values", "reference": "SERVER/values.yaml"}}], "stages": [
		{"refId": "1", "type": "evaluateVariables", "variables": [{"key": "table", "value": "orders"}]},
		{"refId": "2", "requisiteStageRefIds": ["1"], "type": "bakeManifest", "outputName": "jobs", "inputArtifacts": [`+inputs+`],
			"expectedArtifacts": [{"id": "baked", "matchArtifact": {"type": "embedded/base64", "name": "jobs"}}], `+fields+`}]}`, "SERVER", s.URL)
}

const (
	chartFile  = `{"account": "mine", "artifact": {"type": "http/file", "reference": "SERVER/jobs.tgz"}}`
	chartIndex = `{"artifact": {"type": "helm/chart", "name": "jobs", "version": ">=1", "reference": "SERVER/charts"}}`
)

// baked is what stage 2 has made.
func baked(t *testing.T, e gennaker.Execution) string {
	t.Helper()
	s := e.Stages[1]
	made, err := gennaker.ArtifactsOf(s.Outputs["artifacts"])
	if err != nil || len(made) != 1 || s.Outputs["resolvedExpectedArtifacts"] == nil {
		t.Fatalf("ended %s with %v, %v: %s", s.Status, s.Outputs, err, s.Error)
	}
	text, _, err := made[0].Content()
	if err != nil || made[0].Name != "jobs" {
		t.Fatalf("artifact = %+v, %v", made[0], err)
	}
	return string(text)
}

func TestAChartIsBaked(t *testing.T) {
	chart := jobsChart(t)
	s := serve(t, map[string][]reply{"/jobs.tgz": {{code: 200, body: chart}}, "/charts/jobs-1.tgz": {{code: 503}, {code: 200, body: chart}},
		"/charts/index.yaml": {{code: 200, body: "entries: {jobs: [{version: 1.2.0, urls: [jobs-1.tgz]}]}"}},
		"/values.yaml":       {{code: 200, body: "tables: [users]"}}})
	embedded := `{"artifact": {"type": "embedded/base64", "reference": "` + base64.StdEncoding.EncodeToString([]byte(chart)) + `"}}`
	for _, c := range []struct{ name, inputs, fields, want string }{
		{"from a file", chartFile, `"templateRenderer": "HELM3"`, `name: jobs-a, namespace: default, note: ""`},
		{"from a repository that is busy at first", chartIndex, `"templateRenderer": "HELM2"`, `name: jobs-a, namespace: default, note: ""`},
		{"from what the document carries", embedded, `"templateRenderer": "helm3", "namespace": "prod"`, `name: jobs-a, namespace: prod, note: ""`},
		{"with values of an expected artifact", chartFile + `, {"id": "values"}`, `"templateRenderer": "HELM3"`, `name: jobs-users, namespace: default, note: ""`},
		{"with overrides that are expressions", chartFile + `, {"id": "values"}`, `"templateRenderer": "HELM3", "overrides": {"tables": "{${table}}", "note": 7}`, `name: jobs-orders, namespace: default, note: "7"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := webhookWorld(t, patient(s)).run(bakingDocument(s, c.inputs, c.fields), nil)
			if got := baked(t, e); !strings.Contains(got, c.want) {
				t.Errorf("it made %s, want %s", got, c.want)
			}
			if e.Stages[1].Outputs["cloudProvider"] != "kubernetes" {
				t.Errorf("outputs = %v", e.Stages[1].Outputs)
			}
		})
	}
}

func TestAKustomizationIsBaked(t *testing.T) {
	s := serve(t, map[string][]reply{"/all.tgz": {{code: 200, body: packedFolder(t, map[string]string{
		"all/base/kustomization.yaml": "resources: [job.yaml]", "all/base/job.yaml": "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}}",
		"all/prod/kustomization.yaml": "resources: [../base]\nnameSuffix: -prod"})}}})
	input := `{"artifact": {"type": "http/file", "reference": "SERVER/all.tgz"}}`
	e := webhookWorld(t, patient(s)).run(bakingDocument(s, input, `"templateRenderer": "KUSTOMIZE4", "kustomizeFilePath": "prod/kustomization.yaml"`), nil)
	if got := baked(t, e); !strings.Contains(got, "name: migrate-prod") {
		t.Errorf("it made %s", got)
	}
}

func TestAKustomizationOfARepositoryIsBaked(t *testing.T) {
	r := gittest.Serve(t, map[string]string{"base/kustomization.yaml": "resources: [job.yaml]", "base/job.yaml": "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}}",
		"prod/kustomization.yaml": "resources: [../base]\nnameSuffix: -prod"})
	w := webhookWorld(t, activities.WebhookPolicy{Allow: []string{r.URL}})
	document := bakingDocument(serve(t, nil), `{"artifact": {"type": "git/repo", "reference": "`+r.URL+`"}}`, `"templateRenderer": "KUSTOMIZE4", "kustomizeFilePath": "prod/kustomization.yaml"`)
	if got := baked(t, w.run(document, nil)); !strings.Contains(got, "name: migrate-prod") {
		t.Errorf("it made %s", got)
	}
}

func TestADryRunBakes(t *testing.T) {
	s := serve(t, map[string][]reply{"/jobs.tgz": {{code: 200, body: jobsChart(t)}}})
	e := webhookWorld(t, patient(s)).start(gennaker.Start{Pipeline: decode(t, bakingDocument(s, chartFile, `"templateRenderer": "HELM3"`)),
		Trigger: gennaker.Trigger{Type: "manual", User: "ada", DryRun: true}})
	if got := baked(t, e); !strings.Contains(got, "name: jobs-a") {
		t.Errorf("it made %s", got)
	}
}

// A later stage, and expressions, have long manifests packed.
func TestLongManifestsAreBaked(t *testing.T) {
	tables := make([]string, 1500)
	for i := range tables {
		tables[i] = fmt.Sprintf("t%d", i)
	}
	s := serve(t, map[string][]reply{"/jobs.tgz": {{code: 200, body: jobsChart(t)}}, "/values.yaml": {{code: 200, body: "tables: [" + strings.Join(tables, ",") + "]"}}})
	e := webhookWorld(t, patient(s)).run(bakingDocument(s, chartFile+`, {"id": "values"}`, `"templateRenderer": "HELM3"`), nil)
	if got := baked(t, e); strings.Count(got, "kind: Job") != 1500 {
		t.Errorf("it made %d bytes, want 1500 jobs", len(got))
	}
}

func TestWhatCannotBeBaked(t *testing.T) {
	noise := make([]byte, 40_000)
	_, _ = rand.Read(noise) // never fails
	s := serve(t, map[string][]reply{"/jobs.tgz": {{code: 200, body: jobsChart(t)}}, "/gone": {{code: 404}}, "/text": {{code: 200, body: "kind: Job"}},
		"/values.yaml": {{code: 200, body: "note: " + hex.EncodeToString(noise)}}, "/broken.yaml": {{code: 200, body: "a: 1\nb: ["}},
		"/huge.tgz": {{code: 200, body: strings.Repeat("x", 10<<20+1)}}})
	file := func(path string) string {
		return `{"artifact": {"type": "http/file", "reference": "SERVER` + path + `"}}`
	}
	const helm = `"templateRenderer": "HELM3"`
	for _, c := range []struct {
		name, inputs, fields string
		policy               activities.WebhookPolicy
		want                 string
	}{
		{"no renderer that there is", chartFile, `"templateRenderer": "HELMFILE"`, patient(s), `templateRenderer "HELMFILE": invalid: there are HELM2, HELM3`},
		{"no inputs", ``, helm, patient(s), "inputArtifacts: invalid: the stage names none"},
		{"an input that nothing has bound", `{"id": "chart"}`, helm, patient(s), "inputArtifacts[0]: expected artifact chart: not found"},
		{"a chart that is not there", file("/gone"), helm, patient(s), "artifact http/file " + s.URL + "/gone: GET " + s.URL + "/gone: not found"},
		{"a chart that is none", file("/text"), helm, patient(s), "http/file " + s.URL + "/text: invalid: a folder that is packed as .tgz is wanted"},
		{"a chart that is too large", file("/huge.tgz"), helm, patient(s), "its answer is longer than 10485760 bytes"},
		{"broken values", chartFile + "," + file("/broken.yaml"), helm, patient(s), "values of http/file " + s.URL + "/broken.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2"},
		{"manifests that are too long", chartFile + `, {"id": "values"}`, helm, patient(s), "and an execution keeps at most 1048576 and 30720: bake it in parts"},
		{"this machine, unless it is named", chartFile, helm, activities.WebhookPolicy{}, "denied: only this machine and its link reach it"},
		{"a kustomization with values", chartFile + `, {"id": "values"}`, `"templateRenderer": "KUSTOMIZE"`, patient(s), "a kustomization is one artifact"},
		{"a kustomization that is not there", chartFile, `"templateRenderer": "KUSTOMIZE"`, patient(s), "it has no kustomization.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := webhookWorld(t, c.policy).run(bakingDocument(s, c.inputs, c.fields), nil)
			if got := e.Stages[1]; got.Status != gennaker.Terminal || !strings.Contains(got.Error, strings.ReplaceAll(c.want, "SERVER", s.URL)) {
				t.Errorf("ended %s: %s, want %s", got.Status, got.Error, c.want)
			}
		})
	}
}

func TestABakeMakesTheOneArtifactThatIsExpected(t *testing.T) {
	s := serve(t, map[string][]reply{"/jobs.tgz": {{code: 200, body: jobsChart(t)}}})
	document := bakingDocument(s, chartFile, `"templateRenderer": "HELM3"`)
	for _, other := range []string{`[]`, `[{"id": "baked", "matchArtifact": {"type": "embedded/base64", "name": "others"}}]`} {
		e := webhookWorld(t, patient(s)).run(strings.Replace(document, `[{"id": "baked", "matchArtifact": {"type": "embedded/base64", "name": "jobs"}}]`, other, 1), nil)
		if got := e.Stages[1]; !strings.Contains(got.Error, "expectedArtifacts: invalid: one is wanted, whose matchArtifact.name is the outputName, jobs") || len(s.seen()) > 0 {
			t.Errorf("with %s it ended %s after %d requests: %s", other, got.Status, len(s.seen()), got.Error)
		}
	}
}
