package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/gennaker/gennaker"
)

// List returns the server groups in scope, oldest first. AWS cannot be asked
// for the groups of a cluster, so it reads the names of all in the region, and
// looks closer at those in scope.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var mu sync.Mutex // guards list
	var list []gennaker.ServerGroup
	reading := together()
	for _, r := range c.within(scope.Region) {
		reading.Go(func() error {
			found, err := r.list(ctx, scope)
			if err != nil {
				return fmt.Errorf("aws: list server groups in %s: %w", r.Region, err)
			}
			mu.Lock()
			defer mu.Unlock()
			list = append(list, found...)
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	gennaker.SortServerGroups(list)
	return list, nil
}

// largestPage is the most groups that AWS tells at once.
const largestPage = 100

func (r *region) list(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var found []types.AutoScalingGroup
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.groups,
		&autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(largestPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, kinded(err)
		}
		for _, g := range page.AutoScalingGroups {
			if in(scope, *g.AutoScalingGroupName) {
				found = append(found, g)
			}
		}
	}
	return r.look(ctx, found)
}

func in(scope gennaker.Scope, name string) bool {
	m := gennaker.ParseMoniker(name)
	return (scope.Application == "" || scope.Application == m.App) && (scope.Cluster == "" || scope.Cluster == m.Cluster())
}

// Get returns one server group. One that is being deleted is there, with no
// traffic, until AWS has terminated its instances.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var got gennaker.ServerGroup
	err := c.change("get", ref, func(r *region) error {
		g, err := r.group(ctx, ref.Name)
		if err != nil {
			return err
		}
		seen, err := r.look(ctx, []types.AutoScalingGroup{g})
		if err != nil {
			return err
		}
		got = seen[0]
		return nil
	})
	return got, err
}

// group reads a group, or ErrNotFound.
func (r *region) group(ctx context.Context, name string) (types.AutoScalingGroup, error) {
	found, err := r.groups.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{name}})
	if err != nil {
		return types.AutoScalingGroup{}, kinded(err)
	}
	if len(found.AutoScalingGroups) == 0 {
		return types.AutoScalingGroup{}, gennaker.ErrNotFound
	}
	return found.AutoScalingGroups[0], nil
}

// living reads a group that can be changed: one that is being deleted cannot.
func (r *region) living(ctx context.Context, name string) (types.AutoScalingGroup, error) {
	g, err := r.group(ctx, name)
	if err == nil && g.Status != nil {
		return g, fmt.Errorf("%w: it is being deleted: %s", gennaker.ErrNotFound, *g.Status)
	}
	return g, err
}

// look reads all that belongs to groups, and makes server groups of them.
func (r *region) look(ctx context.Context, groups []types.AutoScalingGroup) ([]gennaker.ServerGroup, error) {
	var machines map[string]ec2types.Instance
	var balanced balanced
	reading := together()
	reading.Go(func() (err error) {
		machines, err = r.machines(ctx, groups)
		return err
	})
	reading.Go(func() (err error) {
		balanced, err = r.balanced(ctx, groups)
		return err
	})
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	list := make([]gennaker.ServerGroup, len(groups))
	reading = together()
	for i, g := range groups {
		list[i] = r.serverGroup(g)
		for _, member := range g.Instances {
			list[i].Instances = append(list[i].Instances, see(g, member, machines[*member.InstanceId], balanced))
		}
		reading.Go(func() (err error) {
			list[i].Image, err = r.imageOf(ctx, g, machines)
			return err
		})
	}
	return list, reading.Wait()
}

