// Package kubetest is a real Kubernetes for tests: its own API server, etcd,
// controllers and scheduler, on this machine. Only the nodes are played, by
// kwok: pods become ready at once, run nothing, and go when they are deleted.
//
//	func TestMain(m *testing.M) { os.Exit(kubetest.Run(m)) }
//
//	func TestX(t *testing.T) {
//		cluster := kubetest.Use(t)          // started once for all tests of the package
//		namespace := cluster.Namespace(t)   // the test's own
//		account := kubernetes.Config{Kubeconfig: cluster.Kubeconfig(), …}
//		cluster.Client                      // a client of the administrator's
//	}
//
// What becomes of a pod is chosen by the names of its images, before the tag:
//
//	web:1         runs and is ready; the pod of a Job ends with status 0
//	web-sick:1    never starts: ImagePullBackOff
//	web-crash:1   ends and starts again: CrashLoopBackOff
//	web-fails:1   the pod of a Job ends with status 3
//	web-runs:1    the pod of a Job does not end by itself
//
// A ready pod falls ill by Sicken. The log of a container is the file of its
// name in the folder logs. RestartAPI ends the API server in the middle of
// everything and starts it again; what else runs at the time feels it, so the
// test must not be a parallel one.
//
// The programs are built by deploy/kube-targets.sh, once on a machine.
package kubetest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// shared is the control plane of this test program.
var shared struct {
	once    sync.Once
	cluster *Cluster
	err     error
	dir     string
}

// Run runs the tests of a package, and ends what they have used. It returns
// the status to exit with.
func Run(m *testing.M) int {
	defer func() {
		if shared.cluster != nil {
			shared.cluster.Stop()
		}
		if shared.dir != "" {
			_ = os.RemoveAll(shared.dir)
		}
	}()
	return m.Run()
}

// Use returns the control plane of this test program. The first that asks
// waits until it is there.
func Use(t testing.TB) *Cluster {
	t.Helper()
	shared.once.Do(func() { shared.cluster, shared.err = startShared() })
	if shared.err != nil {
		t.Fatalf("this test needs Kubernetes: %v", shared.err)
	}
	return shared.cluster
}

func startShared() (*Cluster, error) {
	tools, err := Tools(os.Stderr)
	if err != nil {
		return nil, err
	}
	if shared.dir, err = os.MkdirTemp("", "gennaker-kube-"); err != nil {
		return nil, err
	}
	for range 3 { // another may have taken a port that was free
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		cluster, startErr := Start(ctx, tools, shared.dir)
		cancel()
		if startErr == nil {
			return cluster, nil
		}
		err = startErr
	}
	return nil, fmt.Errorf("it does not start: %w", err)
}
