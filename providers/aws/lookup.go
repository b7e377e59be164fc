package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"github.com/gennaker/gennaker"
)

// findImage is the id of an image that is given by id or by name. A name is
// looked up among the account's own images, then those shared with it and
// Amazon's: anybody can publish an image of any name.
func (r *region) findImage(ctx context.Context, name string) (string, error) {
	if strings.HasPrefix(name, "ami-") {
		return name, nil
	}
	named := []types.Filter{{Name: aws.String("name"), Values: []string{pattern(name, "")}}}
	for _, in := range []ec2.DescribeImagesInput{
		{Owners: []string{"self"}, Filters: named},
		{ExecutableUsers: []string{"self"}, Filters: named},
		{Owners: []string{"amazon"}, Filters: named},
	} {
		found, err := r.ec2.DescribeImages(ctx, &in)
		if err != nil {
			return "", fmt.Errorf("image %s: %w", name, kinded(err))
		}
		if len(found.Images) > 0 {
			return oneImage(name, found.Images)
		}
	}
	return "", fmt.Errorf("image %s: %w among the account's own, those shared with it and Amazon's in %s: give its id if it is another's",
		name, gennaker.ErrNotFound, r.Region)
}

func oneImage(name string, found []types.Image) (string, error) {
	if len(found) == 1 {
		return *found[0].ImageId, nil
	}
	var ids []string
	for _, i := range found {
		ids = append(ids, *i.ImageId)
	}
	slices.Sort(ids)
	return "", fmt.Errorf("image %s: %w: there are %s of that name: give the id", name, gennaker.ErrInvalid, strings.Join(ids, " and "))
}

// findTargetGroups are the ARNs of target groups that are given by name or
// ARN, in their order.
func (r *region) findTargetGroups(ctx context.Context, names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		if strings.HasPrefix(name, "arn:") {
			all = append(all, name)
			continue
		}
		found, err := r.elb.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{Names: []string{name}})
		if err != nil {
			return nil, fmt.Errorf("target group %s: %w", name, kinded(err))
		}
		if len(found.TargetGroups) == 0 {
			return nil, fmt.Errorf("target group %s: %w in %s", name, gennaker.ErrNotFound, r.Region)
		}
		all = append(all, *found.TargetGroups[0].TargetGroupArn)
	}
	return all, nil
}

// findSubnets are the subnets of a purpose in zones, or in all zones if none
// are given, and the network that they are in.
func (r *region) findSubnets(ctx context.Context, purpose string, zones []string) (ids []string, network string, err error) {
	pages := ec2.NewDescribeSubnetsPaginator(r.ec2, &ec2.DescribeSubnetsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, "", fmt.Errorf("subnets of type %s: %w", purpose, kinded(err))
		}
		for _, s := range page.Subnets {
			if purposeOf(s) != purpose || len(zones) > 0 && !slices.Contains(zones, aws.ToString(s.AvailabilityZone)) {
				continue
			}
			ids = append(ids, *s.SubnetId)
			network = aws.ToString(s.VpcId)
		}
	}
	if len(ids) == 0 {
		return nil, "", fmt.Errorf("subnetType %s: %w: no subnet of %s has that purpose in %s; a subnet's purpose is in its tag %s, as in {\"purpose\": %q}",
			purpose, gennaker.ErrNotFound, r.Region, strings.Join(zones, ", "), purposeTag, purpose)
	}
	slices.Sort(ids)
	return ids, network, nil
}

// purposeTag holds a subnet's purpose, and whether it is for instances ("ec2")
// or for load balancers ("elb") alone.
const purposeTag = "immutable_metadata"

// purposeOf is a subnet's purpose for instances, by Spinnaker's rule: what its
// tag says, or else its name if that has three parts, as in main.internal.a:
// "internal (main)".
func purposeOf(s types.Subnet) string {
	var tag struct{ Purpose, Target string }
	var name string
	for _, t := range s.Tags {
		switch {
		case aws.ToString(t.Key) == purposeTag:
			_ = json.Unmarshal([]byte(aws.ToString(t.Value)), &tag) // what is no JSON has no purpose
		case strings.EqualFold(aws.ToString(t.Key), "name"):
			name = aws.ToString(t.Value)
		}
	}
	if tag.Target == "elb" {
		return ""
	}
	if parts := strings.Split(name, "."); tag.Purpose == "" && len(parts) == 3 {
		return fmt.Sprintf("%s (%s)", parts[1], parts[0])
	}
	return tag.Purpose
}

// networkOf is the network that a subnet is in.
func (r *region) networkOf(ctx context.Context, subnet string) (string, error) {
	found, err := r.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{subnet}})
	if err != nil {
		return "", fmt.Errorf("subnet %s: %w", subnet, kinded(err))
	}
	if len(found.Subnets) == 0 {
		return "", fmt.Errorf("subnet %s: %w", subnet, gennaker.ErrNotFound)
	}
	return aws.ToString(found.Subnets[0].VpcId), nil
}

// findSecurityGroups are the ids of security groups that are given by id or by
// name. Only for a name does it ask which network they are in.
func (r *region) findSecurityGroups(ctx context.Context, names []string, network func() (string, error)) ([]string, error) {
	var all []string
	for _, name := range names {
		if strings.HasPrefix(name, "sg-") {
			all = append(all, name)
			continue
		}
		in, err := network()
		if err != nil {
			return nil, err
		}
		id, err := r.findSecurityGroup(ctx, name, in)
		if err != nil {
			return nil, fmt.Errorf("security group %s: %w", name, err)
		}
		all = append(all, id)
	}
	return all, nil
}

func (r *region) findSecurityGroup(ctx context.Context, name, network string) (string, error) {
	filters := []types.Filter{{Name: aws.String("group-name"), Values: []string{pattern(name, "")}}}
	if network != "" {
		filters = append(filters, types.Filter{Name: aws.String("vpc-id"), Values: []string{network}})
	}
	found, err := r.ec2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{Filters: filters})
	switch {
	case err != nil:
		return "", kinded(err)
	case len(found.SecurityGroups) == 0:
		return "", fmt.Errorf("%w in %s", gennaker.ErrNotFound, r.Region)
	case len(found.SecurityGroups) > 1:
		return "", fmt.Errorf("%w: there are several of that name in %s: give the id", gennaker.ErrInvalid, r.Region)
	}
	return *found.SecurityGroups[0].GroupId, nil
}
