package kubernetes_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
)

// twice makes a call again, as a worker does that has lost the answer.
func twice(t *testing.T, what string, call func() error) {
	t.Helper()
	for range 2 {
		if err := call(); err != nil {
			t.Fatalf("%s = %v", what, err)
		}
	}
}

func TestWhatCannotKeepPodsOutOfTrafficRests(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.serve("api", map[string]string{"app": "web"})
	a.deployment("web", map[string]string{"app": "web"})
	a.statefulSet("db")
	for _, name := range []string{"deployment web", "statefulSet db"} {
		g := a.eventually(name, "up", up(2))
		twice(t, "Disable", func() error { return a.Disable(t.Context(), g.Ref()) })
		g = a.eventually(name, "without pods", func(g gennaker.ServerGroup) bool { return len(g.Instances) == 0 })
		if !g.Resting || g.Enabled || g.Capacity != (gennaker.Capacity{Min: 2, Desired: 2, Max: 2}) {
			t.Errorf("%s is %+v, want it to rest with its capacity", name, g)
		}
		a.resize(name, 3)
		if g = a.get(name); !g.Resting || g.Capacity.Desired != 3 || len(g.Instances) != 0 {
			t.Errorf("%s is %+v, want it to rest still, with its new capacity", name, g)
		}
		twice(t, "Enable", func() error { return a.Enable(t.Context(), g.Ref()) })
		if g = a.eventually(name, "up", up(3)); !g.Enabled || g.Resting {
			t.Errorf("%s is %+v, want it in traffic again", name, g)
		}
	}
}

func TestWhatIsScaledByOthersDoesNotRestAnyMore(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.deployment("web", map[string]string{"app": "web"})
	ref := a.ref("deployment web")
	if err := a.Disable(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	_, err := a.cluster.Client.AppsV1().Deployments(a.namespace).Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"replicas":1}}`), metav1.PatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if g := a.eventually(ref.Name, "up", up(1)); !g.Enabled || g.Resting || g.Capacity.Desired != 1 {
		t.Errorf("it is %+v, want it in traffic with the one", g)
	}
	if err := a.Enable(t.Context(), ref); err != nil || a.get(ref.Name).Capacity.Desired != 1 {
		t.Errorf("Enable = %v, and it is %+v, want it as it was", err, a.get(ref.Name))
	}
}
