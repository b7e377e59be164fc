package kubernetes

import (
	"fmt"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/gennaker/gennaker"
)

// states say of each kind how far its rollout is. What is of no kind here is
// stable as soon as it is there.
var states = map[string]func(*unstructured.Unstructured) (gennaker.Rollout, error){
	"apps/Deployment":  typedState(deploymentState),
	"apps/StatefulSet": typedState(statefulSetState),
	"apps/DaemonSet":   typedState(daemonSetState),
	"apps/ReplicaSet":  typedState(replicaSetState),
	"batch/Job":        typedState(jobState),
	"/Pod":             typedState(podState),

	"apiextensions.k8s.io/CustomResourceDefinition": definitionState,
}

// rolloutOf is how far an object is on the way to what its manifest says.
func rolloutOf(o *unstructured.Unstructured) gennaker.Rollout {
	stable := gennaker.Rollout{State: gennaker.RolloutStable}
	state, ok := states[o.GroupVersionKind().Group+"/"+o.GetKind()]
	if !ok {
		return stable
	}
	r, err := state(o)
	switch {
	case err != nil:
		return runs(gennaker.Rollout{}, "%s", err)
	case o.GetDeletionTimestamp() != nil:
		return runs(r, "it is being deleted")
	}
	return r
}

// typedState reads the object as its type.
func typedState[T any](state func(T) gennaker.Rollout) func(*unstructured.Unstructured) (gennaker.Rollout, error) {
	return func(o *unstructured.Unstructured) (gennaker.Rollout, error) {
		var typed T
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &typed); err != nil {
			return gennaker.Rollout{}, err
		}
		return state(typed), nil
	}
}

func runs(r gennaker.Rollout, format string, args ...any) gennaker.Rollout {
	r.State, r.Reason = gennaker.RolloutRuns, fmt.Sprintf(format, args...)
	return r
}

func fails(r gennaker.Rollout, reason, message string) gennaker.Rollout {
	r.State, r.Reason = gennaker.RolloutFailed, says(reason, message)
	return r
}

const notObserved = "its controller has not seen the change"

func deploymentState(d apps.Deployment) gennaker.Rollout {
	wanted, s := int32(number(d.Spec.Replicas)), d.Status
	r := gennaker.Rollout{State: gennaker.RolloutStable, Ready: int(min(s.UpdatedReplicas, s.ReadyReplicas)), Total: int(wanted)}
	if s.ObservedGeneration < d.Generation {
		return runs(r, "%s", notObserved)
	}
	for _, c := range s.Conditions {
		if c.Type == apps.DeploymentProgressing && c.Status == core.ConditionFalse && c.Reason == "ProgressDeadlineExceeded" {
			return fails(r, c.Reason, c.Message)
		}
	}
	switch {
	case s.UpdatedReplicas < wanted:
		r = runs(r, "%d of %d pods are new", s.UpdatedReplicas, wanted)
	case s.Replicas > s.UpdatedReplicas:
		r = runs(r, "%d old pods are still there", s.Replicas-s.UpdatedReplicas)
	case s.AvailableReplicas < wanted || s.ReadyReplicas < wanted:
		r = runs(r, "%d of %d pods are available", s.AvailableReplicas, wanted)
	case s.UpdatedReplicas > wanted:
		r = runs(r, "%d pods are too many", s.UpdatedReplicas-wanted)
	}
	if d.Spec.Paused && r.State == gennaker.RolloutRuns {
		r.State = gennaker.RolloutPaused
	}
	return r
}

func statefulSetState(set apps.StatefulSet) gennaker.Rollout {
	wanted, s := int32(number(set.Spec.Replicas)), set.Status
	r := gennaker.Rollout{State: gennaker.RolloutStable, Ready: int(s.ReadyReplicas), Total: int(wanted)}
	strategy := set.Spec.UpdateStrategy
	var partition int32
	if strategy.RollingUpdate != nil && strategy.RollingUpdate.Partition != nil {
		partition = *strategy.RollingUpdate.Partition
	}
	switch {
	case s.ObservedGeneration < set.Generation:
		return runs(r, "%s", notObserved)
	case s.ReadyReplicas < wanted:
		return runs(r, "%d of %d pods are ready", s.ReadyReplicas, wanted)
	case s.Replicas > wanted:
		return runs(r, "%d pods are too many", s.Replicas-wanted)
	case strategy.Type == apps.OnDeleteStatefulSetStrategyType:
		return r
	case s.UpdateRevision != s.CurrentRevision && s.UpdatedReplicas < wanted-partition:
		return runs(r, "%d of %d pods are new", s.UpdatedReplicas, wanted-partition)
	case partition == 0 && s.UpdateRevision != s.CurrentRevision:
		return runs(r, "the new revision is not yet the one that counts")
	}
	return r
}

