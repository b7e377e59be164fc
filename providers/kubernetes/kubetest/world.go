package kubetest

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	authentication "k8s.io/api/authentication/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Namespace makes a namespace for the test. It stays: to delete one, the control
// plane asks for all kinds of things in it, which takes it longer than a test.
func (c *Cluster) Namespace(t testing.TB) string {
	t.Helper()
	c.mu.Lock()
	c.counter++
	name := fmt.Sprintf("test-%d", c.counter)
	c.mu.Unlock()
	space := &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := c.Client.CoreV1().Namespaces().Create(t.Context(), space, metav1.CreateOptions{}); err != nil {
		t.Fatalf("create namespace %s: %v", name, err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		_, err := c.Client.CoreV1().ServiceAccounts(name).Get(t.Context(), "default", metav1.GetOptions{})
		if err == nil { // without it pods are refused
			return name
		}
		if time.Now().After(deadline) {
			t.Fatalf("namespace %s has no service account: %v", name, err)
		}
	}
}

// KubeconfigAt is the path of a kubeconfig of the administrator's for a server
// which is a way to ours, such as a proxy.
func (c *Cluster) KubeconfigAt(t testing.TB, server string) string {
	t.Helper()
	return c.kubeconfig(t, server, c.token)
}

// KubeconfigOf is the path of the kubeconfig of a service account that exists.
func (c *Cluster) KubeconfigOf(t testing.TB, namespace, account string) string {
	t.Helper()
	token, err := c.Client.CoreV1().ServiceAccounts(namespace).CreateToken(t.Context(), account, &authentication.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("token of service account %s: %v", account, err)
	}
	return c.kubeconfig(t, c.URL, token.Status.Token)
}

func (c *Cluster) kubeconfig(t testing.TB, server, token string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := c.writeKubeconfig(path, server, token); err != nil {
		t.Fatalf("write a kubeconfig: %v", err)
	}
	return path
}

// Sicken has a pod fail its readiness probe, or pass it again.
func (c *Cluster) Sicken(t testing.TB, namespace, pod string, ill bool) {
	t.Helper()
	status := map[bool]string{true: "False", false: "True"}[ill]
	patch := fmt.Sprintf(`{"status":{"conditions":[{"type":"Ready","status":%q,"reason":"ContainersNotReady","message":"the readiness probe fails"},{"type":"ContainersReady","status":%q}]}}`, status, status)
	if !ill {
		patch = `{"status":{"conditions":[{"type":"Ready","status":"True","reason":null,"message":null},{"type":"ContainersReady","status":"True"}]}}`
	}
	_, err := c.Client.CoreV1().Pods(namespace).Patch(t.Context(), pod, "application/strategic-merge-patch+json", []byte(patch), metav1.PatchOptions{}, "status")
	if err != nil {
		t.Fatalf("sicken %s: %v", pod, err)
	}
}

// RestartAPI ends the API server and starts it again. It answers when this
// returns.
func (c *Cluster) RestartAPI(t testing.TB) {
	t.Helper()
	c.StopAPI()
	if err := c.StartAPI(t.Context()); err != nil {
		t.Fatalf("start the API server again: %v", err)
	}
}
