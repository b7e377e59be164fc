package kubernetes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// hard are bounds, by pairs of names and amounts.
func hard(pairs ...string) core.ResourceQuotaSpec {
	list := core.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		list[core.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return core.ResourceQuotaSpec{Hard: list}
}

// bound makes a ResourceQuota, or has it be so, and waits until it counts.
func (a *account) bound(t testing.TB, name string, spec core.ResourceQuotaSpec) {
	t.Helper()
	quotas := a.cluster.Client.CoreV1().ResourceQuotas(a.namespace)
	q := &core.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}
	_, err := quotas.Create(t.Context(), q, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		_, err = quotas.Update(t.Context(), q, metav1.UpdateOptions{})
	}
	for deadline := time.Now().Add(time.Minute); err == nil; time.Sleep(20 * time.Millisecond) {
		if q, err = quotas.Get(t.Context(), name, metav1.GetOptions{}); err == nil && equality.Semantic.DeepEqual(q.Status.Hard, spec.Hard) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("quota %s was never counted: %+v", name, q.Status)
		}
	}
	t.Fatal(err)
}

// asking is about a block whose pod asks for these resources.
func (a *account) asking(resources map[string]any) gennaker.QuotaQuery {
	spec := block("web:1")
	spec["containers"].([]any)[0].(map[string]any)["resources"] = resources
	return gennaker.QuotaQuery{Location: gennaker.In("test", a.namespace), Spec: spec}
}

// What is said to be left is what the API server takes, and no more.
func TestAQuotaLeavesWhatTheAPIServerTakes(t *testing.T) {
	t.Parallel()
	want := func(kind, cpu, memory string) map[string]any {
		return map[string]any{kind: map[string]any{"cpu": cpu, "memory": memory}}
	}
	best := hard("pods", "1")
	best.Scopes = []core.ResourceQuotaScope{core.ResourceQuotaScopeBestEffort}
	for _, c := range []struct {
		name, quota string
		spec        core.ResourceQuotaSpec
		defaults    string // requests of processors by a LimitRange
		resources   map[string]any
		left        int
		limit       string
	}{
		{name: "pods", spec: hard("pods", "3"), left: 3, limit: "pods in %s by quota bounds: 0 of 3 used"},
		{name: "objects", spec: hard("count/pods", "2", "requests.cpu", "8"), resources: want("requests", "1", "1Gi"), left: 2, limit: "count/pods in %s"},
		{name: "processors", spec: hard("pods", "9", "requests.cpu", "1"), resources: want("requests", "300m", "1Gi"), left: 3, limit: "requests.cpu in %s by quota bounds: 0 of 1 used"},
		{name: "memory by limits", spec: hard("limits.memory", "5Gi"), resources: want("limits", "1", "2Gi"), left: 2, limit: "limits.memory in %s"},
		{name: "requests that are the limits", spec: hard("memory", "3Gi"), resources: want("limits", "1", "1Gi"), left: 3, limit: "memory in %s"},
		{name: "what the namespace gives by default", spec: hard("cpu", "2"), defaults: "500m", left: 4, limit: "cpu in %s"},
		{name: "what the pods do not say", spec: hard("cpu", "2"), left: 0, limit: "cpu in %s by quota bounds: pods must say"},
		{name: "no more ReplicaSets", spec: hard("count/replicasets.apps", "0"), left: 0, limit: "count/replicasets.apps in %s"},
		{name: "a scope of theirs", spec: best, left: 1, limit: "pods in %s"},
		{name: "a scope that is not theirs", spec: best, resources: want("requests", "1", "1Gi"), left: -1, limit: "namespace %s has no ResourceQuota that counts"},
		{name: "what they do not take", spec: hard("configmaps", "9"), left: -1, limit: "namespace %s has no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			if c.defaults != "" {
				a.suppose(t, c.defaults)
			}
			a.bound(t, "bounds", c.spec)
			asks := a.asking(c.resources)
			q, err := a.GetQuota(t.Context(), asks)
			if err != nil {
				t.Fatalf("GetQuota = %v", err)
			}
			left := -1
			if q.Left != nil {
				left = *q.Left
			}
			if limit := fmt.Sprintf(c.limit, a.namespace); left != c.left || !strings.HasPrefix(q.Limit, limit) {
				t.Errorf("GetQuota = %d by %q, want %d by %q", left, q.Limit, c.left, limit)
			}
			if taken := a.taken(t, asks.Spec, 6); left >= 0 && c.name != "no more ReplicaSets" && taken != left {
				t.Errorf("the API server takes %d pods, and %d are said to be left", taken, left)
			}
		})
	}
}

// suppose gives containers of the namespace so much of processors by default.
func (a *account) suppose(t *testing.T, cpu string) {
	t.Helper()
	r := &core.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "defaults"}, Spec: core.LimitRangeSpec{Limits: []core.LimitRangeItem{{
		Type: core.LimitTypeContainer, DefaultRequest: core.ResourceList{core.ResourceCPU: resource.MustParse(cpu)}}}}}
	if _, err := a.cluster.Client.CoreV1().LimitRanges(a.namespace).Create(t.Context(), r, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// taken is how many of some pods the API server takes.
func (a *account) taken(t *testing.T, spec map[string]any, pods int) int {
	t.Helper()
	c := spec["containers"].([]any)[0].(map[string]any)
	of := core.Container{Name: "web", Image: "web:1"}
	resources, _ := c["resources"].(map[string]any)
	for kind, list := range map[string]*core.ResourceList{"requests": &of.Resources.Requests, "limits": &of.Resources.Limits} {
		amounts, _ := resources[kind].(map[string]any)
		for name, amount := range amounts {
			if *list == nil {
				*list = core.ResourceList{}
			}
			(*list)[core.ResourceName(name)] = resource.MustParse(amount.(string))
		}
	}
	n := 0
	for i := range pods {
		pod := &core.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("pod-%d", i)}, Spec: core.PodSpec{Containers: []core.Container{of}}}
		_, err := a.cluster.Client.CoreV1().Pods(a.namespace).Create(t.Context(), pod, metav1.CreateOptions{})
		switch {
		case err == nil:
			n++
		case !apierrors.IsForbidden(err):
			t.Fatal(err)
		}
	}
	return n
}
