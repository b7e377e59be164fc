package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/memory"
)

// manifests is a document whose stages run one after another, in the account
// and the namespace of the tests.
func manifests(stages ...string) string {
	var b strings.Builder
	b.WriteString("application: shop\nname: manifests\nstages:\n")
	for _, s := range stages {
		fmt.Fprintf(&b, "  - {account: cloud, location: prod, %s}\n", s)
	}
	return b.String()
}

// deployedManifest is a stage that deploys one object.
func deployedManifest(kind, name, spec, more string) string {
	return fmt.Sprintf("type: deployManifest, manifests: [{apiVersion: v1, kind: %s, metadata: {name: %s, labels: {app: shop}}, spec: {%s}}] %s", kind, name, spec, more)
}

// objects are what is in the cloud, without how it came to be.
func objects(cloud *memory.Cloud) string {
	var names []string
	for _, text := range cloud.Objects() {
		name, _, _ := strings.Cut(text, " revision")
		if strings.Contains(text, " +") {
			name += "+"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func failed(e gennaker.Execution) string {
	for _, s := range e.Stages {
		if s.Error != "" {
			return s.RefID + ": " + s.Error
		}
	}
	return ""
}

func TestManifestsAreDeployedOnceTheyAreStable(t *testing.T) {
	cloud := &memory.Cloud{}
	e := run(t, cloud, manifests(deployedManifest("Deployment", "web", "replicas: 2, image: shop/web, looks: 3",
		", requiredArtifacts: [{artifact: {type: docker/image, name: shop/web, reference: 'shop/web:7'}}], namespaceOverride: canary")))
	if e.Status != gennaker.Succeeded {
		t.Fatalf("it is %s; %s", e.Status, failed(e))
	}
	if got, want := cloud.Objects(), []string{"deployment web revision 1 at map[image:shop/web:7 looks:3 replicas:2]"}; !cmp.Equal(got, want) {
		t.Errorf("there is %q, want %q", got, want)
	}
	outputs := e.Stages[0].Outputs
	names := map[string]any{"canary": []any{"deployment web"}}
	if diff := cmp.Diff(names, outputs["outputs.manifestNamesByNamespace"]); diff != "" {
		t.Errorf("names differ (-want +got):\n%s", diff)
	}
	bound, err := gennaker.ArtifactsOf(outputs["outputs.boundArtifacts"])
	if err != nil || len(bound) != 1 || bound[0].Reference != "shop/web:7" {
		t.Errorf("bound are %v, %v; want the image", bound, err)
	}
	made, err := gennaker.ArtifactsOf(outputs["artifacts"])
	if err != nil || len(made) != 1 || made[0].Reference != "web" {
		t.Errorf("artifacts are %v, %v; want the deployment", made, err)
	}
	documents, _ := outputs["manifests"].([]any)
	if len(documents) != 1 {
		t.Errorf("manifests are %v, want one", documents)
	}
}

func TestARolloutThatFailsFailsTheStageInTheCloudsWords(t *testing.T) {
	e := run(t, &memory.Cloud{}, manifests(deployedManifest("Deployment", "web", "looks: 2, fails: no such image", "")))
	if s := e.Stages[0]; s.Status != gennaker.Terminal || s.Error != "not healthy: deployment web 0/1 ready: no such image" {
		t.Errorf("it is %s: %q", s.Status, s.Error)
	}
}

func TestAStageWhoseTimeIsOverSaysHowFarItsManifestsAre(t *testing.T) {
	w := worldWith(t, activities.Config{LookOnce: true})
	e := w.run(manifests(deployedManifest("Deployment", "web", "replicas: 3, looks: 1000000", ", stageTimeoutMs: 60000")), nil)
	s := e.Stages[0]
	if s.Status != gennaker.Terminal || !strings.HasPrefix(s.Error, "not done after 1m0s") {
		t.Errorf("it is %s: %q", s.Status, s.Error)
	}
	if want := []string{"it was left as it is: deployment web 0/3 ready: waits for its pods"}; !cmp.Equal(s.Warnings, want) {
		t.Errorf("warnings are %q, want %q", s.Warnings, want)
	}
}

func TestACancelledDeploymentOfManifestsLeavesThemAsTheyAre(t *testing.T) {
	w := worldWith(t, activities.Config{LookOnce: true})
	w.env.RegisterDelayedCallback(w.env.CancelWorkflow, time.Minute)
	e := w.run(manifests(deployedManifest("Deployment", "web", "looks: 1000000", "")), nil)
	if s := e.Stages[0]; s.Status != gennaker.Canceled || len(s.Warnings) != 1 {
		t.Errorf("it is %s: %q, with %q", s.Status, s.Error, s.Warnings)
	}
	if got := objects(w.cloud); got != "deployment web" {
		t.Errorf("there is %s", got)
	}
}

func TestManifestsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct{ name, stage, want string }{
		{"none", "type: deployManifest, manifests: []", "manifests: invalid: there are no manifests"},
		{"a word", "type: deployManifest, manifests: [web]", "manifests[0]: invalid: an object is wanted"},
		{"text that is none", "type: deployManifest, manifests: '{'", "manifests: invalid: yaml"},
		{"a required artifact without a place", deployedManifest("Deployment", "web", "image: other", ", requiredArtifacts: [{artifact: {type: docker/image, name: shop/web, reference: 'shop/web:7'}}]"),
			"no manifest has a place for the artifact docker/image shop/web:7"},
		{"no services", deployedManifest("ReplicaSet", "web", "", ", trafficManagement: {enabled: true, options: {strategy: redblack}}"), "trafficManagement.options.services: invalid: there are none"},
		{"old ones out and the new one not in", deployedManifest("ReplicaSet", "web", "", ", trafficManagement: {enabled: true, options: {strategy: redblack, services: [service web]}}"), "nothing would serve"},
		{"no name", "type: scaleManifest, replicas: 2", `manifestName "": invalid: it is a kind and a name`},
		{"what is gone", "type: scaleManifest, replicas: 2, manifestName: deployment web", "memory: deployment web: not found"},
		{"an object without pods", "type: pauseRolloutManifest, manifestName: configMap settings-v000", "a ConfigMap has no pods"},
		{"no labels", "type: deleteManifest, mode: label, kinds: [deployment]", "mode label: invalid"},
		{"a label selector of no kind", "type: deleteManifest, mode: label, kinds: [deployment], labelSelectors: {selectors: [{kind: EQUALS, key: app}]}", "labelSelectors.selectors[0]: label selector EQUALS app: invalid"},
		{"another mode", "type: deleteManifest, mode: '${\"any\"}'", `mode "any": invalid`},
		{"no criteria", "type: deleteManifest, mode: dynamic, cluster: deployment web", "mode dynamic: invalid"},
		{"a patch of nothing", "type: patchManifest, manifestName: deployment web, patchBody: []", "patchBody: invalid"},
		{"a revision that is not", "type: undoRolloutManifest, manifestName: deployment other", "not found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := &memory.Cloud{}
			e := run(t, cloud, manifests(deployedManifest("ConfigMap", "settings", "", ""), c.stage))
			if s := e.Stages[1]; s.Status != gennaker.Terminal || !strings.Contains(s.Error, c.want) {
				t.Errorf("it is %s: %q, want %q", s.Status, s.Error, c.want)
			}
		})
	}
}

func TestManifestsComeFromTextAndFromArtifacts(t *testing.T) {
	for _, c := range []struct{ name, stage, want string }{
		{"text of many documents", `type: deployManifest, manifests: "kind: A\nmetadata: {name: a}\n---\n---\nkind: B\nmetadata: {name: b}\n"`, "a a, b b"},
		{"a list of objects", "type: deployManifest, manifests: [{kind: List, items: [{kind: A, metadata: {name: a}}, {kind: B, metadata: {name: b}}]}]", "a a, b b"},
		{"an artifact with expressions", "type: deployManifest, source: artifact, manifestArtifact: {type: embedded/base64, reference: '${#toBase64(parameters.text)}'}", "a red"},
		{"an artifact whose expressions stay", "type: deployManifest, skipExpressionEvaluation: true, source: artifact, manifestArtifact: {type: embedded/base64, reference: '${#toBase64(parameters.text)}'}", "a ${parameters.color}"},
		{"text with expressions", "type: deployManifest, manifests: [{kind: A, metadata: {name: '${parameters.color}'}}]", "a red"},
		{"text whose expressions stay", "type: deployManifest, skipExpressionEvaluation: true, manifests: [{kind: A, metadata: {name: '${parameters.color}'}}]", "a ${parameters.color}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := &memory.Cloud{}
			w := worldWith(t, activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{"cloud": cloud})})
			e := w.run(manifests(c.stage), map[string]any{"color": "red", "text": "{kind: A, metadata: {name: '${parameters.color}'}}"})
			if got := objects(cloud); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("it is %s, and there is %q; want %q; %s", e.Status, got, c.want, failed(e))
			}
		})
	}
}

