package kubernetes

import (
	"context"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// page is how many objects are asked for at a time.
const page = 500

// list is a list of objects, as client-go has them.
type list interface {
	runtime.Object
	GetContinue() string
}

// all reads a list to its end, of the objects whose labels the selector fits.
func all[L list, T any](ctx context.Context, selector string, ask func(context.Context, metav1.ListOptions) (L, error), items func(L) []T) ([]T, error) {
	var found []T
	for o := (metav1.ListOptions{LabelSelector: selector, Limit: page}); ; {
		got, err := ask(ctx, o)
		if err != nil {
			return nil, kinded(err)
		}
		found = append(found, items(got)...)
		if o.Continue = got.GetContinue(); o.Continue == "" {
			return found, nil
		}
	}
}

func (c *Cloud) replicaSets(ctx context.Context, namespace, selector string) ([]apps.ReplicaSet, error) {
	return all(ctx, selector, c.typed.AppsV1().ReplicaSets(namespace).List, func(l *apps.ReplicaSetList) []apps.ReplicaSet { return l.Items })
}

func (c *Cloud) deployments(ctx context.Context, namespace string) ([]apps.Deployment, error) {
	return all(ctx, "", c.typed.AppsV1().Deployments(namespace).List, func(l *apps.DeploymentList) []apps.Deployment { return l.Items })
}

func (c *Cloud) statefulSets(ctx context.Context, namespace string) ([]apps.StatefulSet, error) {
	return all(ctx, "", c.typed.AppsV1().StatefulSets(namespace).List, func(l *apps.StatefulSetList) []apps.StatefulSet { return l.Items })
}

func (c *Cloud) pods(ctx context.Context, namespace, selector string) ([]core.Pod, error) {
	return all(ctx, selector, c.typed.CoreV1().Pods(namespace).List, func(l *core.PodList) []core.Pod { return l.Items })
}

func (c *Cloud) resourceQuotas(ctx context.Context, namespace string) ([]core.ResourceQuota, error) {
	return all(ctx, "", c.typed.CoreV1().ResourceQuotas(namespace).List, func(l *core.ResourceQuotaList) []core.ResourceQuota { return l.Items })
}

func (c *Cloud) limitRanges(ctx context.Context, namespace string) ([]core.LimitRange, error) {
	return all(ctx, "", c.typed.CoreV1().LimitRanges(namespace).List, func(l *core.LimitRangeList) []core.LimitRange { return l.Items })
}

func (c *Cloud) services(ctx context.Context, namespace string) (services, error) {
	return all(ctx, "", c.typed.CoreV1().Services(namespace).List, func(l *core.ServiceList) []core.Service { return l.Items })
}

func (c *Cloud) ingresses(ctx context.Context, namespace string) ([]networking.Ingress, error) {
	return all(ctx, "", c.typed.NetworkingV1().Ingresses(namespace).List, func(l *networking.IngressList) []networking.Ingress { return l.Items })
}

func (c *Cloud) slices(ctx context.Context, namespace string) ([]discovery.EndpointSlice, error) {
	return all(ctx, discovery.LabelServiceName, c.typed.DiscoveryV1().EndpointSlices(namespace).List,
		func(l *discovery.EndpointSliceList) []discovery.EndpointSlice { return l.Items })
}
