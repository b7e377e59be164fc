package korifitest

import (
	"flag"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/providers/kubernetes/kubetest"
)

// inside is set for a program that is in a network of its own.
const inside = "GENNAKER_KORIFI_INSIDE"

// Inside reports whether the test runs in a network of its own. If not, it runs
// the test there, in another process of this program, whose end is the test's:
// Korifi listens on fixed ports of all interfaces, where nobody else shall
// reach it. What Korifi needs is built before, since that network leads nowhere.
func Inside(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		if err := raiseLoopback(); err != nil {
			t.Fatalf("raise the loopback interface: %v", err)
		}
		return true
	}
	for _, build := range []func(io.Writer) (string, error){kubetest.Tools, Tools} {
		if _, err := build(os.Stderr); err != nil {
			t.Fatal(err)
		}
	}
	again := exec.Command(os.Args[0], append(arguments(), "-test.run="+pattern(t))...)
	again.Env = append(os.Environ(), inside+"=1")
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	if err := isolate(again); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread() // the process dies with the thread that started it
	defer runtime.UnlockOSThread()
	if err := again.Start(); err != nil {
		t.Fatalf("start the test in a network of its own, which needs root, or that others may make user namespaces "+
			"(sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0): %v", err)
	}
	if err := again.Wait(); err != nil {
		t.Errorf("the test in a network of its own: %v", err)
	}
	return false
}

// arguments are those of this program, but for the file that `go test` alone
// may write.
func arguments() []string {
	return slices.DeleteFunc(slices.Clone(os.Args[1:]), func(a string) bool { return strings.HasPrefix(a, "-test.testlogfile") })
}

// pattern selects this test, and of its parts those that were asked for.
func pattern(t *testing.T) string {
	_, parts, some := strings.Cut(flag.Lookup("test.run").Value.String(), "/")
	if some {
		parts = "/" + parts
	}
	return "^" + t.Name() + "$" + parts
}
