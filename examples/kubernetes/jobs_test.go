package examples_test

import (
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/kubernetes"
	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

// execute runs a document of this folder.
func execute(t *testing.T, name string, c activities.Config, parameters map[string]any) gennaker.Execution {
	t.Helper()
	return exampletest.Run(t, exampletest.Document(t, name), c, parameters)
}

// cluster is an account of a real control plane, and a namespace of it.
func cluster(t *testing.T) (activities.Config, string) {
	t.Helper()
	c := kubetest.Use(t)
	cloud, err := kubernetes.New(kubernetes.Config{Account: "kube", Kubeconfig: c.Kubeconfig()})
	if err != nil {
		t.Fatal(err)
	}
	return activities.Config{Providers: providers.NewRegistry(map[string]providers.Provider{"kube": cloud})}, c.Namespace(t)
}

func TestAJobRunsBeforeWhatFollows(t *testing.T) {
	c, namespace := cluster(t)
	e := execute(t, "job.yaml", c, map[string]any{"namespace": namespace})
	if e.Status != gennaker.Succeeded || e.Stages[1].Outputs["migrated"] != "12 tables" {
		t.Errorf("it ended %s: %s, outputs %v", e.Status, e.Error, e.Stages[1].Outputs)
	}
}

func TestAJobThatFailsEndsThePipeline(t *testing.T) {
	c, namespace := cluster(t)
	e := execute(t, "job.yaml", c, map[string]any{"namespace": namespace, "image": "shop/migrate-fails:1"})
	if e.Status != gennaker.Terminal || !strings.Contains(e.Error, "container migrate of pod shop-migrate-") || !strings.Contains(e.Error, "exited with status 3") {
		t.Errorf("it ended %s: %s, want it to fail with what Kubernetes says", e.Status, e.Error)
	}
}