func (r *region) serverGroup(g types.AutoScalingGroup) gennaker.ServerGroup {
	s := gennaker.ServerGroup{
		Location: r.Location, Name: *g.AutoScalingGroupName, Moniker: gennaker.ParseMoniker(*g.AutoScalingGroupName),
		Capacity: gennaker.Capacity{Min: int(aws.ToInt32(g.MinSize)), Desired: int(aws.ToInt32(g.DesiredCapacity)), Max: int(aws.ToInt32(g.MaxSize))},
		Enabled:  enabled(g), Created: aws.ToTime(g.CreatedTime), Marks: marks(g),
		LoadBalancers: slices.Clone(g.LoadBalancerNames),
	}
	for _, p := range g.SuspendedProcesses {
		s.Suspended = append(s.Suspended, aws.ToString(p.ProcessName))
	}
	slices.Sort(s.Suspended)
	for _, arn := range g.TargetGroupARNs {
		s.LoadBalancers = append(s.LoadBalancers, targetGroupName(arn))
	}
	return s
}

// markPrefix begins the names of all our tags.
const markPrefix = "gennaker:"

func marks(g types.AutoScalingGroup) map[string]string {
	all := map[string]string{}
	for _, t := range g.Tags {
		if key := aws.ToString(t.Key); strings.HasPrefix(key, markPrefix) {
			all[key] = aws.ToString(t.Value)
		}
	}
	return all
}

// targetGroupName is the name in a target group's ARN.
func targetGroupName(arn string) string {
	if parts := strings.Split(arn, "/"); len(parts) == 3 {
		return parts[1]
	}
	return arn
}

// mostInstances is how many instances are described at once.
const mostInstances = 200

// machines reads the instances of groups, by id. One that EC2 does not know,
// not yet or no more, is missing.
func (r *region) machines(ctx context.Context, groups []types.AutoScalingGroup) (map[string]ec2types.Instance, error) {
	var ids []string
	for _, g := range groups {
		ids = append(ids, members(g)...)
	}
	var mu sync.Mutex // guards all
	all := map[string]ec2types.Instance{}
	reading := together()
	for _, piece := range pieces(ids, mostInstances) {
		reading.Go(func() error {
			found, err := r.describe(ctx, piece)
			mu.Lock()
			defer mu.Unlock()
			for _, i := range found {
				all[*i.InstanceId] = i
			}
			return err
		})
	}
	return all, reading.Wait()
}

// describe reads instances. It asks by a filter: asked by id, EC2 tells of
// none if it does not know one of them.
func (r *region) describe(ctx context.Context, ids []string) ([]ec2types.Instance, error) {
	var all []ec2types.Instance
	pages := ec2.NewDescribeInstancesPaginator(r.ec2, &ec2.DescribeInstancesInput{
		Filters: []ec2types.Filter{{Name: aws.String("instance-id"), Values: ids}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, kinded(err)
		}
		for _, reservation := range page.Reservations {
			all = append(all, reservation.Instances...)
		}
	}
	return all, nil
}

// images remembers the image of each version of a launch template: it does not
// change. The zero value is empty.
type images struct {
	mu    sync.Mutex // guards known
	known map[string]string
}

// mostImages bounds what is remembered. What is forgotten is asked again.
const mostImages = 10_000

func (i *images) get(key string) (string, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	id, ok := i.known[key]
	return id, ok
}

func (i *images) put(key, id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil || len(i.known) >= mostImages {
		i.known = map[string]string{}
	}
	i.known[key] = id
}

// imageOf is what the group's instances run: the image of one of them, or that
// of its launch template.
func (r *region) imageOf(ctx context.Context, g types.AutoScalingGroup, machines map[string]ec2types.Instance) (string, error) {
	for _, id := range members(g) {
		if m, ok := machines[id]; ok && m.ImageId != nil {
			return *m.ImageId, nil
		}
	}
	from := templateOf(g)
	if from == nil {
		return "", nil
	}
	version := aws.ToString(from.Version)
	key := *from.LaunchTemplateId + " " + version
	if id, ok := r.images.get(key); ok {
		return id, nil
	}
	d, err := r.templateData(ctx, *from)
	if errors.Is(err, gennaker.ErrNotFound) {
		return "", nil
	}
	id := aws.ToString(d.ImageId)
	if err == nil && !strings.HasPrefix(version, "$") {
		r.images.put(key, id)
	}
	return id, err
}
