package workflows_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/providers"
)

// readers are the accounts by which artifacts are read, in order.
func (w *world) readers() *[]string {
	accounts := &[]string{}
	w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		var a gennaker.Artifact
		var b activities.BakeManifest
		switch {
		case info.ActivityType.Name == "ReadArtifact" && args.Get(&a) == nil:
			*accounts = append(*accounts, a.Account)
		case info.ActivityType.Name == "BakeManifest" && args.Get(&b) == nil:
			for _, a := range b.Inputs {
				*accounts = append(*accounts, a.Account)
			}
		}
	})
	return accounts
}

func TestABakeReadsByTheAccountsOfItsInputs(t *testing.T) {
	s := serve(t, map[string][]reply{"/jobs.tgz": {{code: 200, body: jobsChart(t)}}, "/values.yaml": {{code: 200, body: "tables: [a]"}}})
	w := webhookWorld(t, patient(s))
	accounts := w.readers()
	own := `, {"artifact": {"type": "http/file", "reference": "SERVER/values.yaml", "artifactAccount": "own"}}`
	if e := w.run(bakingDocument(s, chartFile+own, `"templateRenderer": "HELM3"`), nil); !slices.Equal(*accounts, []string{"mine", "own"}) {
		t.Errorf("it was read by %q, want mine, own; it ended %s: %s", *accounts, e.Status, e.Error)
	}
}

func TestAJobReadsByTheAccountsOfItsArtifacts(t *testing.T) {
	s := serve(t, map[string][]reply{"/job": {{code: 200, body: fmt.Sprintf(manifestOfJob, `{}`)}}, "/answer": {{code: 200, body: `{"version": "7"}`}}})
	w := worldOn(t, activities.Config{Webhooks: patient(s)}, func(w *world) providers.Provider { return w.cloud })
	accounts := w.readers()
	e := w.run(`{"application": "shop", "name": "deploy", "stages": [{"refId": "1", "account": "cloud", "type": "runJobManifest",
		"source": "artifact", "manifestArtifact": {"type": "http/file", "reference": "`+s.URL+`/job", "artifactAccount": "old"}, "manifestArtifactAccount": "manifests",
		"consumeArtifactSource": "artifact", "consumeArtifact": {"type": "http/file", "reference": "`+s.URL+`/answer"}, "consumeArtifactAccount": "answers"}]}`, nil)
	if e.Status != gennaker.Succeeded || !slices.Equal(*accounts, []string{"manifests", "answers"}) {
		t.Errorf("it was read by %q, want manifests, answers; it ended %s: %s", *accounts, e.Status, e.Error)
	}
}
