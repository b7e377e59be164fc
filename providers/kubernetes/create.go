package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	apps "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// Create makes a ReplicaSet, in one request, which tells the token of the call.
func (c *Cloud) Create(ctx context.Context, q gennaker.CreateServerGroup) error {
	if err := c.create(ctx, q); err != nil {
		return fmt.Errorf("kubernetes: create %s: %w", q.Name, kinded(err))
	}
	return nil
}

func (c *Cloud) create(ctx context.Context, q gennaker.CreateServerGroup) error {
	if !c.has(q.Region) {
		return fmt.Errorf("region %s: %w: it is none of the account's namespaces", q.Region, gennaker.ErrInvalid)
	}
	if made, err := c.ours(ctx, q); made || err != nil {
		return err
	}
	set, err := c.plan(ctx, q)
	if err != nil {
		return err
	}
	_, err = c.typed.AppsV1().ReplicaSets(q.Region).Create(ctx, set, metav1.CreateOptions{})
	if errors.Is(kinded(err), gennaker.ErrExists) { // the answer of an earlier try was lost, or another was faster
		made, lookErr := c.ours(ctx, q)
		if made || lookErr != nil {
			return lookErr
		}
	}
	return err
}

// ours reports whether an earlier try of the call has made it. It is ErrExists
// if another has.
func (c *Cloud) ours(ctx context.Context, q gennaker.CreateServerGroup) (bool, error) {
	set, err := c.typed.AppsV1().ReplicaSets(q.Region).Get(ctx, q.Name, metav1.GetOptions{})
	switch err := kinded(err); {
	case errors.Is(err, gennaker.ErrNotFound):
		return false, nil
	case err != nil:
		return false, err
	case set.DeletionTimestamp != nil:
		return false, fmt.Errorf("%w: a ReplicaSet of that name is still being deleted", gennaker.ErrUnavailable)
	case set.Annotations[annotation(gennaker.MarkToken)] != q.Marks[gennaker.MarkToken]:
		return false, gennaker.ErrExists
	}
	return true, nil
}

// plan is the ReplicaSet to make.
func (c *Cloud) plan(ctx context.Context, q gennaker.CreateServerGroup) (*apps.ReplicaSet, error) {
	if err := q.Capacity.Check(); err != nil {
		return nil, err
	}
	if len(q.Name) > 63 {
		return nil, fmt.Errorf("%w: the name has more than 63 characters, and is to be a label", gennaker.ErrInvalid)
	}
	spec, err := decode(q.Spec)
	if err != nil {
		return nil, err
	}
	set, err := spec.workload()
	if err != nil {
		return nil, err
	}
	balancers, err := c.named(ctx, q.Region, q.LoadBalancers)
	if err != nil {
		return nil, err
	}
	return set, dress(set, q, balancers)
}

// dress makes a ReplicaSet a server group.
func dress(set *apps.ReplicaSet, q gennaker.CreateServerGroup, balancers services) error {
	set.Name, set.Namespace = q.Name, q.Region
	replicas := int32(q.Capacity.Desired)
	own := map[string]string{labelServerGroup: q.Name}
	set.Labels = with(set.Labels, own)
	set.Spec.Replicas, set.Spec.Selector = &replicas, &metav1.LabelSelector{MatchLabels: own}
	traffic, err := balancers.labels()
	if err != nil {
		return err
	}
	template := &set.Spec.Template
	template.Labels = with(template.Labels, own)
	if q.Disabled {
		for label := range traffic {
			delete(template.Labels, label)
		}
	} else {
		template.Labels = with(template.Labels, traffic)
	}
	set.Annotations = with(with(set.Annotations, annotations(q.Marks)), map[string]string{
		noteApplication: q.Moniker.App, noteCluster: "replicaSet " + q.Moniker.Cluster(),
		noteCreated: time.Now().UTC().Format(time.RFC3339Nano),
		noteMin:     strconv.Itoa(q.Capacity.Min), noteMax: strconv.Itoa(q.Capacity.Max),
	})
	if q.Disabled {
		set.Annotations[noteDisabled] = "true"
	}
	if len(balancers) > 0 {
		set.Annotations[noteBalancers] = balancers.note()
	}
	return nil
}

// note is how Spinnaker writes down the Services of a ReplicaSet.
func (s services) note() string {
	var list []string
	for _, one := range s {
		list = append(list, "service "+one.Name)
	}
	text, _ := json.Marshal(list) // cannot fail
	return string(text)
}
