package kubernetes

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/gennaker/gennaker"
)

// priorities say which kinds are applied before others: what others need comes
// first. Any other kind comes last.
var priorities = map[string]int{
	"Namespace": 0,
	"Role":      20, "ClusterRole": 20,
	"RoleBinding": 30, "ClusterRoleBinding": 30, "CustomResourceDefinition": 30, "PodSecurityPolicy": 30,
	"ServiceAccount": 40, "StorageClass": 40, "PersistentVolume": 40, "PriorityClass": 40, "LimitRange": 40,
	"MutatingWebhookConfiguration": 40, "ValidatingWebhookConfiguration": 40,
	"ConfigMap": 50, "Secret": 50, "PersistentVolumeClaim": 50,
	"Service": 70, "Ingress": 70, "NetworkPolicy": 70,
	"APIService":          80,
	"PodDisruptionBudget": 90,
	"Deployment":          100, "StatefulSet": 100, "DaemonSet": 100, "ReplicaSet": 100, "Pod": 100, "Job": 100, "CronJob": 100,
	"PodPreset": 100, "ControllerRevision": 100, "Event": 100,
	"HorizontalPodAutoscaler": 110,
}

const lastPriority = 1000

func priority(kind string) int {
	if p, ok := priorities[kind]; ok {
		return p
	}
	return lastPriority
}

// versionedKinds are those of whom another content gets another name.
var versionedKinds = map[string]bool{"ConfigMap": true, "Secret": true, "ReplicaSet": true, "Pod": true}

// kindName is a kind as Spinnaker's documents name it: replicaSet, or
// widget.example.com for one that is the user's own.
func kindName(k schema.GroupVersionKind) string {
	name := strings.ToLower(k.Kind[:1]) + k.Kind[1:]
	if !strings.Contains(k.Group, ".") || strings.HasSuffix(k.Group, ".k8s.io") {
		return name
	}
	return name + "." + k.Group
}

// resource is how the cluster is asked about a kind.
type resource struct {
	kind       schema.GroupVersionKind
	namespaced bool
	plural     string // as in addresses
	client     dynamic.NamespaceableResourceInterface
}

// in is the client for a namespace; the kind may be in none.
func (r resource) in(namespace string) dynamic.ResourceInterface {
	if !r.namespaced {
		return r.client
	}
	return r.client.Namespace(namespace)
}

// resourceOf finds the kind that a manifest or a reference names. One that is
// not known is looked for again: its definition may be new.
func (c *Cloud) resourceOf(find func() (*meta.RESTMapping, error)) (resource, error) {
	m, err := find()
	if meta.IsNoMatchError(err) {
		c.mapper.Reset()
		m, err = find()
	}
	if err != nil {
		return resource{}, kinded(err)
	}
	return resource{m.GroupVersionKind, m.Scope.Name() == meta.RESTScopeNameNamespace, m.Resource.Resource, c.dynamic.Resource(m.Resource)}, nil
}

// ofManifest finds the kind of a manifest.
func (c *Cloud) ofManifest(k schema.GroupVersionKind) (resource, error) {
	return c.resourceOf(func() (*meta.RESTMapping, error) { return c.mapper.RESTMapping(k.GroupKind(), k.Version) })
}

// ofKind finds a kind by the name that a document gives it.
func (c *Cloud) ofKind(name string) (resource, error) {
	word, group, _ := strings.Cut(name, ".")
	if word == "" {
		return resource{}, fmt.Errorf("%w: there is no kind", gennaker.ErrInvalid)
	}
	return c.resourceOf(func() (*meta.RESTMapping, error) {
		k, err := c.mapper.KindFor(schema.GroupVersionResource{Group: group, Resource: strings.ToLower(word)})
		if err != nil {
			return nil, err
		}
		return c.mapper.RESTMapping(k.GroupKind(), k.Version)
	})
}

// at finds the kind of a reference, and the namespace that it means.
func (c *Cloud) at(ref gennaker.ManifestRef) (resource, dynamic.ResourceInterface, error) {
	r, err := c.ofKind(ref.Kind)
	if err != nil {
		return r, nil, err
	}
	namespace, err := c.namespace(r, ref.Namespace)
	return r, r.in(namespace), err
}

// namespace is where an object is; the account must have it.
func (c *Cloud) namespace(r resource, named string) (string, error) {
	switch {
	case !r.namespaced:
		return "", nil
	case named == "":
		named = metav1.NamespaceDefault
	}
	if !c.has(named) {
		return "", fmt.Errorf("%w: namespace %s is none of the account's", gennaker.ErrDenied, named)
	}
	return named, nil
}

// refTo names an object.
func (c *Cloud) refTo(o *unstructured.Unstructured) gennaker.ManifestRef {
	return gennaker.ManifestRef{Account: c.account, Namespace: o.GetNamespace(), Kind: kindName(o.GroupVersionKind()), Name: o.GetName()}
}
