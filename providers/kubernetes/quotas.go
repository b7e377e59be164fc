package kubernetes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	needs "k8s.io/component-helpers/resource"

	"github.com/gennaker/gennaker"
)

// GetQuota is what the ResourceQuotas of a namespace leave for pods of a block,
// as the admission of the API server counts them.
func (c *Cloud) GetQuota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error) {
	quota, err := c.quota(ctx, q)
	if err != nil {
		return gennaker.Quota{}, fmt.Errorf("kubernetes: quota of %s: %w", q.Region, kinded(err))
	}
	return quota, nil
}

func (c *Cloud) quota(ctx context.Context, q gennaker.QuotaQuery) (gennaker.Quota, error) {
	if !c.has(q.Region) {
		return gennaker.Quota{}, fmt.Errorf("%w: it is none of the account's namespaces", gennaker.ErrInvalid)
	}
	pod, err := podOf(q.Spec)
	if err != nil {
		return gennaker.Quota{}, err
	}
	quotas, err := c.resourceQuotas(ctx, q.Region)
	if err != nil {
		return gennaker.Quota{}, err
	}
	unknown := fmt.Sprintf("namespace %s has no ResourceQuota that counts these pods", q.Region)
	if len(quotas) == 0 {
		return gennaker.Quota{Limit: unknown}, nil
	}
	ranges, err := c.limitRanges(ctx, q.Region)
	if err != nil {
		return gennaker.Quota{}, err
	}
	assume(pod, ranges)
	return gennaker.Tightest(allowances(quotas, pod), unknown), nil
}

// podOf is a pod of a block.
func podOf(block map[string]any) (*core.Pod, error) {
	spec, err := decode(block)
	if err != nil {
		return nil, err
	}
	set, err := spec.workload()
	if err != nil {
		return nil, err
	}
	return &core.Pod{Spec: set.Spec.Template.Spec}, nil
}

// assume gives the containers of a pod what they ask for by default: what their
// limits are, or else what the namespace says.
func assume(pod *core.Pod, ranges []core.LimitRange) {
	for _, list := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			of := &list[i].Resources
			of.Requests = completed(of.Requests, of.Limits)
			for _, r := range ranges {
				for _, item := range r.Spec.Limits {
					if item.Type == core.LimitTypeContainer {
						of.Limits, of.Requests = completed(of.Limits, item.Default), completed(of.Requests, item.DefaultRequest)
					}
				}
			}
		}
	}
}

// completed is a list with those of another that it has not.
func completed(list, other core.ResourceList) core.ResourceList {
	all := core.ResourceList{}
	for _, one := range []core.ResourceList{other, list} {
		for name, amount := range one {
			all[name] = amount
		}
	}
	return all
}

// asked is what one pod counts for, by the names that quotas have for it.
func asked(pod *core.Pod) core.ResourceList {
	one := quantity.MustParse("1")
	all := core.ResourceList{core.ResourcePods: one, "count/pods": one}
	for name, amount := range needs.PodRequests(pod, needs.PodResourcesOptions{}) {
		all[name], all["requests."+name] = amount, amount
	}
	for name, amount := range needs.PodLimits(pod, needs.PodResourcesOptions{}) {
		all["limits."+name] = amount
	}
	return all
}

// mustAsk are the resources that a pod must say something about where a quota
// bounds them.
var mustAsk = []core.ResourceName{core.ResourceCPU, core.ResourceMemory, core.ResourceRequestsCPU, core.ResourceRequestsMemory,
	core.ResourceLimitsCPU, core.ResourceLimitsMemory}

// allowances are what quotas leave for pods like this one.
func allowances(quotas []core.ResourceQuota, pod *core.Pod) []gennaker.Allowance {
	var all []gennaker.Allowance
	asks := asked(pod)
	for _, q := range quotas {
		if !counts(q, pod) {
			continue
		}
		for name, hard := range q.Status.Hard {
			used := q.Status.Used[name]
			each, ok := asks[name]
			where := fmt.Sprintf("%s by quota %s", q.Namespace, q.Name)
			a := gennaker.Allowance{Text: gennaker.AllowanceText(string(name), where, used.String(), hard.String()),
				Limit: hard.AsApproximateFloat64(), Used: used.AsApproximateFloat64(), Each: each.AsApproximateFloat64()}
			switch {
			case !ok && slices.Contains(mustAsk, name):
				a = gennaker.Allowance{Text: fmt.Sprintf("%s in %s: pods must say how much they want", name, where), Each: 1}
			case name == "count/replicasets.apps" && hard.Cmp(used) <= 0: // a server group is one
				a.Limit, a.Used, a.Each = 0, 0, 1
			}
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b gennaker.Allowance) int { return strings.Compare(a.Text, b.Text) }) // of equals always the same
	return all
}
