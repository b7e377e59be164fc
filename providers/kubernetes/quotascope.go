package kubernetes

import (
	"slices"

	core "k8s.io/api/core/v1"
)

// counts reports whether a quota counts such pods: those of all its scopes.
func counts(q core.ResourceQuota, pod *core.Pod) bool {
	for _, scope := range q.Spec.Scopes {
		if !inScope(core.ScopedResourceSelectorRequirement{ScopeName: scope, Operator: core.ScopeSelectorOpExists}, pod) {
			return false
		}
	}
	if q.Spec.ScopeSelector != nil {
		for _, scope := range q.Spec.ScopeSelector.MatchExpressions {
			if !inScope(scope, pod) {
				return false
			}
		}
	}
	return true
}

// inScope reports whether a pod is in a scope. Of those that are not here, none
// of our pods is taken to be.
func inScope(scope core.ScopedResourceSelectorRequirement, pod *core.Pod) bool {
	switch scope.ScopeName {
	case core.ResourceQuotaScopeTerminating:
		return pod.Spec.ActiveDeadlineSeconds != nil
	case core.ResourceQuotaScopeNotTerminating:
		return pod.Spec.ActiveDeadlineSeconds == nil
	case core.ResourceQuotaScopeBestEffort:
		return bestEffort(pod)
	case core.ResourceQuotaScopeNotBestEffort:
		return !bestEffort(pod)
	case core.ResourceQuotaScopePriorityClass:
		return ofClass(scope, pod.Spec.PriorityClassName)
	}
	return false
}

// ofClass reports whether the name of a pod's priority class is as a scope says.
func ofClass(scope core.ScopedResourceSelectorRequirement, class string) bool {
	named := slices.Contains(scope.Values, class)
	switch scope.Operator {
	case core.ScopeSelectorOpIn:
		return named
	case core.ScopeSelectorOpNotIn:
		return !named
	case core.ScopeSelectorOpExists:
		return class != ""
	}
	return class == ""
}

// bestEffort reports whether a pod asks for no processors and no memory.
func bestEffort(pod *core.Pod) bool {
	asks := asked(pod)
	for _, name := range mustAsk {
		if amount, ok := asks[name]; ok && !amount.IsZero() {
			return false
		}
	}
	return true
}