func daemonSetState(set apps.DaemonSet) gennaker.Rollout {
	s := set.Status
	r := gennaker.Rollout{State: gennaker.RolloutStable, Ready: int(s.NumberReady), Total: int(s.DesiredNumberScheduled)}
	byHand := set.Spec.UpdateStrategy.Type == apps.OnDeleteDaemonSetStrategyType
	switch {
	case s.ObservedGeneration < set.Generation:
		return runs(r, "%s", notObserved)
	case !byHand && s.UpdatedNumberScheduled < s.DesiredNumberScheduled:
		return runs(r, "%d of %d pods are new", s.UpdatedNumberScheduled, s.DesiredNumberScheduled)
	case s.NumberAvailable < s.DesiredNumberScheduled:
		return runs(r, "%d of %d pods are available", s.NumberAvailable, s.DesiredNumberScheduled)
	}
	return r
}

func replicaSetState(set apps.ReplicaSet) gennaker.Rollout {
	wanted, s := int32(number(set.Spec.Replicas)), set.Status
	r := gennaker.Rollout{State: gennaker.RolloutStable, Ready: int(s.ReadyReplicas), Total: int(wanted)}
	switch {
	case s.ObservedGeneration < set.Generation:
		return runs(r, "%s", notObserved)
	case s.AvailableReplicas < wanted || s.ReadyReplicas < wanted:
		return runs(r, "%s", first(ofReplicaSet(set).trouble, fmt.Sprintf("%d of %d pods are available", s.AvailableReplicas, wanted)))
	case s.Replicas > wanted:
		return runs(r, "%d pods are too many", s.Replicas-wanted)
	}
	return r
}

func jobState(j batch.Job) gennaker.Rollout {
	total := int32(1)
	if j.Spec.Completions != nil {
		total = *j.Spec.Completions
	}
	r := gennaker.Rollout{State: gennaker.RolloutStable, Ready: int(j.Status.Succeeded), Total: int(total)}
	for _, c := range j.Status.Conditions {
		switch {
		case c.Status != core.ConditionTrue:
		case c.Type == batch.JobFailed:
			return fails(r, c.Reason, c.Message)
		case c.Type == batch.JobComplete:
			return r
		}
	}
	if j.Spec.Suspend != nil && *j.Spec.Suspend {
		r.State, r.Reason = gennaker.RolloutPaused, "it is suspended"
		return r
	}
	return runs(r, "%d pods run, %d of %d have succeeded", j.Status.Active, j.Status.Succeeded, total)
}

func podState(p core.Pod) gennaker.Rollout {
	r := gennaker.Rollout{State: gennaker.RolloutStable, Total: 1}
	check := ofPod(p)
	switch {
	case p.Status.Phase == core.PodSucceeded:
		return r
	case p.Status.Phase == core.PodFailed:
		return fails(r, first(p.Status.Reason, "it has failed"), p.Status.Message)
	case check.Health != gennaker.Up:
		return runs(r, "%s", check.Reason)
	}
	r.Ready = 1
	return r
}

// definitionState is that of the definition of a kind.
func definitionState(o *unstructured.Unstructured) (gennaker.Rollout, error) {
	conditions, _, err := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, one := range conditions {
		c, _ := one.(map[string]any)
		message, _ := c["message"].(string)
		switch {
		case c["type"] == "Established" && c["status"] == "True":
			return gennaker.Rollout{State: gennaker.RolloutStable}, nil
		case c["type"] == "NamesAccepted" && c["status"] == "False":
			return fails(gennaker.Rollout{}, "its names are taken", message), nil
		}
	}
	return runs(gennaker.Rollout{}, "its kind is not established"), err
}
