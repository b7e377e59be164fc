package kubernetes_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/kubernetes"
)

func (a *account) ref(name string) gennaker.ServerGroupRef {
	return gennaker.ServerGroupRef{Location: gennaker.Location{Account: "test", Region: a.namespace}, Name: name}
}

func (a *account) ask(name string, desired int) gennaker.CreateServerGroup {
	return gennaker.CreateServerGroup{Location: a.ref(name).Location, Name: name, Moniker: gennaker.ParseMoniker(name),
		Capacity: gennaker.Capacity{Min: desired, Desired: desired, Max: desired}, LoadBalancers: []string{"shop"},
		Marks: map[string]string{gennaker.MarkToken: "a"}, Spec: block("web:1")}
}

func (a *account) create(name string, desired int) {
	a.t.Helper()
	if err := a.Create(a.t.Context(), a.ask(name, desired)); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) get(name string) gennaker.ServerGroup {
	a.t.Helper()
	g, err := a.Get(a.t.Context(), a.ref(name))
	if err != nil {
		a.t.Fatal(err)
	}
	return g
}

func (a *account) eventually(name, what string, ok func(gennaker.ServerGroup) bool) gennaker.ServerGroup {
	a.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		g := a.get(name)
		if ok(g) {
			return g
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("%s never was %s: %+v", name, what, g)
		}
	}
}

func up(n int) func(gennaker.ServerGroup) bool {
	return func(g gennaker.ServerGroup) bool { return len(g.Instances) == n && g.Count(gennaker.Up) == n }
}

// pods are templates of people's own.
func pods(labels map[string]string, image string) core.PodTemplateSpec {
	return core.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: core.PodSpec{Containers: []core.Container{{Name: "web", Image: image}}}}
}

func (a *account) deployment(name string, labels map[string]string) {
	a.t.Helper()
	two := int32(2)
	d := &apps.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: apps.DeploymentSpec{Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: pods(labels, "web:1")}}
	if _, err := a.cluster.Client.AppsV1().Deployments(a.namespace).Create(a.t.Context(), d, metav1.CreateOptions{}); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) statefulSet(name string) {
	a.t.Helper()
	two, labels := int32(2), map[string]string{"app": name}
	s := &apps.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: apps.StatefulSetSpec{Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: pods(labels, "db:1"), PodManagementPolicy: apps.ParallelPodManagement}}
	if _, err := a.cluster.Client.AppsV1().StatefulSets(a.namespace).Create(a.t.Context(), s, metav1.CreateOptions{}); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) replicaSet(name string, annotations, selector, labels map[string]string) {
	a.t.Helper()
	two := int32(2)
	s := &apps.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations},
		Spec: apps.ReplicaSetSpec{Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: selector}, Template: pods(labels, "web:1")}}
	if _, err := a.cluster.Client.AppsV1().ReplicaSets(a.namespace).Create(a.t.Context(), s, metav1.CreateOptions{}); err != nil {
		a.t.Fatal(err)
	}
}

func ids(g gennaker.ServerGroup) []string {
	var all []string
	for _, i := range g.Instances {
		all = append(all, i.ID)
	}
	slices.Sort(all)
	return all
}

// endpoints are how many pods a Service sends requests to.
func (a *account) endpoints(service string) int {
	a.t.Helper()
	slices, err := a.cluster.Client.DiscoveryV1().EndpointSlices(a.namespace).List(a.t.Context(), metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service})
	if err != nil {
		a.t.Fatal(err)
	}
	n := 0
	for _, s := range slices.Items {
		n += len(s.Endpoints)
	}
	return n
}

func TestPodsThatLeaveTheTrafficStay(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.create("shop-web-v000", 2)
	before := a.eventually("shop-web-v000", "up", up(2))
	if before.LoadBalancers[0] != "shop" || before.Image != "web:1" || !strings.HasSuffix(before.Instances[0].Address, ":8080") {
		t.Errorf("it is %+v", before)
	}
	if err := a.Disable(t.Context(), a.ref("shop-web-v000")); err != nil {
		t.Fatal(err)
	}
	after := a.eventually("shop-web-v000", "out of traffic", func(g gennaker.ServerGroup) bool { return g.Count(gennaker.OutOfService) == 2 })
	if n := a.endpoints("shop"); n != 0 {
		t.Errorf("the Service has %d endpoints, want none", n)
	}
	if !slices.Equal(ids(before), ids(after)) {
		t.Errorf("its pods are %v, and were %v", ids(after), ids(before))
	}
	if err := a.TerminateInstances(t.Context(), gennaker.TerminateInstances{InstancesRef: gennaker.InstancesRef{ServerGroupRef: a.ref("shop-web-v000"), IDs: ids(after)[:1]}}); err != nil {
		t.Fatal(err)
	}
	a.eventually("shop-web-v000", "whole again, and out of traffic", func(g gennaker.ServerGroup) bool {
		return g.Count(gennaker.OutOfService) == 2 && !slices.Contains(ids(g), ids(after)[0])
	})
}

