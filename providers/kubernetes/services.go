package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/gennaker/gennaker"
)

// services are the load balancers of a server group.
type services []core.Service

// named are the Services of those names, as documents write them: "shop" or
// "service shop". Each must be able to choose pods.
func (c *Cloud) named(ctx context.Context, namespace string, names []string) (services, error) {
	var list services
	for _, name := range names {
		if strings.HasPrefix(strings.ToLower(name), ingressWord) {
			return nil, fmt.Errorf("loadBalancers: %w: %s sends requests to Services, and those choose pods: name the Service", gennaker.ErrInvalid, name)
		}
		s, err := c.typed.CoreV1().Services(namespace).Get(ctx, serviceName(name), metav1.GetOptions{})
		switch err := kinded(err); {
		case errors.Is(err, gennaker.ErrNotFound):
			return nil, fmt.Errorf("loadBalancers: %w: there is no Service %s in namespace %s", gennaker.ErrInvalid, serviceName(name), namespace)
		case err != nil:
			return nil, err
		case len(s.Spec.Selector) == 0:
			return nil, fmt.Errorf("loadBalancers: %w: Service %s has no selector, so it chooses no pods", gennaker.ErrInvalid, s.Name)
		}
		list = append(list, *s)
	}
	return list, nil
}

func serviceName(name string) string {
	if kind, rest, ok := strings.Cut(name, " "); ok && strings.EqualFold(kind, "service") {
		return rest
	}
	return name
}

// labels are those that pods need to have the traffic of all of them.
func (s services) labels() (map[string]string, error) {
	all := map[string]string{}
	for _, one := range s {
		for label, value := range one.Spec.Selector {
			if was, ok := all[label]; ok && was != value {
				return nil, fmt.Errorf("loadBalancers: %w: no pod is chosen by all of them: one wants %s=%s and another %s=%s", gennaker.ErrInvalid, label, was, label, value)
			}
			all[label] = value
		}
	}
	return all, nil
}

func (s services) names() []string {
	var names []string
	for _, one := range s {
		names = append(names, one.Name)
	}
	return names
}

// chooses reports whether a Service sends traffic to pods with these labels.
func chooses(s core.Service, pod map[string]string) bool {
	return len(s.Spec.Selector) > 0 && labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(pod))
}

// of are the Services of a server group: those that it is noted to have, or
// else those that choose its pods.
func (s services) of(g group) services {
	var list services
	noted, ok := g.noted()
	for _, one := range s {
		if one.Namespace == g.meta.Namespace && (ok && slices.Contains(noted, one.Name) || !ok && chooses(one, g.template.Labels)) {
			list = append(list, one)
		}
	}
	return list
}

// noted are the names of the Services that a server group is noted to have.
func (g group) noted() (names []string, ok bool) {
	text, ok := g.meta.Annotations[noteBalancers]
	if !ok {
		return nil, false
	}
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, false
	}
	for i, name := range names {
		names[i] = serviceName(name)
	}
	return names, true
}
