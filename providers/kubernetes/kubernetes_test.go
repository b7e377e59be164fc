package kubernetes_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
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

// TestMain has more tests run at the same time than there are processors: most
// of what they do is to wait for the control plane.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", fmt.Sprint(parts)) // unless the command line says otherwise
	os.Exit(kubetest.Run(m))
}

// parts share the contract; its cases about one call come in threes.
const parts = 7

// account is a provider whose account is one namespace, with a Service shop in
// it, and the way between it and the cluster.
type account struct {
	*kubernetes.Cloud
	t         *testing.T
	cluster   *kubetest.Cluster
	namespace string
	link      *providertest.Link
}

func open(t *testing.T) *account {
	t.Helper()
	a := &account{t: t, cluster: kubetest.Use(t)}
	a.namespace = a.cluster.Namespace(t)
	a.serve("shop", map[string]string{"traffic": "shop"})
	a.link = providertest.NewLinkOver(t, a.cluster.URL, a.transport())
	a.Cloud = a.as(kubernetes.Config{Kubeconfig: a.cluster.KubeconfigAt(t, a.link.URL), Namespaces: []string{a.namespace}})
	return a
}

// as is the account with another configuration.
func (a *account) as(c kubernetes.Config) *kubernetes.Cloud {
	a.t.Helper()
	c.Account = "test"
	cloud, err := kubernetes.New(c)
	if err != nil {
		a.t.Fatalf("New = %v", err)
	}
	return cloud
}

// transport comes to the API server as a service account with the role that the
// documentation says, and no more. client-go itself tells no token to whom it
// asks without TLS, as the link is.
func (a *account) transport() http.RoundTripper {
	a.t.Helper()
	a.permit()
	config, err := clientcmd.BuildConfigFromFlags("", a.cluster.KubeconfigOf(a.t, a.namespace, "gennaker"))
	if err != nil {
		a.t.Fatal(err)
	}
	over, err := rest.TransportFor(config)
	if err != nil {
		a.t.Fatal(err)
	}
	return over
}

// serve makes a Service.
func (a *account) serve(name string, selector map[string]string) {
	a.t.Helper()
	s := &core.Service{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: core.ServiceSpec{Selector: selector, Ports: []core.ServicePort{{Port: 80}}}}
	if _, err := a.cluster.Client.CoreV1().Services(a.namespace).Create(a.t.Context(), s, metav1.CreateOptions{}); err != nil {
		a.t.Fatal(err)
	}
}

// pods of the image become ready.
func block(image string) map[string]any {
	return map[string]any{"containers": []any{map[string]any{
		"name": "web", "image": image, "ports": []any{map[string]any{"containerPort": 8080}}}}}
}

// balanced puts every server group behind the Service shop: the suite does not
// name load balancers.
type balanced struct{ *account }

func (b balanced) Create(ctx context.Context, c gennaker.CreateServerGroup) error {
	c.LoadBalancers = []string{"shop"}
	return b.account.Create(ctx, c)
}

// RunJob returns once the job has its pod, so that it is not counted among what
// a later call changes.
func (b balanced) RunJob(ctx context.Context, r gennaker.RunJob) error {
	if err := b.account.RunJob(ctx, r); err != nil {
		return err
	}
	for ; ; time.Sleep(20 * time.Millisecond) {
		j, err := b.cluster.Client.BatchV1().Jobs(b.namespace).Get(ctx, r.Name, metav1.GetOptions{})
		if err != nil || j.Status.Active+j.Status.Succeeded+j.Status.Failed > 0 {
			return err
		}
	}
}

// refusals are the statuses of an API server, or of what stands before it, by
// the kind of error.
var refusals = map[error]providertest.Fate{
	gennaker.ErrThrottled:   {Status: http.StatusTooManyRequests, Body: "slow down"},
	gennaker.ErrDenied:      {Status: http.StatusForbidden, Body: "no"},
	gennaker.ErrUnavailable: {Status: http.StatusServiceUnavailable, Body: "not now"},
}

func TestConformance(t *testing.T) {
	providertest.RunInParts(t, parts, func(*testing.T) providertest.Harness { return harness() })
}

// harness is one whose faults are those of the account that it opened last.
func harness() providertest.Harness {
	var now *account
	var counts *effects
	return providertest.Harness{
		Open: func(t *testing.T) providers.Provider {
			now = open(t)
			now.permitManifests()
			counts = count(t, now)
			return balanced{now}
		},
		RegionOf:  func(p providers.Provider) string { return p.(balanced).namespace },
		Manifests: &providertest.ManifestSpecs{Workload: deploymentOf, Settings: settingsOf, Patch: patchTo},
		Limit: func(t testing.TB, _ providers.Provider, pods int) {
			now.bound(t, "pods", core.ResourceQuotaSpec{Hard: core.ResourceList{core.ResourcePods: *resource.NewQuantity(int64(pods), resource.DecimalSI)}})
		},
		Spec: block("web:1"), NoInstance: "web-v000-none", Jobs: jobSpecs,
		Sicken: func(g gennaker.ServerGroup, ill bool) {
			for _, i := range g.Instances {
				now.cluster.Sicken(now.t, g.Region, i.ID, ill)
			}
		},
		Faults: &providertest.Faults{
			Lose: func(n int) func() bool { return now.link.Lose(n) },
			Fail: func(kind error) {
				if kind == nil {
					now.link.Decide(nil)
					return
				}
				now.link.Decide(func(r *http.Request) providertest.Fate {
					if r.URL.Path == "/readyz" {
						return providertest.Fate{} // it is ready, and means it
					}
					return refusals[kind]
				})
			},
			Effects: func() map[string]int { return counts.so() },
		},
	}
}

// effects count what comes and goes in a namespace, as its watches tell.
type effects struct {
	mu     sync.Mutex // guards counts
	counts map[string]int
}

func count(t *testing.T, a *account) *effects {
	t.Helper()
	e := &effects{counts: map[string]int{}}
	client := a.cluster.Client
	for what, begin := range map[string]func(context.Context, metav1.ListOptions) (watch.Interface, error){
		"jobs": client.BatchV1().Jobs(a.namespace).Watch,
		"pods": client.CoreV1().Pods(a.namespace).Watch, "replica sets": client.AppsV1().ReplicaSets(a.namespace).Watch,
	} {
		w, err := begin(t.Context(), metav1.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Stop)
		go func() {
			for event := range w.ResultChan() {
				e.mu.Lock()
				if event.Type != watch.Modified {
					e.counts[fmt.Sprint(what, " ", event.Type)]++
				}
				e.mu.Unlock()
			}
		}()
	}
	return e
}

// so are the counts once what has happened has been told.
func (e *effects) so() map[string]int {
	time.Sleep(50 * time.Millisecond)
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[string]int{}
	for what, n := range e.counts {
		all[what] = n
	}
	return all
}
