package examples_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/examples/exampletest"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

func TestMain(m *testing.M) { os.Exit(kubetest.Run(m)) }

// shop is what make kube starts, with shop.yaml in it, and the account of
// worker.yaml.
type shop struct {
	*testing.T
	cluster  *kubetest.Cluster
	registry *providers.Registry
}

func start(t *testing.T) *shop {
	t.Helper()
	s := &shop{T: t, cluster: kubetest.Use(t)}
	space, service, _ := strings.Cut(s.document("shop.yaml"), "\n---\n")
	var namespace core.Namespace
	var web core.Service
	if err := errors.Join(yaml.UnmarshalStrict([]byte(space), &namespace), yaml.UnmarshalStrict([]byte(service), &web)); err != nil {
		t.Fatal(err)
	}
	made := metav1.CreateOptions{}
	if _, err := s.cluster.Client.CoreV1().Namespaces().Create(t.Context(), &namespace, made); apierrors.IsAlreadyExists(err) {
		t.Log("another test of this program has made the shop")
	} else if err != nil {
		t.Fatal(err)
	}
	if _, err := s.cluster.Client.CoreV1().Services("shop").Create(t.Context(), &web, made); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	s.registry = exampletest.Accounts(t, ".gennaker/kube/kubeconfig", s.cluster.Kubeconfig())
	return s
}

// document is a document of this folder.
func (s *shop) document(name string) string {
	s.Helper()
	return exampletest.Document(s, name)
}

func (s *shop) execute(document string, parameters map[string]any) gennaker.Execution {
	s.Helper()
	return exampletest.Run(s, document, exampletest.On(s.registry), parameters)
}

func (s *shop) succeed(document string, parameters map[string]any) {
	s.Helper()
	exampletest.Succeed(s, document, exampletest.On(s.registry), parameters)
}

// deploy runs the example with an image to SUCCEEDED.
func (s *shop) deploy(image string) {
	s.Helper()
	s.succeed(s.document("redblack.yaml"), map[string]any{"image": image})
}

// seen are the server groups of a cluster, oldest first, in words.
func (s *shop) seen(cluster string) string {
	s.Helper()
	groups, err := providers.Find[providers.ServerGroups](s.registry, "kube")
	if err != nil {
		s.Fatal(err)
	}
	list, err := groups.List(context.Background(), gennaker.Scope{Region: "shop", Cluster: cluster})
	if err != nil {
		s.Fatal(err)
	}
	var lines []string
	for _, g := range list {
		lines = append(lines, fmt.Sprintf("%s of %s: %d up, %d out", g.Name, g.Image, g.Count(gennaker.Up), g.Count(gennaker.OutOfService)))
	}
	return strings.Join(lines, "; ")
}

// restart restarts the API server once there is a ReplicaSet of that name.
func (s *shop) restart(name string) (done chan error) {
	done = make(chan error, 1)
	go func() {
		for {
			_, err := s.cluster.Client.AppsV1().ReplicaSets("shop").Get(context.Background(), name, metav1.GetOptions{})
			if err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		s.cluster.StopAPI()
		done <- s.cluster.StartAPI(context.Background())
	}()
	return done
}

func TestKubernetesDeploysRedBlackAndTakesBackWhatNeverIsReady(t *testing.T) {
	s := start(t)
	s.deploy("shop:1")
	s.deploy("shop:2")
	want := "shop-web-v000 of shop:1: 0 up, 2 out; shop-web-v001 of shop:2: 2 up, 0 out"
	if got := s.seen("shop-web"); got != want {
		t.Errorf("there are %s; want %s", got, want)
	}
	for image, why := range map[string]string{"shop-sick:3": "ImagePullBackOff", "shop-crash:3": "CrashLoopBackOff"} {
		e := s.execute(s.document("redblack.yaml"), map[string]any{"image": image, "patience": "3"})
		if e.Status != gennaker.Terminal || !strings.Contains(e.Stages[0].Error, why) {
			t.Errorf("with %s it is %s: %s; want TERMINAL, and %s", image, e.Status, e.Stages[0].Error, why)
		}
		if got := s.seen("shop-web"); !strings.HasPrefix(got, want) {
			t.Errorf("left are %s; want %s", got, want)
		}
	}
	s.resizesAndDestroysDeployment()
	restarted := s.restart("shop-web-v002")
	s.deploy("shop:4")
	if err := <-restarted; err != nil {
		t.Fatal(err)
	}
	want = "shop-web-v001 of shop:2: 0 up, 2 out; shop-web-v002 of shop:4: 2 up, 0 out"
	if got := s.seen("shop-web"); got != want {
		t.Errorf("after the API server was restarted in the middle there are %s; want %s", got, want)
	}
}

// onDeployment is a stage about a Deployment under the name that it has as a
// server group.
func onDeployment(fields string) string {
	return "application: shop\nname: byhand\nstages:\n  - {cloudProvider: kubernetes, credentials: kube, namespace: shop, serverGroupName: deployment shop-api, " + fields + "}\n"
}

// resizesAndDestroysDeployment does so by the stages of server groups.
func (s *shop) resizesAndDestroysDeployment() {
	s.Helper()
	labels := map[string]string{"app": "api"}
	_, err := s.cluster.Client.AppsV1().Deployments("shop").Create(s.Context(), &apps.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "shop-api"},
		Spec: apps.DeploymentSpec{Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: core.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: core.PodSpec{Containers: []core.Container{{Name: "api", Image: "api:1"}}}}}}, metav1.CreateOptions{})
	if err != nil {
		s.Fatal(err)
	}
	s.succeed(onDeployment("type: resizeServerGroup, action: scale_exact, capacity: {min: 3, desired: 3, max: 3}"), nil)
	if got := s.seen("deployment shop-api"); got != "deployment shop-api of api:1: 3 up, 0 out" {
		s.Errorf("resized there is %s", got)
	}
	s.succeed(onDeployment("type: destroyServerGroup, allowLastServerGroup: true"), nil)
	if got := s.seen("deployment shop-api"); got != "" {
		s.Errorf("destroyed there is %s", got)
	}
}