func TestDeploymentsAndStatefulSetsAreServerGroupsOfTheirOwnClusters(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.serve("api", map[string]string{"app": "shop-web"})
	a.deployment("shop-web", map[string]string{"app": "shop-web"})
	a.statefulSet("shop-db")
	a.create("shop-web-v000", 1)
	for cluster, want := range map[string]string{"": "[deployment shop-web shop-web-v000 statefulSet shop-db]", "shop-web": "[shop-web-v000]", "deployment shop-web": "[deployment shop-web]"} {
		list, err := a.List(t.Context(), gennaker.Scope{Application: "shop", Cluster: cluster})
		var names []string
		for _, g := range list {
			names = append(names, g.Name)
		}
		slices.Sort(names)
		if err != nil || fmt.Sprint(names) != want {
			t.Errorf("List of cluster %q = %v, %v, want %s", cluster, names, err, want)
		}
	}
	for name, balancers := range map[string]string{"deployment shop-web": "[api]", "statefulSet shop-db": "[]"} {
		g := a.eventually(name, "up", up(2))
		if !g.Enabled || g.Capacity != (gennaker.Capacity{Min: 2, Desired: 2, Max: 2}) || fmt.Sprint(g.LoadBalancers) != balancers {
			t.Errorf("%s is %+v", name, g)
		}
		if err := a.DisablePart(t.Context(), g.Ref(), 50); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "replaces its pods") {
			t.Errorf("DisablePart of %s = %v, want ErrInvalid and why", name, err)
		}
		if err := a.Resize(t.Context(), gennaker.ResizeServerGroup{ServerGroupRef: g.Ref(), Capacity: gennaker.Capacity{Desired: 3, Max: 4}}); err != nil {
			t.Fatal(err)
		}
		a.eventually(name, "resized", up(3))
		if err := a.Destroy(t.Context(), g.Ref()); err != nil {
			t.Fatal(err)
		}
	}
	a.eventually("shop-web-v000", "as it was", up(1))
}

func TestADeploymentShrinksByThePodsThatAreTerminatedAndAStatefulSetDoesNot(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.deployment("web", map[string]string{"app": "web"})
	a.statefulSet("db")
	g := a.eventually("deployment web", "up", up(2))
	shrink := gennaker.TerminateInstances{InstancesRef: gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: ids(g)[:1]}, Shrink: true}
	for range 2 {
		insist(t, "TerminateInstances", func() error { return a.TerminateInstances(t.Context(), shrink) })
	}
	a.eventually("deployment web", "smaller by one", func(now gennaker.ServerGroup) bool { return up(1)(now) && ids(now)[0] == ids(g)[1] })
	shrink.ServerGroupRef = a.ref("statefulSet db")
	if err := a.TerminateInstances(t.Context(), shrink); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("a StatefulSet that shrinks by one of its pods = %v, want ErrInvalid", err)
	}
}

func TestAReplicaSetOfSpinnakersIsDisabledByItsAnnotation(t *testing.T) {
	t.Parallel()
	a := open(t)
	own := map[string]string{"app": "web"}
	a.replicaSet("web-v001", map[string]string{"traffic.spinnaker.io/load-balancers": `["service shop"]`, "moniker.spinnaker.io/application": "shop"},
		own, map[string]string{"app": "web", "traffic": "shop"})
	a.eventually("web-v001", "up", func(g gennaker.ServerGroup) bool { return g.Enabled && up(2)(g) })
	if list, err := a.List(t.Context(), gennaker.Scope{Application: "shop"}); err != nil || len(list) != 1 {
		t.Errorf("List = %v, %v, want that of the application", list, err)
	}
	for range 2 {
		if err := a.Disable(t.Context(), a.ref("web-v001")); err != nil {
			t.Fatal(err)
		}
	}
	a.eventually("web-v001", "out of traffic", func(g gennaker.ServerGroup) bool { return !g.Enabled && g.Count(gennaker.OutOfService) == 2 })
	set, err := a.cluster.Client.AppsV1().ReplicaSets(a.namespace).Get(t.Context(), "web-v001", metav1.GetOptions{})
	if err != nil || !maps.Equal(set.Spec.Template.Labels, own) {
		t.Errorf("its template has %v, %v, want %v", set.Spec.Template.Labels, err, own)
	}
}

