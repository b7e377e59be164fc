package kubernetes

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"

	"github.com/gennaker/gennaker"
)

// The health providers, as Spinnaker's documents name them.
const (
	checkPod     = "KubernetesPod"
	checkService = "KubernetesService"
)

// instance is a pod as an instance, with its health from all sources: what it
// says itself, and what each Service does with it.
func (s surroundings) instance(p core.Pod, balancers services, enabled bool) gennaker.Instance {
	i := gennaker.Instance{ID: p.Name, Launched: p.CreationTimestamp.Time, Address: address(p), Checks: []gennaker.Check{ofPod(p)}}
	for _, b := range balancers {
		i.Checks = append(i.Checks, s.endpoints.ofService(b, p))
	}
	if len(balancers) == 0 && !enabled {
		i.Checks = append(i.Checks, gennaker.Check{Provider: checkService, Health: gennaker.OutOfService, Reason: "the server group is disabled"})
	}
	total := sum(i.Checks)
	i.Health, i.Reason = total.Health, total.Reason
	return i
}

// worst orders what speaks against a pod: requests that it still answers come
// before all.
var worst = []gennaker.Health{gennaker.Draining, gennaker.Down, gennaker.Starting, gennaker.OutOfService, gennaker.Up}

// sum is the worst of the checks.
func sum(checks []gennaker.Check) gennaker.Check {
	for _, h := range worst {
		if at := slices.IndexFunc(checks, func(c gennaker.Check) bool { return c.Health == h }); at >= 0 {
			return checks[at]
		}
	}
	return gennaker.Check{Health: gennaker.Unknown}
}

// ofPod is what the pod says: whether it is ready, and if not, why.
func ofPod(p core.Pod) gennaker.Check {
	ready := condition(p, core.PodReady)
	switch {
	case p.DeletionTimestamp != nil:
		return gennaker.Check{Provider: checkPod, Health: gennaker.Draining, Reason: "it is being deleted"}
	case ready.Status == core.ConditionTrue:
		return gennaker.Check{Provider: checkPod, Health: gennaker.Up}
	}
	if c, ok := troubled(p); ok {
		return c
	}
	if scheduled := condition(p, core.PodScheduled); scheduled.Status == core.ConditionFalse {
		return starting(scheduled.Reason, scheduled.Message)
	}
	if p.Status.Phase != core.PodRunning || !started(p) {
		return starting(cmp.Or(ready.Reason, string(p.Status.Phase)), ready.Message)
	}
	return gennaker.Check{Provider: checkPod, Health: gennaker.Down, Reason: says(cmp.Or(ready.Reason, "it is not ready"), ready.Message)}
}

func starting(reason, message string) gennaker.Check {
	return gennaker.Check{Provider: checkPod, Health: gennaker.Starting, Reason: says(reason, message)}
}

// normal are the reasons to wait of a container that is on its way.
var normal = []string{"ContainerCreating", "PodInitializing", ""}

// troubled says that a container cannot start, or does not stay.
func troubled(p core.Pod) (gennaker.Check, bool) {
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		if w := s.State.Waiting; w != nil && !slices.Contains(normal, w.Reason) {
			return gennaker.Check{Provider: checkPod, Health: gennaker.Down, Reason: says(w.Reason, w.Message)}, true
		}
	}
	return gennaker.Check{}, false
}

// started reports whether all containers have started, by their startup probes.
func started(p core.Pod) bool {
	return !slices.ContainsFunc(p.Status.ContainerStatuses, func(s core.ContainerStatus) bool { return s.Started != nil && !*s.Started })
}

func says(reason, message string) string {
	if message == "" {
		return reason
	}
	return reason + ": " + message
}

func condition(p core.Pod, kind core.PodConditionType) core.PodCondition {
	for _, c := range p.Status.Conditions {
		if c.Type == kind {
			return c
		}
	}
	return core.PodCondition{}
}

// address is where the pod's first port is, or the pod.
func address(p core.Pod) string {
	for _, c := range p.Spec.Containers {
		if p.Status.PodIP != "" && len(c.Ports) > 0 {
			return net.JoinHostPort(p.Status.PodIP, strconv.Itoa(int(c.Ports[0].ContainerPort)))
		}
	}
	return p.Status.PodIP
}

// endpoints are what Services send traffic to: by namespace/service and pod.
type endpoints map[string]map[string]discovery.EndpointConditions

func endpointsOf(slices []discovery.EndpointSlice) endpoints {
	all := endpoints{}
	for _, s := range slices {
		service := s.Namespace + "/" + s.Labels[discovery.LabelServiceName]
		if all[service] == nil {
			all[service] = map[string]discovery.EndpointConditions{}
		}
		for _, e := range s.Endpoints {
			if e.TargetRef != nil {
				all[service][e.TargetRef.Name] = e.Conditions
			}
		}
	}
	return all
}

// ofService is what a Service does with a pod. Between the labels of the pod
// and the traffic lie the endpoints, which follow after a moment.
func (e endpoints) ofService(s core.Service, p core.Pod) gennaker.Check {
	chosen := chooses(s, p.Labels)
	at, listed := e[s.Namespace+"/"+s.Name][p.Name]
	ready := listed && (at.Ready == nil || *at.Ready)
	check := func(h gennaker.Health, reason string) gennaker.Check {
		if reason != "" {
			reason = fmt.Sprintf("Service %s: %s", s.Name, reason)
		}
		return gennaker.Check{Provider: checkService, Health: h, Reason: reason}
	}
	switch {
	case at.Terminating != nil && *at.Terminating:
		return check(gennaker.Draining, "it goes away")
	case chosen && ready:
		return check(gennaker.Up, "")
	case chosen:
		return check(gennaker.Starting, "it is not among the endpoints that are ready")
	case ready:
		return check(gennaker.Draining, "it is still among the endpoints")
	}
	return check(gennaker.OutOfService, "it does not have the labels that are selected")
}
