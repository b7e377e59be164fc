package kubernetes

import (
	"context"
	"fmt"
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/gennaker/gennaker"
)

// kind is a kind of workload that is seen as a server group.
type kind string

const (
	replicaSet  kind = "replicaSet"
	deployment  kind = "deployment"
	statefulSet kind = "statefulSet"
)

// group is a workload as a server group.
type group struct {
	kind     kind
	meta     metav1.ObjectMeta
	replicas int
	observed int64 // the generation that its controller has seen
	selector *metav1.LabelSelector
	template core.PodTemplateSpec
	minReady int32              // seconds that a pod must be ready to count
	owners   map[types.UID]bool // of its pods
	trouble  string
}

// name is the server group's. Those that are not ReplicaSets have their kind
// in it, so that none is in the cluster of ReplicaSets.
func (g group) name() string {
	if g.kind == replicaSet {
		return g.meta.Name
	}
	return string(g.kind) + " " + g.meta.Name
}

// split is a server group's name as the kind and name of an object.
func split(name string) (kind, string) {
	if word, rest, ok := strings.Cut(name, " "); ok {
		for _, k := range []kind{replicaSet, deployment, statefulSet} {
			if strings.EqualFold(word, string(k)) {
				return k, rest
			}
		}
	}
	return replicaSet, name
}

// in reports whether a server group is in scope.
func (g group) in(s gennaker.Scope) bool {
	m := gennaker.ParseMoniker(g.name())
	app := first(g.meta.Annotations[noteApplication], gennaker.ParseMoniker(g.meta.Name).App)
	return (s.Application == "" || s.Application == app) && (s.Cluster == "" || s.Cluster == m.Cluster())
}

func ofReplicaSet(s apps.ReplicaSet) group {
	g := group{kind: replicaSet, meta: s.ObjectMeta, replicas: number(s.Spec.Replicas), observed: s.Status.ObservedGeneration,
		selector: s.Spec.Selector, template: s.Spec.Template, minReady: s.Spec.MinReadySeconds, owners: map[types.UID]bool{s.UID: true}}
	for _, c := range s.Status.Conditions {
		if c.Type == apps.ReplicaSetReplicaFailure && c.Status == core.ConditionTrue {
			g.trouble = c.Reason + ": " + c.Message
		}
	}
	return g
}

// ofDeployment takes the ReplicaSets of the namespace: pods belong to those.
func ofDeployment(d apps.Deployment, sets []apps.ReplicaSet) group {
	g := group{kind: deployment, meta: d.ObjectMeta, replicas: number(d.Spec.Replicas), observed: d.Status.ObservedGeneration,
		selector: d.Spec.Selector, template: d.Spec.Template, minReady: d.Spec.MinReadySeconds, owners: map[types.UID]bool{}}
	for _, s := range sets {
		if owner := metav1.GetControllerOf(&s); owner != nil && owner.UID == d.UID {
			g.owners[s.UID] = true
		}
	}
	for _, c := range d.Status.Conditions {
		failed := c.Type == apps.DeploymentReplicaFailure && c.Status == core.ConditionTrue
		if failed || c.Type == apps.DeploymentProgressing && c.Status == core.ConditionFalse {
			g.trouble = c.Reason + ": " + c.Message
		}
	}
	return g
}

func ofStatefulSet(s apps.StatefulSet) group {
	return group{kind: statefulSet, meta: s.ObjectMeta, replicas: number(s.Spec.Replicas), observed: s.Status.ObservedGeneration,
		selector: s.Spec.Selector, template: s.Spec.Template, minReady: s.Spec.MinReadySeconds, owners: map[types.UID]bool{s.UID: true}}
}

// number is how many replicas are wanted; Kubernetes' default is one.
func number(replicas *int32) int {
	if replicas == nil {
		return 1
	}
	return int(*replicas)
}

// find reads one workload, by the name of the server group.
func (c *Cloud) find(ctx context.Context, ref gennaker.ServerGroupRef) (group, error) {
	if !c.has(ref.Region) {
		return group{}, fmt.Errorf("%w: namespace %s is none of the account's", gennaker.ErrNotFound, ref.Region)
	}
	k, name := split(ref.Name)
	switch k {
	case deployment:
		return c.findDeployment(ctx, ref.Region, name)
	case statefulSet:
		s, err := c.typed.AppsV1().StatefulSets(ref.Region).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return group{}, kinded(err)
		}
		return ofStatefulSet(*s), nil
	}
	s, err := c.typed.AppsV1().ReplicaSets(ref.Region).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return group{}, kinded(err)
	}
	return ofReplicaSet(*s), nil
}

func (c *Cloud) findDeployment(ctx context.Context, namespace, name string) (group, error) {
	d, err := c.typed.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return group{}, kinded(err)
	}
	sets, err := c.replicaSets(ctx, namespace, metav1.FormatLabelSelector(d.Spec.Selector))
	if err != nil {
		return group{}, err
	}
	return ofDeployment(*d, sets), nil
}
