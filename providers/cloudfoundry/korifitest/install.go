package korifitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	authentication "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What is there before the chart, and what the chart's hooks would make by
// containers: nothing runs in our pods. The administrator is a service account,
// and not the user that the chart knows.
const (
	before = `
{apiVersion: v1, kind: Namespace, metadata: {name: cf}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: korifi}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: korifi-gateway}}
---
{apiVersion: v1, kind: Secret, metadata: {name: images, namespace: cf}, type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: '{"auths":{}}'}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: admin, namespace: cf}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: gennaker, namespace: cf}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: administrator, namespace: cf, annotations: {cloudfoundry.org/propagate-cf-role: "true"}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: korifi-controllers-admin}
subjects: [{kind: ServiceAccount, name: admin, namespace: cf}]
`
	after = `
{apiVersion: korifi.cloudfoundry.org/v1alpha1, kind: RunnerInfo, metadata: {name: statefulset-runner, namespace: cf}, spec: {runnerName: statefulset-runner}}
---
{apiVersion: korifi.cloudfoundry.org/v1alpha1, kind: CFDomain, metadata: {name: default-domain, namespace: cf}, spec: {name: apps.example.com}}
`
)

// The parts of the chart, by kinds. Those of neither are left out: Deployments
// and Services, since the programs run here; jobs; certificates, which we make;
// and the way to the API through a gateway.
var (
	first  = []string{"ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "CustomResourceDefinition"}
	hooked = []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"}
)

// install installs Korifi, and starts it.
func (s *Server) install(ctx context.Context) error {
	c, err := newCertificate()
	if err != nil {
		return err
	}
	s.Transport = trusting(c)
	all, err := chart(ctx, filepath.Join(s.korifi, "chart"))
	if err != nil {
		return fmt.Errorf("render the chart: %w", err)
	}
	for _, apply := range []func() error{
		func() error { return s.applyText(ctx, before) },
		func() error {
			return s.kubectl(ctx, nil, append([]string{"apply", "--server-side"}, s.gateway()...)...)
		},
		func() error { return s.apply(ctx, of(all, first)) },
		func() error {
			return s.kubectl(ctx, nil, "wait", "--for=condition=Established", "customresourcedefinition", "--all")
		},
		func() error { return s.startControllers(ctx, all, c) },
		func() error { return s.apply(ctx, redirected(of(all, hooked), c)) },
		func() error { return s.applyText(ctx, after) },
		func() error { return s.startAPI(ctx, all, c) },
	} {
		if err := apply(); err != nil {
			return err
		}
	}
	return nil
}

// gateway names the files of what Korifi knows of the Gateway API.
func (s *Server) gateway() []string {
	var files []string
	for _, kind := range []string{"gatewayclasses", "gateways", "httproutes", "referencegrants"} {
		files = append(files, "--filename="+filepath.Join(s.korifi, "gateway", "gateway.networking.k8s.io_"+kind+".yaml"))
	}
	return files
}

func of(all []object, kinds []string) []object {
	var some []object
	for _, kind := range kinds {
		for _, o := range all {
			if o.GetKind() == kind {
				some = append(some, o)
			}
		}
	}
	return some
}

// redirected are webhooks that go to where the controllers listen.
func redirected(hooks []object, c certificate) []object {
	for _, o := range hooks {
		list, _, _ := unstructured.NestedSlice(o.Object, "webhooks")
		for _, hook := range list {
			path, _, _ := unstructured.NestedString(hook.(map[string]any), "clientConfig", "service", "path")
			hook.(map[string]any)["clientConfig"] = map[string]any{"url": webhooks + path, "caBundle": c.cert}
		}
		o.Object["webhooks"] = list
	}
	return hooks
}

func (s *Server) applyText(ctx context.Context, text string) error {
	all, err := objects(text)
	if err != nil {
		return err
	}
	return s.apply(ctx, all)
}

func (s *Server) apply(ctx context.Context, all []object) error {
	list := map[string]any{"apiVersion": "v1", "kind": "List", "items": []any{}}
	for _, o := range all {
		list["items"] = append(list["items"].([]any), o.Object)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return s.kubectl(ctx, text, "apply", "--server-side", "--filename=-")
}

func (s *Server) kubectl(ctx context.Context, in []byte, args ...string) error {
	order := exec.CommandContext(ctx, filepath.Join(s.kube, "kubectl"), append(args, "--kubeconfig="+s.cluster.Kubeconfig())...)
	order.Stdin = bytes.NewReader(in)
	if out, err := order.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s: %w\n%s", args[0], err, out)
	}
	return nil
}

// configure writes the files of a ConfigMap of the chart into a folder.
func (s *Server) configure(all []object, name, dir string) error {
	files := map[string][]byte{}
	for _, o := range of(all, []string{"ConfigMap"}) {
		if o.GetName() != name {
			continue
		}
		data, _, _ := unstructured.NestedStringMap(o.Object, "data")
		for file, text := range data {
			files[file] = []byte(corrected(text))
		}
	}
	if len(files) == 0 {
		return fmt.Errorf("the chart has no ConfigMap %s", name)
	}
	return writeAll(dir, files)
}

// corrected is a configuration for where nothing has the name of a service. The
// chart writes k8sclient, and what reads it has another word for it.
func corrected(text string) string {
	text = strings.ReplaceAll(text, "korifi-api-svc.korifi.svc.cluster.local", "localhost:9000")
	return strings.ReplaceAll(text, "k8sclient:", "k8sClient:")
}

func (s *Server) startControllers(ctx context.Context, all []object, c certificate) error {
	if err := s.configure(all, "korifi-controllers-config", s.file("controllers")); err != nil {
		return err
	}
	temporary := s.file("controllers.tmp") // where the certificate must be cannot be told otherwise
	if err := c.write(filepath.Join(temporary, "k8s-webhook-server", "serving-certs")); err != nil {
		return err
	}
	if err := s.run("controllers", "CONTROLLERSCONFIG="+s.file("controllers"), "TMPDIR="+temporary); err != nil {
		return err
	}
	return s.until(ctx, "Korifi's controllers do not answer", s.answers(controllers+"/readyz"))
}

func (s *Server) startAPI(ctx context.Context, all []object, c certificate) error {
	if err := s.configure(all, "korifi-api-config", s.file("api")); err != nil {
		return err
	}
	if err := c.write(s.file("tls")); err != nil {
		return err
	}
	if err := s.run("api", "APICONFIG="+s.file("api"), "CERT_PATH="+s.file("tls"), "INTERNAL_CERT_PATH="+s.file("tls")); err != nil {
		return err
	}
	return s.until(ctx, "Korifi's API does not answer", s.answers(s.URL+"/v3"))
}

// run starts one of Korifi's programs as Kubernetes' administrator.
func (s *Server) run(program string, env ...string) error {
	order := exec.Command(filepath.Join(s.korifi, program))
	order.Env = append(os.Environ(), append(env, "KUBECONFIG="+s.cluster.Kubeconfig())...)
	return s.cluster.Join(order)
}

func (s *Server) tokenOf(ctx context.Context, name string) (string, error) {
	hours := int64(24 * 60 * 60)
	ask := &authentication.TokenRequest{Spec: authentication.TokenRequestSpec{ExpirationSeconds: &hours}}
	got, err := s.cluster.Client.CoreV1().ServiceAccounts("cf").CreateToken(ctx, name, ask, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("the token of %s: %w", name, err)
	}
	return got.Status.Token, nil
}
