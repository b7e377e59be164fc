package workflows_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
)

// kept is a provider that keeps what it was asked to run.
type kept struct {
	providers.Provider
	asked []gennaker.RunJob
}

func (k *kept) RunJob(ctx context.Context, r gennaker.RunJob) error {
	k.asked = append(k.asked, r)
	return k.Provider.(providers.Jobs).RunJob(ctx, r)
}

func (k *kept) GetJob(ctx context.Context, ref gennaker.JobRef) (gennaker.Job, error) {
	return k.Provider.(providers.Jobs).GetJob(ctx, ref)
}

func (k *kept) StopJob(ctx context.Context, ref gennaker.JobRef) error {
	return k.Provider.(providers.Jobs).StopJob(ctx, ref)
}

// runManifest runs a document whose last stage has these fields, and returns
// the execution and what it asked of the cloud.
func runManifest(t *testing.T, fields string) (gennaker.Execution, []gennaker.RunJob) {
	t.Helper()
	var k *kept
	w := worldOn(t, activities.Config{}, func(w *world) providers.Provider { k = &kept{Provider: w.cloud}; return k })
	e := w.run(`{"application": "shop", "name": "deploy", "expectedArtifacts": [
		{"id": "image", "matchArtifact": {"name": "shop/web"}, "useDefaultArtifact": true, "defaultArtifact": {"type": "docker/image", "name": "shop/web", "reference": "shop/web:7"}}],
		"stages": [{"refId": "1", "account": "cloud", `+fields+`}]}`, nil)
	return e, k.asked
}

// manifestOfJob is the manifest of a job; ${…} in it is an expression.
const manifestOfJob = `{"apiVersion": "batch/v1", "kind": "Job", "metadata": %s, "spec": {"app": "${execution.application}"}}`

func TestAJobIsMadeOfItsManifest(t *testing.T) {
	generated := fmt.Sprintf(manifestOfJob, `{"generateName": "migrate-", "namespace": "prod"}`)
	text := strings.ReplaceAll(generated, `"`, `\"`)
	carried := base64.StdEncoding.EncodeToString([]byte(generated))
	for _, c := range []struct{ name, fields, job, region, app string }{
		{"by the prefix of its name", `"type": "runJobManifest", "manifest": ` + generated, "migrate-", "prod", "shop"},
		{"by its name", `"type": "runJobManifest", "manifest": ` + fmt.Sprintf(manifestOfJob, `{"name": "migrate"}`), "migrate-", "default", "shop"},
		{"without a name", `"type": "runJobManifest", "manifest": ` + fmt.Sprintf(manifestOfJob, `{}`), "shop-1-1-", "default", "shop"},
		{"with a long name", `"type": "runJobManifest", "manifest": ` + fmt.Sprintf(manifestOfJob, `{"name": "`+strings.Repeat("m", 60)+`"}`), strings.Repeat("m", 45) + "-", "default", "shop"},
		{"in another namespace", `"type": "runJobManifest", "namespace": "canary", "manifest": ` + generated, "migrate-", "canary", "shop"},
		{"of text", `"type": "runJobManifest", "manifest": "` + text + `"`, "migrate-", "prod", "shop"},
		{"of an artifact", `"type": "runJobManifest", "source": "artifact", "manifestArtifact": {"type": "embedded/base64", "reference": "` + carried + `"}`, "migrate-", "prod", "shop"},
		{"of an artifact whose expressions stay", `"type": "runJobManifest", "source": "artifact", "skipExpressionEvaluation": true, "manifestArtifact": {"type": "embedded/base64", "reference": "` + carried + `"}`, "migrate-", "prod", "${execution.application}"},
		{"as runJob", `"type": "runJob", "cloudProvider": "kubernetes", "manifest": ` + generated, "migrate-", "prod", "shop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, asked := runManifest(t, c.fields)
			if e.Status != gennaker.Succeeded || len(asked) != 1 {
				t.Fatalf("ended %s after %d calls: %s", e.Status, len(asked), e.Error)
			}
			r := asked[0]
			manifest, _ := r.Spec["manifest"].(map[string]any)
			spec, _ := manifest["spec"].(map[string]any)
			if r.Name != c.job+r.Marks[gennaker.MarkToken][:8] || r.Region != c.region || spec["app"] != c.app {
				t.Errorf("it ran %s in %s, of %v, want %s… in %s, and app %s", r.Name, r.Region, manifest, c.job, c.region, c.app)
			}
			if got, want := fmt.Sprint(e.Stages[0].Outputs["deploy.jobs"]), fmt.Sprintf("map[%s:[%s]]", c.region, r.Name); got != want {
				t.Errorf("deploy.jobs = %s, want %s", got, want)
			}
		})
	}
}

func TestArtifactsGoWithTheManifestOfAJob(t *testing.T) {
	manifest := `"type": "runJobManifest", "manifest": ` + fmt.Sprintf(manifestOfJob, `{}`)
	e, asked := runManifest(t, manifest+`, "requiredArtifactIds": ["image"]`)
	if len(asked) != 1 {
		t.Fatalf("ended %s: %s", e.Status, e.Error)
	}
	for _, field := range []string{"artifacts", "requiredArtifacts"} {
		if got, _ := gennaker.ArtifactsOf(asked[0].Spec[field]); len(got) != 1 || got[0].Reference != "shop/web:7" {
			t.Errorf("%s = %v, want the image", field, asked[0].Spec[field])
		}
	}
}

func TestAJobsArtifactIsConsumed(t *testing.T) {
	artifact := func(text string) string {
		return `, "consumeArtifactSource": "artifact", "consumeArtifact": {"type": "embedded/base64", "reference": "` + base64.StdEncoding.EncodeToString([]byte(text)) + `"}`
	}
	manifest := `"type": "runJobManifest", "manifest": ` + fmt.Sprintf(manifestOfJob, `{}`)
	e, _ := runManifest(t, manifest+artifact(`{"version": "7", "jobStatus": "mine"}`))
	if o := e.Stages[0].Outputs; e.Status != gennaker.Succeeded || o["version"] != "7" || o["jobStatus"] == "mine" {
		t.Errorf("ended %s with %v: %s", e.Status, o, e.Error)
	}
	e, _ = runManifest(t, manifest+artifact(`[1]`))
	if got := e.Stages[0].Error; e.Status != gennaker.Terminal || !strings.Contains(got, "JSON of an object is wanted") {
		t.Errorf("ended %s: %s", e.Status, got)
	}
}

func TestManifestsOfJobsThatAreRefused(t *testing.T) {
	for want, fields := range map[string]string{
		"there are no manifests":               `"type": "runJobManifest"`,
		"one Job is wanted, and there are 2":   `"type": "runJobManifest", "manifest": "{a: 1}\n---\n{b: 2}"`,
		"the stage names the artifact neither": `"type": "runJobManifest", "manifest": {"kind": "Job"}, "consumeArtifactSource": "artifact"`,
		"expected artifact nobody":             `"type": "runJobManifest", "manifest": {"kind": "Job"}, "requiredArtifactIds": ["nobody"]`,
		"manifestArtifact: ":                   `"type": "runJobManifest", "source": "artifact"`,
	} {
		e, asked := runManifest(t, fields)
		if e.Status != gennaker.Terminal || len(asked) > 0 || !strings.Contains(e.Error, want) {
			t.Errorf("ended %s after %d calls: %s, want %s", e.Status, len(asked), e.Error, want)
		}
	}
}
