package kubernetes_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/providertest"
)

// documentedRole is the role in the documentation.
func documentedRole(t *testing.T) *rbac.Role { return roleIn(t, "../../docs/providers/kubernetes.md") }

// roleIn is the role in a page of the documentation.
func roleIn(t *testing.T, file string) *rbac.Role {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n")
	text, _, found := strings.Cut(rest, "```")
	var role rbac.Role
	if err := yaml.UnmarshalStrict([]byte(text), &role); err != nil || !found || len(role.Rules) == 0 {
		t.Fatalf("the documentation has no role: %v", err)
	}
	return &role
}

// permit makes the service account gennaker, which may do what the role in the
// documentation says.
func (a *account) permit() {
	a.t.Helper()
	account := &core.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "gennaker"}}
	if _, err := a.cluster.Client.CoreV1().ServiceAccounts(a.namespace).Create(a.t.Context(), account, metav1.CreateOptions{}); err != nil {
		a.t.Fatal(err)
	}
	a.grant(documentedRole(a.t))
}

// permitManifests lets it do what the stages of manifests need, too.
func (a *account) permitManifests() {
	a.t.Helper()
	a.grant(roleIn(a.t, "../../docs/providers/kubernetes-manifests.md"))
}

// grant gives the service account a role.
func (a *account) grant(role *rbac.Role) {
	a.t.Helper()
	ctx, made := a.t.Context(), metav1.CreateOptions{}
	binding := &rbac.RoleBinding{ObjectMeta: role.ObjectMeta, RoleRef: rbac.RoleRef{APIGroup: rbac.GroupName, Kind: "Role", Name: role.Name},
		Subjects: []rbac.Subject{{Kind: rbac.ServiceAccountKind, Namespace: a.namespace, Name: "gennaker"}}}
	client := a.cluster.Client
	_, err := client.RbacV1().Roles(a.namespace).Create(ctx, role, made)
	if err == nil {
		_, err = client.RbacV1().RoleBindings(a.namespace).Create(ctx, binding, made)
	}
	if err != nil {
		a.t.Fatal(err)
	}
}

// verbs are what Kubernetes calls the methods of HTTP.
var verbs = map[string]string{http.MethodPost: "create", http.MethodPatch: "patch", http.MethodDelete: "delete"}

// permission is what a request needs: "apps/replicasets get".
func permission(r *http.Request) string {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // api/v1/… or apis/GROUP/v1/…, then namespaces/NAME/KIND[/NAME]
	group, rest := "", parts[2:]
	if parts[0] == "apis" {
		group, rest = parts[1], parts[3:]
	}
	verb := verbs[r.Method]
	switch {
	case verb != "":
	case r.URL.Query().Get("watch") == "true":
		verb = "watch"
	case len(rest) > 3:
		verb = "get"
	default:
		verb = "list"
	}
	resource := rest[2]
	if len(rest) > 4 {
		resource += "/" + rest[4]
	}
	return group + "/" + resource + " " + verb
}

// The suite has only that role; here is that it has no more than is used.
func TestTheRoleInTheDocumentationAllowsWhatIsCalledAndNoMore(t *testing.T) {
	a := open(t)
	var mu sync.Mutex
	used := map[string]bool{}
	a.link.Decide(func(r *http.Request) providertest.Fate {
		mu.Lock()
		defer mu.Unlock()
		used[permission(r)] = true
		return providertest.Fate{}
	})
	a.everything()
	var allowed []string
	for _, rule := range documentedRole(t).Rules {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				allowed = append(allowed, rule.APIGroups[0]+"/"+resource+" "+verb)
			}
		}
	}
	slices.Sort(allowed)
	if got := gennaker.SortedKeys(used); !slices.Equal(got, allowed) {
		t.Errorf("what is called needs\n%s\nand the documentation allows\n%s", strings.Join(got, "\n"), strings.Join(allowed, "\n"))
	}
}

// everything makes every call there is, about each kind of server group.
func (a *account) everything() {
	a.t.Helper()
	ctx := a.t.Context()
	ends := a.run(a.t, "ends", jobOf("succeeds", "web:1")).Ref()
	heard(a.t, a.WatchJob(ctx, ends))
	a.over(a.t, ends)
	if err := a.StopJob(ctx, a.run(a.t, "runs", jobOf("web", "web-runs:1")).Ref()); err != nil {
		a.t.Errorf("StopJob = %v", err)
	}
	a.bound(a.t, "plenty", hard("pods", "100"))
	if _, err := a.GetQuota(ctx, a.asking(nil)); err != nil {
		a.t.Errorf("GetQuota = %v", err)
	}
	a.create("shop-web-v000", 2)
	a.deployment("api", map[string]string{"app": "api"})
	a.statefulSet("db")
	for _, name := range []string{"shop-web-v000", "deployment api", "statefulSet db"} {
		ref := a.ref(name)
		g := a.told(a.WatchServerGroup(ctx, ref), name, "up", up(2))
		calls := []func(context.Context) error{
			func(ctx context.Context) error { return a.Enable(ctx, ref) },
			func(ctx context.Context) error { _, err := a.Spec(ctx, ref); return err },
			func(ctx context.Context) error {
				return a.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: ref, Capacity: gennaker.Capacity{Desired: 2, Max: 2}})
			},
			func(ctx context.Context) error {
				return a.TerminateInstances(ctx, gennaker.TerminateInstances{InstancesRef: gennaker.InstancesRef{ServerGroupRef: ref, IDs: []string{g.Instances[0].ID}}})
			},
			func(ctx context.Context) error { _, err := a.ListLoadBalancers(ctx, ""); return err },
			func(ctx context.Context) error { return a.Destroy(ctx, ref) },
		}
		if name == "shop-web-v000" {
			calls = slices.Insert(calls, 0, func(ctx context.Context) error { return a.Disable(ctx, ref) })
		}
		for i, call := range calls {
			if err := call(ctx); err != nil {
				a.t.Errorf("call %d about %s = %v", i, name, err)
			}
		}
	}
}
