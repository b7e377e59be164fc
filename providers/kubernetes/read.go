package kubernetes

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/gennaker/gennaker"
)

// List reads each namespace's workloads, and then, if any is in scope, its pods,
// Services and endpoints.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var list []gennaker.ServerGroup
	for _, namespace := range c.lists(scope.Region) {
		found, err := c.listIn(ctx, namespace, scope)
		if err != nil {
			return nil, fmt.Errorf("kubernetes: list server groups: %w", err)
		}
		list = append(list, found...)
	}
	gennaker.SortServerGroups(list)
	return list, nil
}

func (c *Cloud) listIn(ctx context.Context, namespace string, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	groups, err := c.groups(ctx, namespace, scope)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	s, err := c.surroundings(ctx, namespace, "")
	if err != nil {
		return nil, err
	}
	var list []gennaker.ServerGroup
	for _, g := range groups {
		list = append(list, s.see(c.account, g))
	}
	return list, nil
}

// groups are the workloads in scope: those that no other workload has made.
func (c *Cloud) groups(ctx context.Context, namespace string, scope gennaker.Scope) ([]group, error) {
	sets, err := c.replicaSets(ctx, namespace, "")
	if err != nil {
		return nil, err
	}
	deployments, err := c.deployments(ctx, namespace)
	if err != nil {
		return nil, err
	}
	stateful, err := c.statefulSets(ctx, namespace)
	if err != nil {
		return nil, err
	}
	var found []group
	add := func(g group) {
		if metav1.GetControllerOf(&g.meta) == nil && c.has(g.meta.Namespace) && g.in(scope) {
			found = append(found, g)
		}
	}
	for _, s := range sets {
		add(ofReplicaSet(s))
	}
	for _, d := range deployments {
		add(ofDeployment(d, sets))
	}
	for _, s := range stateful {
		add(ofStatefulSet(s))
	}
	return found, nil
}

// Get reads one server group with its pods.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	g, err := c.find(ctx, ref)
	var s surroundings
	if err == nil {
		s, err = c.surroundings(ctx, ref.Region, metav1.FormatLabelSelector(g.selector))
	}
	if err != nil {
		return gennaker.ServerGroup{}, fmt.Errorf("kubernetes: get %s: %w", ref.Name, err)
	}
	return s.see(c.account, g), nil
}

// surroundings are what decides how server groups are.
type surroundings struct {
	pods      []core.Pod
	services  services
	endpoints endpoints
}

func (c *Cloud) surroundings(ctx context.Context, namespace, podSelector string) (surroundings, error) {
	var s surroundings
	reading, ctx := errgroup.WithContext(ctx)
	reading.Go(func() (err error) { s.pods, err = c.pods(ctx, namespace, podSelector); return err })
	reading.Go(func() (err error) { s.services, err = c.services(ctx, namespace); return err })
	reading.Go(func() error {
		slices, err := c.slices(ctx, namespace)
		s.endpoints = endpointsOf(slices)
		return err
	})
	return s, reading.Wait()
}

// members are the pods of a server group.
func (c *Cloud) members(ctx context.Context, g group) ([]core.Pod, error) {
	pods, err := c.pods(ctx, g.meta.Namespace, metav1.FormatLabelSelector(g.selector))
	return g.members(pods), err
}

// members are those of the pods that its controller counts as its own: not
// those that have ended.
func (g group) members(pods []core.Pod) []core.Pod {
	var members []core.Pod
	for _, p := range pods {
		owner := metav1.GetControllerOf(&p)
		if owner != nil && g.owners[owner.UID] && p.Status.Phase != core.PodSucceeded && p.Status.Phase != core.PodFailed {
			members = append(members, p)
		}
	}
	return members
}

// see is a workload as a server group.
func (s surroundings) see(account string, g group) gennaker.ServerGroup {
	balancers := s.services.of(g)
	enabled := g.enabled(balancers)
	seen := gennaker.ServerGroup{
		Location: gennaker.Location{Account: account, Region: g.meta.Namespace},
		Name:     g.name(), Moniker: gennaker.ParseMoniker(g.name()), Capacity: g.capacity(), Enabled: enabled,
		Created: created(&g.meta), LoadBalancers: balancers.names(), Marks: marks(&g.meta), Trouble: g.trouble,
	}
	_, seen.Resting = g.resting()
	if noted, ok := g.noted(); ok {
		seen.LoadBalancers = noted
	}
	if containers := g.template.Spec.Containers; len(containers) > 0 {
		seen.Image = containers[0].Image
	}
	for _, p := range g.members(s.pods) {
		seen.Instances = append(seen.Instances, s.instance(p, balancers, enabled))
	}
	return seen
}

// enabled reports whether new pods take traffic. Where there are no Services to
// tell, our note does.
func (g group) enabled(balancers services) bool {
	if _, rests := g.resting(); rests || g.meta.DeletionTimestamp != nil {
		return false
	}
	for _, s := range balancers {
		if chooses(s, g.template.Labels) {
			return true
		}
	}
	return len(balancers) == 0 && g.meta.Annotations[noteDisabled] == ""
}

// capacity is how many pods it wants. Kubernetes knows no bounds; ours are
// notes, and what another has scaled it to counts more.
func (g group) capacity() gennaker.Capacity {
	desired := g.replicas
	if wants, rests := g.resting(); rests {
		desired = wants
	}
	bound := func(note string) int {
		if n, err := strconv.Atoi(g.meta.Annotations[note]); err == nil {
			return n
		}
		return desired
	}
	return gennaker.Capacity{Min: min(bound(noteMin), desired), Desired: desired, Max: max(bound(noteMax), desired)}
}
