package kubernetes_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	rbac "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/kubernetes"
	"github.com/gennaker/gennaker/providers/providertest"
)

// jobOf is a stage's fields of a job of one container, whose name says what it
// writes and whose image what becomes of it.
func jobOf(container, image string) map[string]any {
	return map[string]any{"manifest": map[string]any{"apiVersion": "batch/v1", "kind": "Job", "spec": map[string]any{
		"backoffLimit": 0, "template": map[string]any{"spec": map[string]any{"restartPolicy": "Never",
			"containers": []any{map[string]any{"name": container, "image": image}}}}}}}
}

// with is the fields with others.
func with(fields map[string]any, name string, value any) map[string]any {
	all := map[string]any{name: value}
	for name, value := range fields {
		if _, ok := all[name]; !ok {
			all[name] = value
		}
	}
	return all
}

var jobSpecs = &providertest.JobSpecs{
	Succeeds: with(jobOf("succeeds", "web:1"), "propertyFile", "succeeds"),
	Fails:    jobOf("fails", "web-fails:1"),
	Runs:     jobOf("web", "web-runs:1"),
	Wrong:    map[string]any{"manifest": map[string]any{"apiVersion": "batch/v1", "kind": "Job", "sepc": map[string]any{}}},
}

func (a *account) run(t *testing.T, name string, spec map[string]any) gennaker.RunJob {
	t.Helper()
	r := gennaker.RunJob{Location: gennaker.In("test", a.namespace), Name: name, Spec: spec, Marks: map[string]string{gennaker.MarkToken: "token-of-" + name}}
	if err := a.RunJob(t.Context(), r); err != nil {
		t.Fatalf("RunJob(%s) = %v", name, err)
	}
	return r
}

// over waits for a job's end.
func (a *account) over(t *testing.T, ref gennaker.JobRef) gennaker.Job {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		j, err := a.GetJob(t.Context(), ref)
		if err != nil {
			t.Fatalf("GetJob(%s) = %v", ref.Name, err)
		}
		if j.State != gennaker.JobRunning {
			return j
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never ended: %+v", ref.Name, j)
		}
	}
}

func (a *account) object(t *testing.T, name string) *batch.Job {
	t.Helper()
	j, err := a.cluster.Client.BatchV1().Jobs(a.namespace).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// changed is a job's fields with the manifest's spec and metadata changed.
func changed(container, image string, spec, metadata map[string]any) map[string]any {
	fields := jobOf(container, image)
	manifest := fields["manifest"].(map[string]any)
	maps.Copy(manifest["spec"].(map[string]any), spec)
	manifest["metadata"] = metadata
	return fields
}

func TestAJobHasItsNameMarksAndTime(t *testing.T) {
	t.Parallel()
	a := open(t)
	a.run(t, "migrate-1", changed("web", "web-runs:1", map[string]any{"ttlSecondsAfterFinished": 60},
		map[string]any{"generateName": "other-", "namespace": "elsewhere", "labels": map[string]any{"team": "shop"}}))
	j := a.object(t, "migrate-1")
	if j.Annotations["gennaker.io/token"] != "token-of-migrate-1" || j.Labels["team"] != "shop" || *j.Spec.TTLSecondsAfterFinished != 3600 {
		t.Errorf("the job is %+v, kept %d seconds", j.ObjectMeta, *j.Spec.TTLSecondsAfterFinished)
	}
}

func TestAJobThatWaitsToBeginCanBeStopped(t *testing.T) {
	t.Parallel()
	a := open(t)
	r := a.run(t, "migrate-2", changed("web", "web:1", map[string]any{"suspend": true}, nil))
	if err := a.StopJob(t.Context(), r.Ref()); err != nil {
		t.Fatal(err)
	}
	if j := a.over(t, r.Ref()); j.State != gennaker.JobFailed || j.Reason != "stopped" {
		t.Errorf("it is %+v, want it failed because it was stopped", j)
	}
}

func TestAJobThatHasEndedIsNotStopped(t *testing.T) {
	t.Parallel()
	a := open(t)
	r := a.run(t, "migrate-3", jobOf("fails", "web-fails:1"))
	a.over(t, r.Ref())
	if err := a.StopJob(t.Context(), r.Ref()); err != nil {
		t.Fatal(err)
	}
	if j := a.over(t, r.Ref()); !strings.HasPrefix(j.Reason, "container fails of pod migrate-3-") || !strings.Contains(j.Reason, "exited with status 3 (BackoffLimitExceeded") {
		t.Errorf("reason = %q", j.Reason)
	}
}

func TestAJobThatTakesTooLongSaysSo(t *testing.T) {
	t.Parallel()
	a := open(t)
	r := a.run(t, "migrate-4", changed("web", "web-runs:1", map[string]any{"activeDeadlineSeconds": 1}, nil))
	if j := a.over(t, r.Ref()); j.State != gennaker.JobFailed || j.ExitCode != nil || !strings.HasPrefix(j.Reason, "DeadlineExceeded: ") {
		t.Errorf("it is %+v", j)
	}
}

func TestPropertiesThatCannotBeReadAreSaid(t *testing.T) {
	t.Parallel()
	a := open(t)
	for _, c := range []struct{ name, container, file, want string }{
		{"migrate-5", "succeeds", "other", "container other: "},
		{"migrate-6", "fails", "fails", ""},
	} {
		r := a.run(t, c.name, with(jobOf(c.container, "web:1"), "propertyFile", c.file))
		j := a.over(t, r.Ref())
		if j.State != gennaker.JobSucceeded || len(j.Properties) > 0 || !strings.HasPrefix(j.PropertiesError, c.want) || (c.want == "") != (j.PropertiesError == "") {
			t.Errorf("%s: properties = %v, error = %q, want %q", c.name, j.Properties, j.PropertiesError, c.want)
		}
	}
	r := a.run(t, "migrate-7", with(jobOf("succeeds", "web:1"), "propertyFile", "succeeds"))
	a.over(t, r.Ref())
	err := a.cluster.Client.CoreV1().Pods(a.namespace).DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "job-name=migrate-7"})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		j := a.over(t, r.Ref())
		if j.State == gennaker.JobSucceeded && strings.Contains(j.PropertiesError, "its pod is gone") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("without its pod the job is %+v", j)
		}
	}
}

