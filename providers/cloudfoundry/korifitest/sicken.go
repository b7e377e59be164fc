package korifitest

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What the containers of an app's instances are said to be. Those that crash
// again and again are ill.
const (
	ill  = `{"status":{"conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[{"name":"application","ready":false,"state":{"running":null,"waiting":{"reason":"CrashLoopBackOff"}}}]}}`
	well = `{"status":{"conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"application","ready":true,"state":{"running":{},"waiting":null}}]}}`
)

// Sicken has the instances of all apps crash again and again, or run again.
func (s *Server) Sicken(t testing.TB, sick bool) {
	t.Helper()
	pods := s.cluster.Client.CoreV1()
	found, err := pods.Pods("").List(t.Context(), metav1.ListOptions{LabelSelector: "korifi.cloudfoundry.org/app-guid"})
	if err != nil {
		t.Fatalf("instances: %v", err)
	}
	status := map[bool]string{true: ill, false: well}[sick]
	for _, p := range found.Items {
		_, err := pods.Pods(p.Namespace).Patch(t.Context(), p.Name, "application/strategic-merge-patch+json", []byte(status), metav1.PatchOptions{}, "status")
		if err != nil {
			t.Fatalf("instance %s: %v", p.Name, err)
		}
	}
}
