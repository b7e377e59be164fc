package kubetest_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

func TestMain(m *testing.M) { os.Exit(kubetest.Run(m)) }

var web = map[string]string{"app": "web"}

func template(image string) core.PodTemplateSpec {
	return core.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: web},
		Spec: core.PodSpec{RestartPolicy: core.RestartPolicyAlways, Containers: []core.Container{{Name: "succeeds", Image: image}}}}
}

// deploy makes a Deployment of two pods, and returns its namespace.
func deploy(t *testing.T, c *kubetest.Cluster, image string) string {
	t.Helper()
	namespace, two := c.Namespace(t), int32(2)
	_, err := c.Client.AppsV1().Deployments(namespace).Create(t.Context(), &apps.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       apps.DeploymentSpec{Replicas: &two, Selector: &metav1.LabelSelector{MatchLabels: web}, Template: template(image)},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return namespace
}

func eventually(t *testing.T, what string, ok func() (string, bool)) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		saw, done := ok()
		if done {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never: %s", what, saw)
		}
	}
}

func pods(t *testing.T, c *kubetest.Cluster, namespace string) []core.Pod {
	t.Helper()
	list, err := c.Client.CoreV1().Pods(namespace).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func ready(t *testing.T, c *kubetest.Cluster, namespace string, want int32) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d pods are ready", want), func() (string, bool) {
		d, err := c.Client.AppsV1().Deployments(namespace).Get(t.Context(), "web", metav1.GetOptions{})
		return fmt.Sprint(d, err), err == nil && d.Status.ReadyReplicas == want
	})
}

func TestADeploymentBecomesReadyAndItsPodsFallIll(t *testing.T) {
	c := kubetest.Use(t)
	namespace := deploy(t, c, "web:1")
	ready(t, c, namespace, 2)
	ill := pods(t, c, namespace)[0]
	if ill.Status.PodIP == "" {
		t.Errorf("pod %s has no address", ill.Name)
	}
	c.Sicken(t, namespace, ill.Name, true)
	ready(t, c, namespace, 1)
	c.Sicken(t, namespace, ill.Name, false)
	ready(t, c, namespace, 2)
}

func TestTheNameOfTheImageSaysWhatBecomesOfAPod(t *testing.T) {
	c := kubetest.Use(t)
	for image, want := range map[string]string{"web-sick:1": "ImagePullBackOff", "web-crash:1": "CrashLoopBackOff"} {
		namespace := deploy(t, c, image)
		eventually(t, image+" has two pods with "+want, func() (string, bool) {
			saw := ""
			for _, p := range pods(t, c, namespace) {
				for _, s := range p.Status.ContainerStatuses {
					saw += s.State.Waiting.Reason
				}
			}
			return saw, saw == want+want
		})
	}
}

func TestJobsEndAsTheirImagesSay(t *testing.T) {
	c := kubetest.Use(t)
	namespace := c.Namespace(t)
	none := int32(0)
	for image, want := range map[string]batch.JobStatus{"job:1": {Succeeded: 1}, "job-fails:1": {Failed: 1}, "job-runs:1": {Active: 1}} {
		pod := template(image)
		pod.Spec.RestartPolicy = core.RestartPolicyNever
		job := &batch.Job{ObjectMeta: metav1.ObjectMeta{GenerateName: "job-"}, Spec: batch.JobSpec{BackoffLimit: &none, Template: pod}}
		job, err := c.Client.BatchV1().Jobs(namespace).Create(t.Context(), job, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, image+" is as wanted", func() (string, bool) {
			now, err := c.Client.BatchV1().Jobs(namespace).Get(t.Context(), job.Name, metav1.GetOptions{})
			if err != nil {
				return err.Error(), false
			}
			s := now.Status
			return fmt.Sprintf("%+v", s), s.Succeeded == want.Succeeded && s.Failed == want.Failed && s.Active == want.Active
		})
	}
}

func TestContainersHaveLogsByTheirNames(t *testing.T) {
	c := kubetest.Use(t)
	namespace := deploy(t, c, "web:1")
	ready(t, c, namespace, 2)
	stream, err := c.Client.CoreV1().Pods(namespace).GetLogs(pods(t, c, namespace)[0].Name, &core.PodLogOptions{}).Stream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	text, err := io.ReadAll(stream)
	if err != nil || !strings.HasPrefix(string(text), "begin\ndone\n") {
		t.Errorf("log = %q, %v", text, err)
	}
}

func TestTheAPIServerComesBackWithAllThatItKnew(t *testing.T) {
	c := kubetest.Use(t)
	namespace := deploy(t, c, "web:1")
	ready(t, c, namespace, 2)
	c.StopAPI()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{}); err == nil {
		t.Error("it answers while it is stopped")
	}
	if err := c.StartAPI(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(pods(t, c, namespace)); got != 2 {
		t.Errorf("%d pods, want 2", got)
	}
	scale := []byte(`{"spec":{"replicas":3}}`)
	if _, err := c.Client.AppsV1().Deployments(namespace).Patch(t.Context(), "web", "application/merge-patch+json", scale, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	ready(t, c, namespace, 3)
}