// Who may see jobs and not logs sees how they ended.
func TestALogThatIsDeniedIsSaid(t *testing.T) {
	t.Parallel()
	a := open(t)
	r := a.run(t, "migrate-8", with(jobOf("succeeds", "web:1"), "propertyFile", "succeeds"))
	a.over(t, r.Ref())
	ctx, client := t.Context(), a.cluster.Client
	_, err1 := client.CoreV1().ServiceAccounts(a.namespace).Create(ctx, &core.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "sees"}}, metav1.CreateOptions{})
	_, err2 := client.RbacV1().Roles(a.namespace).Create(ctx, &rbac.Role{ObjectMeta: metav1.ObjectMeta{Name: "sees"}, Rules: []rbac.PolicyRule{
		{APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get"}}, {APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: []string{"list"}}}}, metav1.CreateOptions{})
	_, err3 := client.RbacV1().RoleBindings(a.namespace).Create(ctx, &rbac.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "sees"},
		RoleRef:  rbac.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: "sees"},
		Subjects: []rbac.Subject{{Kind: "ServiceAccount", Name: "sees", Namespace: a.namespace}}}, metav1.CreateOptions{})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	cloud := a.as(kubernetes.Config{Kubeconfig: a.cluster.KubeconfigOf(t, a.namespace, "sees"), Namespaces: []string{a.namespace}})
	var j gennaker.Job
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) { // the role counts soon
		var err error
		if j, err = cloud.GetJob(ctx, r.Ref()); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	if j.State != gennaker.JobSucceeded || !strings.HasPrefix(j.Log, "(its log cannot be read: denied: ") || !strings.Contains(j.PropertiesError, "denied: ") {
		t.Errorf("the job is %+v", j)
	}
}

func TestJobsThatAreRefused(t *testing.T) {
	t.Parallel()
	a := open(t)
	elsewhere := gennaker.In("test", "kube-system")
	here := gennaker.In("test", a.namespace)
	for _, c := range []struct {
		name string
		at   gennaker.Location
		spec map[string]any
		want string
	}{
		{"no manifest", here, map[string]any{"command": "ls"}, "manifest: invalid: it is missing"},
		{"another kind", here, map[string]any{"manifest": map[string]any{"apiVersion": "v1", "kind": "Pod"}}, "a Job of batch/v1 is wanted, and it is Pod of v1"},
		{"a misspelt field", here, changed("web", "web:1", map[string]any{"backofLimit": 1}, nil), `unknown field "backofLimit"`},
		{"what the cluster refuses", here, changed("web", "web:1", map[string]any{"backoffLimit": -1}, nil), "spec.backoffLimit: Invalid value: -1"},
		{"a namespace of others", elsewhere, jobOf("web", "web:1"), "namespace kube-system is none of account test"},
	} {
		err := a.RunJob(t.Context(), gennaker.RunJob{Location: c.at, Name: "migrate-9", Spec: c.spec})
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: RunJob = %v, want ErrInvalid with %q", c.name, err, c.want)
		}
	}
}
