package kubernetes_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/kubernetes"
)

const kubeconfig = `
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: test}}]
clusters: [{name: test, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: test, user: {token: secret}}]
`

func TestNewSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(kubeconfig), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kubernetes.New(kubernetes.Config{Account: "prod", Kubeconfig: file, Context: "test"}); err != nil {
		t.Errorf("New = %v, want none", err)
	}
	for _, c := range []struct {
		name, want string
		config     kubernetes.Config
	}{
		{"an account without a name", "has no name", kubernetes.Config{Kubeconfig: file}},
		{"a file that is not there", "no such file", kubernetes.Config{Account: "prod", Kubeconfig: file + "x"}},
		{"a context that is not in the file", `context "stage" does not exist`, kubernetes.Config{Account: "prod", Kubeconfig: file, Context: "stage"}},
		{"a context without a file", "it is of a kubeconfigFile, which is missing", kubernetes.Config{Account: "prod", Context: "test"}},
		{"no file outside of a cluster", "the worker does not run in a cluster", kubernetes.Config{Account: "prod"}},
		{"namespaces, and some to leave out", "tools is none of the account's", kubernetes.Config{Account: "prod", Kubeconfig: file, Namespaces: []string{"shop"}, OmitNamespaces: []string{"tools"}}},
	} {
		if _, err := kubernetes.New(c.config); !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: New = %v, want ErrInvalid and %q", c.name, err, c.want)
		}
	}
}
