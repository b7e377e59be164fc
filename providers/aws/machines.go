package aws

import (
	"context"
	"maps"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	// mostValues is how many values a filter of EC2 takes.
	mostValues = 200
	// mostMachines is how many instances are on a page.
	mostMachines = 1000
	// groupTag has the name of the group on its instances. AWS puts it there.
	groupTag = "tag:aws:autoscaling:groupName"
)

// machines reads the instances of groups, by id. One that EC2 does not know,
// not yet or no more, is missing. A few are asked for by their ids, and many
// by their groups, of which one request answers for a thousand instances.
func (r *region) machines(ctx context.Context, groups []types.AutoScalingGroup) (map[string]ec2types.Instance, error) {
	var ids, names []string
	for _, g := range groups {
		ids = append(ids, members(g)...)
		if len(g.Instances) > 0 {
			names = append(names, *g.AutoScalingGroupName)
		}
	}
	if len(ids) <= mostValues {
		return r.byID.get(ctx, ids...)
	}
	var mu sync.Mutex // guards all
	all := make(map[string]ec2types.Instance, len(ids))
	reading := together()
	for _, some := range pieces(names, mostValues) {
		reading.Go(func() error {
			found, err := r.describe(ctx, groupTag, some)
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(all, found)
			return err
		})
	}
	return all, reading.Wait()
}

// described reads instances by id for all who ask for some. It asks by a
// filter: asked by id, EC2 tells of none if it does not know one of them.
func (r *region) described(ctx context.Context, ids []string) (map[string]ec2types.Instance, error) {
	return r.describe(ctx, "instance-id", ids)
}

func (r *region) describe(ctx context.Context, filter string, values []string) (map[string]ec2types.Instance, error) {
	all := map[string]ec2types.Instance{}
	pages := ec2.NewDescribeInstancesPaginator(r.ec2, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(mostMachines),
		Filters: []ec2types.Filter{{Name: &filter, Values: values}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, kinded(err)
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				all[*i.InstanceId] = i
			}
		}
	}
	return all, nil
}