func TestManifestsAreChangedByEveryStage(t *testing.T) {
	deploy := deployedManifest("Deployment", "web", "replicas: 1, image: 'web:1'", "")
	again := deployedManifest("Deployment", "web", "replicas: 1, image: 'web:2'", "")
	for _, c := range []struct{ name, stage, want string }{
		{"scale", "type: scaleManifest, manifestName: deployment web, replicas: '3'", "deployment web revision 3 at map[image:web:2 replicas:3]"},
		{"patch", "type: patchManifest, manifestName: deployment web, patchBody: {spec: {image: 'web:3'}}", "deployment web revision 3 at map[image:web:3 replicas:1]"},
		{"patch by text", "type: patchManifest, manifestName: deployment web, options: {mergeStrategy: merge}, patchBody: 'spec: {image: web}'", "deployment web revision 3 at map[image:web replicas:1]"},
		{"undo", "type: undoRolloutManifest, manifestName: deployment web, numRevisionsBack: 1", "deployment web revision 3 at map[image:web:1 replicas:1]"},
		{"undo to a revision", "type: undoRolloutManifest, mode: dynamic, cluster: deployment web, criteria: newest, revision: 1", "deployment web revision 3 at map[image:web:1 replicas:1]"},
		{"pause and resume", "type: pauseRolloutManifest, manifestName: Deployment web}\n  - {type: resumeRolloutManifest, account: cloud, location: prod, manifestName: deployment web", "deployment web revision 2 at map[image:web:2 paused:false replicas:1]"},
		{"delete", "type: deleteManifest, manifestName: deployment web", ""},
		{"delete what is gone", "type: deleteManifest, manifestName: deployment other", "deployment web revision 2 at map[image:web:2 replicas:1]"},
		{"delete by labels", "type: deleteManifest, mode: label, kinds: [deployment], labelSelectors: {selectors: [{kind: EQUALS, key: app, values: [shop]}]}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := &memory.Cloud{}
			e := run(t, cloud, manifests(deploy, again, c.stage))
			if got := strings.Join(cloud.Objects(), "; "); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("it is %s, and there is %q; want %q; %s", e.Status, got, c.want, failed(e))
			}
		})
	}
}