func TestAReplicaSetWhoseOwnSelectorHasTheLabelsOfTheTrafficKeepsIt(t *testing.T) {
	t.Parallel()
	a := open(t)
	labels := map[string]string{"traffic": "shop"}
	a.replicaSet("web-v001", nil, labels, labels)
	g := a.eventually("web-v001", "up", up(2))
	if err := a.Disable(t.Context(), g.Ref()); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), "its own selector has the label traffic") {
		t.Errorf("Disable = %v, want ErrInvalid and why", err)
	}
	if now := a.get("web-v001"); !now.Enabled || !up(2)(now) {
		t.Errorf("it is %+v, want it as it was", now)
	}
}

func TestAServerGroupWithoutServicesIsNotedAsDisabled(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.ask("job-v000", 1)
	c.LoadBalancers = nil
	if err := a.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	a.eventually(c.Name, "up", up(1))
	if err := a.DisablePart(t.Context(), c.Ref(), 100); err != nil || !up(1)(a.get(c.Name)) {
		t.Errorf("DisablePart of what has no traffic = %v, and it is %+v", err, a.get(c.Name))
	}
	if err := a.Disable(t.Context(), c.Ref()); err != nil {
		t.Fatal(err)
	}
	if g := a.get(c.Name); g.Enabled || g.Count(gennaker.OutOfService) != 1 {
		t.Errorf("disabled it is %+v", g)
	}
	if err := a.Enable(t.Context(), c.Ref()); err != nil {
		t.Fatal(err)
	}
	if g := a.get(c.Name); !g.Enabled || !up(1)(g) {
		t.Errorf("enabled it is %+v", g)
	}
}

func TestPodsSayWhyTheyAreNotUp(t *testing.T) {
	t.Parallel()
	a := open(t)
	for image, want := range map[string]string{"web-sick:1": "ImagePullBackOff: Back-off pulling image", "web-crash:1": "CrashLoopBackOff: back-off"} {
		c := a.ask(strings.TrimSuffix(image, ":1")+"-v000", 1)
		c.Spec = block(image)
		if err := a.Create(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		a.eventually(c.Name, "down, and why", func(g gennaker.ServerGroup) bool {
			return g.Count(gennaker.Down) == 1 && strings.Contains(g.Condition(), want)
		})
	}
	unplaced := a.ask("big-v000", 1)
	unplaced.Spec["nodeSelector"] = map[string]any{"disk": "none"}
	if err := a.Create(t.Context(), unplaced); err != nil {
		t.Fatal(err)
	}
	a.eventually(unplaced.Name, "starting, and why", func(g gennaker.ServerGroup) bool {
		return g.Count(gennaker.Starting) == 1 && strings.Contains(g.Condition(), "Unschedulable")
	})
}

func TestABlockThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.serve("mail", map[string]string{"traffic": "mail"})
	a.serve("outside", nil)
	template := func(fields map[string]any) map[string]any {
		return map[string]any{"manifest": map[string]any{"spec": map[string]any{"template": map[string]any{"spec": fields}}}}
	}
	for _, c := range []struct {
		name, want string
		change     func(*gennaker.CreateServerGroup)
	}{
		{"nothing that runs", "give a ReplicaSet or a Deployment, or containers", func(c *gennaker.CreateServerGroup) { c.Spec = nil }},
		{"a manifest without containers", "there are none", func(c *gennaker.CreateServerGroup) { c.Spec = template(nil) }},
		{"a field of a container that there is not", `unknown field "imagge"`, func(c *gennaker.CreateServerGroup) {
			c.Spec = template(map[string]any{"containers": []any{map[string]any{"name": "web", "imagge": "web:1"}}})
		}},
		{"another kind", "its kind is DaemonSet", func(c *gennaker.CreateServerGroup) {
			c.Spec = map[string]any{"manifest": map[string]any{"kind": "DaemonSet"}}
		}},
		{"two images", "image and imageId mean the same", func(c *gennaker.CreateServerGroup) { c.Spec["image"], c.Spec["imageId"] = "a", "b" }},
		{"a Service that is not there", "there is no Service gone", func(c *gennaker.CreateServerGroup) { c.LoadBalancers = []string{"gone"} }},
		{"an Ingress", "name the Service", func(c *gennaker.CreateServerGroup) { c.LoadBalancers = []string{"ingress shop"} }},
		{"a Service without a selector", "has no selector", func(c *gennaker.CreateServerGroup) { c.LoadBalancers = []string{"outside"} }},
		{"Services that choose no pod together", "no pod is chosen by all", func(c *gennaker.CreateServerGroup) { c.LoadBalancers = []string{"shop", "service mail"} }},
		{"a name that Kubernetes does not take", "RFC 1123", func(c *gennaker.CreateServerGroup) { c.Name = "Shop-v000" }},
		{"a long name", "more than 63", func(c *gennaker.CreateServerGroup) { c.Name = strings.Repeat("a", 60) + "-v000" }},
		{"a namespace of another account", "none of the account's namespaces", func(c *gennaker.CreateServerGroup) { c.Region = "kube-system" }},
	} {
		q := a.ask("shop-web-v000", 1)
		c.change(&q)
		if err := a.Create(t.Context(), q); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Create = %v, want ErrInvalid and %q", c.name, err, c.want)
		}
	}
	if list, err := a.List(t.Context(), gennaker.Scope{}); err != nil || len(list) != 0 {
		t.Errorf("what could not be has left %v, %v", list, err)
	}
}

