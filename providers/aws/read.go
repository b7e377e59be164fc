package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/gennaker/gennaker"
)

// Get returns one server group. One that is being deleted is there, with no
// traffic, until AWS has terminated its instances.
func (c *Cloud) Get(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	var got gennaker.ServerGroup
	err := c.change("get", ref, func(r *region) error {
		g, err := r.group(ctx, ref.Name)
		if err != nil {
			return err
		}
		seen, err := r.look(ctx, []types.AutoScalingGroup{g}, r.survey())
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
	found, err := r.named.get(ctx, name)
	if err != nil {
		return types.AutoScalingGroup{}, err
	}
	g, ok := found[name]
	if !ok {
		return g, gennaker.ErrNotFound
	}
	return g, nil
}

// byName reads groups for all who ask for one.
func (r *region) byName(ctx context.Context, names []string) (map[string]types.AutoScalingGroup, error) {
	found, err := r.describeGroups(ctx, names)
	all := map[string]types.AutoScalingGroup{}
	for _, g := range found {
		all[*g.AutoScalingGroupName] = g
	}
	return all, err
}

// unseen is how long it waits before it looks again for a group that it does
// not see: one that was just made may be missing in an answer.
var unseen = []time.Duration{300 * time.Millisecond, time.Second, 0}

// living reads a group that can be changed: one that is being deleted cannot.
func (r *region) living(ctx context.Context, name string) (types.AutoScalingGroup, error) {
	var g types.AutoScalingGroup
	var err error
	for _, wait := range unseen {
		g, err = r.group(ctx, name)
		if !errors.Is(err, gennaker.ErrNotFound) {
			break
		}
		if err := rest(ctx, wait); err != nil {
			return g, err
		}
	}
	if err == nil && g.Status != nil {
		return g, fmt.Errorf("%w: it is being deleted: %s", gennaker.ErrNotFound, *g.Status)
	}
	return g, err
}

// rest waits for a while, unless the call is given up.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// look reads all that belongs to groups, and makes server groups of them.
func (r *region) look(ctx context.Context, groups []types.AutoScalingGroup, said *survey) ([]gennaker.ServerGroup, error) {
	var machines map[string]ec2types.Instance
	var balanced balanced
	reading := together()
	reading.Go(func() (err error) {
		machines, err = r.machines(ctx, groups)
		return err
	})
	reading.Go(func() (err error) {
		balanced, err = said.of(ctx, groups)
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
		if short(g) {
			reading.Go(func() error {
				list[i].Trouble = r.trouble(ctx, *g.AutoScalingGroupName)
				return nil
			})
		}
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
	key := templateKey(*from) + " " + version
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