func TestARestartReplacesThePodsOnce(t *testing.T) {
	cloud := &memory.Cloud{}
	e := run(t, cloud, manifests(deployedManifest("Deployment", "web", "looks: 2", ""), "type: rollingRestartManifest, manifestName: deployment web"))
	all := strings.Join(cloud.Objects(), "; ")
	if e.Status != gennaker.Succeeded || !strings.Contains(all, " restarted ") || strings.Contains(all, "revision 2") {
		t.Errorf("it is %s, and there is %s; %s", e.Status, all, failed(e))
	}
}

func TestATargetManifestIsResolved(t *testing.T) {
	deploy := func(n int) string {
		return deployedManifest("ReplicaSet", "web", fmt.Sprintf("replicas: %d", n), "")
	}
	for criteria, want := range map[string]string{"newest": "web-v002", "second_newest": "web-v001", "previous": "web-v001", "oldest": "web-v000",
		"largest": "web-v001", "smallest": "web-v000"} {
		cloud := &memory.Cloud{}
		e := run(t, cloud, manifests(deploy(1), deploy(3), deploy(2),
			"type: resolveTargetManifest, mode: dynamic, cluster: replicaSet web, criteria: "+criteria,
			"type: scaleManifest, manifestName: \"${#stage('4')['outputs']['manifestName']}\", replicas: 7"))
		if e.Stages[3].Outputs["manifestName"] != "replicaSet "+want || e.Stages[3].Outputs["location"] != "prod" {
			t.Errorf("%s is %v, want %s; %s", criteria, e.Stages[3].Outputs, want, failed(e))
		}
	}
}

func TestOtherVersionsLeaveTheTraffic(t *testing.T) {
	version := func(image, strategy, enable string) string {
		return deployedManifest("ReplicaSet", "web", image, fmt.Sprintf(", trafficManagement: {enabled: true, options: {strategy: %s, enableTraffic: %s, services: [service web]}}", strategy, enable))
	}
	for _, c := range []struct {
		name   string
		stages []string
		want   string
	}{
		{"redblack", []string{version("image: a", "none", "true"), version("image: b", "redblack", "true")}, "replicaSet web-v000, replicaSet web-v001+"},
		{"bluegreen, back to an older one", []string{version("image: a", "none", "true"), version("image: b", "bluegreen", "true"), version("image: a", "bluegreen", "true")}, "replicaSet web-v000+, replicaSet web-v001"},
		{"highlander", []string{version("image: a", "none", "true"), version("image: b", "redblack", "true"), version("image: c", "highlander", "true")}, "replicaSet web-v002+"},
		{"none", []string{version("image: a", "none", "true"), version("image: b", "none", "true")}, "replicaSet web-v000+, replicaSet web-v001+"},
		{"a dark one, enabled later", []string{version("image: a", "none", "true"), version("image: b", "none", "false"),
			"type: enableManifest, mode: dynamic, cluster: replicaSet web, criteria: newest", "type: disableManifest, manifestName: replicaSet web-v000"}, "replicaSet web-v000, replicaSet web-v001+"},
		{"one that never served is deleted", []string{version("image: a, looks: 100000", "none", "true") + ", stageTimeoutMs: 10000, failPipeline: false, continuePipeline: true",
			version("image: b", "redblack", "true")}, "replicaSet web-v001+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := worldWith(t, activities.Config{LookOnce: true})
			e := w.run(manifests(c.stages...), nil)
			if got := objects(w.cloud); e.Status != gennaker.Succeeded || got != c.want {
				t.Errorf("it is %s, and there is %q; want %q; %s", e.Status, got, c.want, failed(e))
			}
		})
	}
}
