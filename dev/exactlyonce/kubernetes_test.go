package exactlyonce

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/kubernetes"
	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
	"github.com/gennaker/gennaker/providers/providertest"
)

// onKubernetes is a scene in a namespace of its own, with a Service shop in it.
// A request is a method and the end of a path, with NAME for a name.
func onKubernetes(t *testing.T, _ *world, r row) (*scene, error) {
	cluster := kubetest.Use(t)
	namespace := cluster.Namespace(t)
	service := &core.Service{ObjectMeta: metav1.ObjectMeta{Name: "shop"},
		Spec: core.ServiceSpec{Selector: map[string]string{"traffic": "shop"}, Ports: []core.ServicePort{{Port: 80}}}}
	if _, err := cluster.Client.CoreV1().Services(namespace).Create(t.Context(), service, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	transport, err := toCluster(cluster)
	if err != nil {
		return nil, err
	}
	link := providertest.NewLinkOver(t, cluster.URL, transport)
	s := &scene{location: gennaker.Location{Account: "test", Region: namespace}, loadBalancers: []string{"shop"}}
	s.spec = func() map[string]any {
		return map[string]any{"containers": []any{map[string]any{"name": "web", "image": "shop:7"}}}
	}
	s.jobSpec = func(ends bool) map[string]any {
		return map[string]any{"manifest": map[string]any{"apiVersion": "batch/v1", "kind": "Job", "spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"restartPolicy": "Never", "containers": []any{map[string]any{"name": "migrate", "image": map[bool]string{true: "shop:7", false: "shop-runs:7"}[ends]}}}}}}}
	}
	method, end, _ := strings.Cut(strings.TrimSuffix(r.loses, "/NAME"), " ")
	s.breaks(link, func(q *http.Request) bool {
		return q.Method == method && strings.Contains(q.URL.Path, end) && !q.URL.Query().Has("dryRun")
	})
	if s.effects, err = inNamespace(t, cluster, s); err != nil {
		return nil, err
	}
	if s.sound, err = kubernetesAccount(cluster.Kubeconfig(), namespace); err != nil {
		return nil, err
	}
	s.doomed, err = kubernetesAccount(cluster.KubeconfigAt(t, link.URL), namespace)
	return s, err
}

func kubernetesAccount(kubeconfig, namespace string) (providers.Provider, error) {
	return kubernetes.New(kubernetes.Config{Account: "test", Kubeconfig: kubeconfig, Namespaces: []string{namespace}})
}

// toCluster knows the cluster's certificate, and the administrator's token.
func toCluster(c *kubetest.Cluster) (http.RoundTripper, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, err
	}
	return rest.TransportFor(config)
}

// inNamespace counts the pods that ever came and went, and what is there.
func inNamespace(t *testing.T, c *kubetest.Cluster, s *scene) (func() map[string]int, error) {
	pods, err := c.Client.CoreV1().Pods(s.location.Region).Watch(t.Context(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	t.Cleanup(pods.Stop)
	var mu sync.Mutex // guards made and gone
	made, gone := 0, 0
	go func() {
		for event := range pods.ResultChan() {
			mu.Lock()
			switch event.Type {
			case watch.Added:
				made++
			case watch.Deleted:
				gone++
			}
			mu.Unlock()
		}
	}()
	return func() map[string]int {
		mu.Lock()
		count := map[string]int{"pods made": made, "pods gone": gone}
		mu.Unlock()
		list, err := s.groups().List(context.Background(), gennaker.Scope{})
		if err != nil {
			count[fmt.Sprint(err)]++
		}
		for _, g := range list {
			count["server groups"]++
			count["pods wanted"] += g.Capacity.Desired
			count["in traffic"] += g.Count(gennaker.Up)
		}
		if j, err := s.sound.(providers.Jobs).GetJob(context.Background(), s.job(true).Ref()); err == nil {
			count["jobs "+string(j.State)]++
		}
		return count
	}, nil
}

// kubernetesCalls are the calls, with the requests that they are made of and
// what they change.
type kubernetesCall struct {
	row
	requests []string
}

var kubernetesCalls = []kubernetesCall{
	{row{call: "kubernetes Create", run: create, want: map[string]int{"server groups": 1, "pods wanted": 2, "pods made": 2, "in traffic": 2}},
		[]string{"POST /replicasets"}},
	{row{call: "kubernetes Resize", before: have(1), run: resize, want: map[string]int{"pods wanted": 2, "pods made": 2, "in traffic": 2}},
		[]string{"PATCH /replicasets/NAME"}},
	{row{call: "kubernetes Enable", before: haveDisabled(2), run: enable, want: map[string]int{"in traffic": 2}},
		[]string{"PATCH /replicasets/NAME", "PATCH /pods/NAME"}},
	{row{call: "kubernetes Disable", before: have(2), run: disable, want: map[string]int{"in traffic": -2}},
		[]string{"PATCH /replicasets/NAME", "PATCH /pods/NAME"}},
	{row{call: "kubernetes DisablePart", before: have(2), run: disablePart, want: map[string]int{"in traffic": -1}},
		[]string{"PATCH /pods/NAME"}},
	{row{call: "kubernetes Destroy", before: have(2), run: destroy,
		want: map[string]int{"server groups": -1, "pods wanted": -2, "pods gone": 2, "in traffic": -2}},
		[]string{"DELETE /replicasets/NAME"}},
	{row{call: "kubernetes TerminateInstances", before: have(2), run: terminate, want: map[string]int{"pods made": 1, "pods gone": 1}},
		[]string{"DELETE /pods/NAME"}},
	{row{call: "kubernetes TerminateInstances, shrinking", before: have(2), run: shrink, want: map[string]int{"pods wanted": -1, "pods gone": 1, "in traffic": -1}},
		[]string{"PATCH /pods/NAME", "PATCH /replicasets/NAME", "DELETE /pods/NAME"}},
	{row{call: "kubernetes RunJob", run: runJob, want: map[string]int{"jobs Succeeded": 1, "pods made": 1}}, []string{"POST /jobs"}},
	{row{call: "kubernetes StopJob", before: haveJobInPod, run: stopJob, want: map[string]int{"jobs Running": -1, "jobs Failed": 1, "pods gone": 1}},
		[]string{"PATCH /jobs/NAME"}},
}

// haveJobInPod runs a job and waits for its pod.
func haveJobInPod(s *scene) error {
	if err := haveJob(s); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); s.effects()["pods made"] == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("job %s has no pod", s.job(false).Name)
		}
	}
	return nil
}

// manifestCalls are those about manifests.
var manifestCalls = []kubernetesCall{
	{row{call: "kubernetes ApplyManifests", run: applyManifests, want: map[string]int{"server groups": 2, "pods wanted": 2, "pods made": 2, "in traffic": 2}},
		[]string{"POST /replicasets", "POST /configmaps", "PATCH /deployments/NAME"}},
	{row{call: "kubernetes PatchManifest", before: haveManifests, run: patchManifest, want: map[string]int{"pods made": 1, "pods gone": 1}},
		[]string{"PATCH /deployments/NAME"}},
	{row{call: "kubernetes ScaleManifest", before: haveManifests, run: scaleManifest, want: map[string]int{"pods wanted": 2, "pods made": 2, "in traffic": 2}},
		[]string{"PATCH /replicasets/NAME"}},
	{row{call: "kubernetes DeleteManifest", before: haveManifests, run: deleteManifest,
		want: map[string]int{"server groups": -1, "pods wanted": -1, "pods gone": 1, "in traffic": -1}},
		[]string{"DELETE /replicasets/NAME"}},
	{row{call: "kubernetes SetManifestTraffic", before: haveManifests, run: disableManifest, want: map[string]int{"in traffic": -1}},
		[]string{"PATCH /replicasets/NAME", "PATCH /pods/NAME"}},
	{row{call: "kubernetes UndoRollout", before: haveRevision, run: undoRollout, want: map[string]int{"pods made": 1, "pods gone": 1}},
		[]string{"PATCH /deployments/NAME"}},
	{row{call: "kubernetes RestartRollout", before: haveManifests, run: restartRollout, want: map[string]int{"pods made": 1, "pods gone": 1}},
		[]string{"PATCH /deployments/NAME"}},
	{row{call: "kubernetes PauseRollout", before: havePaused, run: resumeRollout, want: map[string]int{"pods made": 1, "pods gone": 1}},
		[]string{"PATCH /deployments/NAME"}},
}

func kubernetesRows() []row {
	var all []row
	for _, c := range slices.Concat(kubernetesCalls, manifestCalls) {
		for _, request := range c.requests {
			r := c.row
			r.loses, r.stage = request, onKubernetes
			all = append(all, r)
		}
	}
	return all
}
