package aws

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
)

// plan is a server group to be made, with what the document names by name
// looked up.
type plan struct {
	gennaker.CreateServerGroup
	spec           Spec
	image          string // id
	zones, subnets []string
	securityGroups []string // ids
	targetGroups   []string // ARNs
}

// classic are the classic load balancers. Where a server group is made like
// another, its loadBalancers name the target groups too.
func (p plan) classic() []string {
	var list []string
	for _, name := range p.LoadBalancers {
		if !slices.ContainsFunc(p.targetGroups, func(arn string) bool { return targetGroupName(arn) == name }) {
			list = append(list, name)
		}
	}
	return list
}

// plan decodes the request and looks up what it names. It changes nothing.
func (r *region) plan(ctx context.Context, c gennaker.CreateServerGroup) (plan, error) {
	p := plan{CreateServerGroup: c}
	var err error
	if p.spec, err = decode(c.Spec); err != nil {
		return p, err
	}
	if err := c.Capacity.Check(); err != nil {
		return p, err
	}
	look, ctx := errgroup.WithContext(ctx)
	look.Go(func() (err error) {
		p.image, err = r.findImage(ctx, p.spec.image())
		return err
	})
	look.Go(func() (err error) {
		p.targetGroups, err = r.findTargetGroups(ctx, p.spec.TargetNames)
		return err
	})
	look.Go(func() error { return r.place(ctx, &p) })
	return p, look.Wait()
}

// place finds the subnets, or else the zones, and the security groups in them.
func (r *region) place(ctx context.Context, p *plan) error {
	s := p.spec
	p.zones = s.Zones[r.Region]
	var network string
	var err error
	switch {
	case len(s.SubnetIDs) > 0:
		p.subnets = s.SubnetIDs
	case s.SubnetType != "":
		if p.subnets, network, err = r.findSubnets(ctx, s.SubnetType, p.zones); err != nil {
			return err
		}
	case len(p.zones) == 0:
		return fmt.Errorf("%w: it says nowhere to run: give a subnetType, subnetIds, or availabilityZones: {%s: [%sa]}",
			gennaker.ErrInvalid, r.Region, r.Region)
	}
	p.securityGroups, err = r.findSecurityGroups(ctx, slices.Concat(s.SecurityGroups, s.SecurityGroupNames), func() (string, error) {
		if network == "" && len(p.subnets) > 0 {
			return r.networkOf(ctx, p.subnets[0])
		}
		return network, nil
	})
	return err
}