func TestASpecHasTheManifestWithoutWhatIsOurs(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.ask("shop-web-v000", 0)
	c.Spec = map[string]any{"imageId": "web:7", "manifest": map[string]any{"kind": "Deployment",
		"metadata": map[string]any{"labels": map[string]any{"team": "web"}, "annotations": map[string]any{"note": "a"}},
		"spec": map[string]any{"replicas": 9, "minReadySeconds": 1, "selector": map[string]any{"matchLabels": map[string]any{"app": "web"}},
			"template": map[string]any{"metadata": map[string]any{"labels": map[string]any{"app": "web", "traffic": "shop"}},
				"spec": map[string]any{"containers": []any{map[string]any{"name": "web", "image": "web:1"}}}}}}}
	if err := a.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	spec, err := a.Spec(t.Context(), c.Ref())
	if err != nil || spec["image"] != "web:7" {
		t.Fatalf("Spec = %v, %v", spec, err)
	}
	manifest := spec["manifest"].(map[string]any)
	inside := manifest["spec"].(map[string]any)
	labels := inside["template"].(map[string]any)["metadata"].(map[string]any)
	if got, want := fmt.Sprint(manifest["metadata"], labels, inside["minReadySeconds"]), "map[annotations:map[note:a] labels:map[team:web]] map[labels:map[app:web]] 1"; got != want {
		t.Errorf("it has %s, want %s", got, want)
	}
}

// Who has all namespaces sees those of others too, but for what is left out.
func TestAnAccountHasAllNamespacesButThoseLeftOut(t *testing.T) {
	t.Parallel()
	a, b := open(t), open(t)
	a.create("shop-web-v000", 0)
	b.create("shop-web-v000", 0)
	all := a.as(kubernetes.Config{Kubeconfig: a.cluster.Kubeconfig(), OmitNamespaces: []string{b.namespace}})
	list, err := all.List(t.Context(), gennaker.Scope{Cluster: "shop-web"})
	if err != nil || !slices.ContainsFunc(list, func(g gennaker.ServerGroup) bool { return g.Region == a.namespace }) ||
		slices.ContainsFunc(list, func(g gennaker.ServerGroup) bool { return g.Region == b.namespace }) {
		t.Errorf("List = %v, %v, want that in %s and not that in %s", list, err, a.namespace, b.namespace)
	}
	if _, err := all.Get(t.Context(), b.ref("shop-web-v000")); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("Get of what is left out = %v, want ErrNotFound", err)
	}
}
