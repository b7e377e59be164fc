package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/gennaker/gennaker"
)

// StartRefresh makes a version of the group's launch template with the fields
// that change, and has Auto Scaling replace the instances by ones of it. The
// version's description tells the token, so that a repeat finds both. Fields
// of the block that are not the launch template's are left as they are.
func (c *Cloud) StartRefresh(ctx context.Context, q gennaker.StartRefresh) error {
	return c.change("refresh", q.ServerGroupRef, func(r *region) error {
		g, err := r.living(ctx, q.Name)
		if err != nil {
			return err
		}
		to, s, err := r.version(ctx, g, q)
		if err != nil {
			return err
		}
		if done, err := r.refreshed(ctx, q.Name, to); done || err != nil {
			return err
		}
		return r.startRefresh(ctx, q, to, s, preferences(g, q.MinHealthy))
	})
}

// preferences are how many instances may be missing meanwhile, and how many
// more there may be. A maximum is always given: without one Auto Scaling ends
// an instance beside the launch of its successor even where none may go. There,
// a tenth more has it launch first; elsewhere none.
func preferences(g types.AutoScalingGroup, least int) *types.RefreshPreferences {
	most, desired := 100, int(aws.ToInt32(g.DesiredCapacity))
	if stay := (desired*least + 99) / 100; stay >= desired {
		most = 100 + min(10, least) // AWS takes no more than 100 above the least
	}
	return &types.RefreshPreferences{MinHealthyPercentage: whole(least), MaxHealthyPercentage: whole(most), SkipMatching: aws.Bool(false)}
}

func (r *region) startRefresh(ctx context.Context, q gennaker.StartRefresh, to types.LaunchTemplateSpecification, s Spec, p *types.RefreshPreferences) error {
	wanted := &types.DesiredConfiguration{LaunchTemplate: &to}
	if s.mixed() {
		wanted = &types.DesiredConfiguration{MixedInstancesPolicy: s.policy(&to)}
	}
	_, err := r.groups.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: &q.Name, DesiredConfiguration: wanted, Preferences: p}, once)
	if strings.HasPrefix(said(err), "InstanceRefreshInProgress") {
		if done, lookErr := r.refreshed(ctx, q.Name, to); done || lookErr != nil {
			return lookErr
		}
		return fmt.Errorf("%w: %w", gennaker.ErrExists, err)
	}
	return kinded(err)
}

// refreshed reports whether there was a refresh to that version. If another is
// under way, it is ErrExists.
func (r *region) refreshed(ctx context.Context, group string, to types.LaunchTemplateSpecification) (bool, error) {
	var other *types.InstanceRefresh
	pages := autoscaling.NewDescribeInstanceRefreshesPaginator(r.groups, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: &group})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, kinded(err)
		}
		for _, f := range page.InstanceRefreshes {
			at := destination(f)
			if at != nil && aws.ToString(at.LaunchTemplateId) == *to.LaunchTemplateId && aws.ToString(at.Version) == *to.Version {
				return true, nil
			}
			if refreshStates[f.Status] == "" {
				other = &f
			}
		}
	}
	if other != nil {
		return false, fmt.Errorf("%w: refresh %s of it is under way, %s", gennaker.ErrExists, aws.ToString(other.InstanceRefreshId), other.Status)
	}
	return false, nil
}

// destination is the version of a launch template that a refresh goes to, nil
// if it is the group's own.
func destination(f types.InstanceRefresh) *types.LaunchTemplateSpecification {
	switch d := f.DesiredConfiguration; {
	case d == nil:
		return nil
	case d.MixedInstancesPolicy != nil && d.MixedInstancesPolicy.LaunchTemplate != nil:
		return d.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification
	default:
		return d.LaunchTemplate
	}
}

// refreshToken begins the description of a version that we made.
const refreshToken = "gennaker:refresh "

// version finds or makes the version of the group's launch template that the
// refresh goes to, and returns it with what it says.
func (r *region) version(ctx context.Context, g types.AutoScalingGroup, q gennaker.StartRefresh) (types.LaunchTemplateSpecification, Spec, error) {
	p, err := r.changed(ctx, g, q.Spec)
	if err != nil {
		return types.LaunchTemplateSpecification{}, Spec{}, err
	}
	template := *templateOf(g)
	pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(r.ec2, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: template.LaunchTemplateId, LaunchTemplateName: template.LaunchTemplateName})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return types.LaunchTemplateSpecification{}, Spec{}, kinded(err)
		}
		for _, v := range page.LaunchTemplateVersions {
			if aws.ToString(v.VersionDescription) == refreshToken+q.Token {
				return numbered(v), p.spec, nil
			}
		}
	}
	made, err := r.ec2.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateId: template.LaunchTemplateId, LaunchTemplateName: template.LaunchTemplateName, LaunchTemplateData: p.template(),
		VersionDescription: aws.String(refreshToken + q.Token), ClientToken: aws.String(gennaker.Token(templateKey(template), q.Token))})
	if err != nil {
		return types.LaunchTemplateSpecification{}, Spec{}, fmt.Errorf("make a version of its launch template: %w", kinded(err))
	}
	return numbered(*made.LaunchTemplateVersion), p.spec, nil
}

func numbered(v ec2types.LaunchTemplateVersion) types.LaunchTemplateSpecification {
	return types.LaunchTemplateSpecification{LaunchTemplateId: v.LaunchTemplateId, Version: aws.String(fmt.Sprint(aws.ToInt64(v.VersionNumber)))}
}

// sameThing are fields that say the same: one of them takes the place of the
// other.
var sameThing = [][2]string{{"amiName", "imageId"}, {"userData", "base64UserData"}}

// changed is a plan of what the group is, with some fields as they shall be.
func (r *region) changed(ctx context.Context, g types.AutoScalingGroup, fields map[string]any) (plan, error) {
	now, err := r.respec(ctx, g)
	if err != nil {
		return plan{}, err
	}
	block, err := now.block()
	if err != nil {
		return plan{}, err
	}
	for _, pair := range sameThing {
		for i, field := range pair {
			if _, given := fields[field]; given {
				delete(block, pair[1-i])
			}
		}
	}
	maps.Copy(block, fields)
	return r.plan(ctx, gennaker.CreateServerGroup{Location: r.Location, Name: *g.AutoScalingGroupName, Spec: block})
}

// refreshStates are those in which a refresh is over.
var refreshStates = map[types.InstanceRefreshStatus]gennaker.RefreshState{
	types.InstanceRefreshStatusSuccessful:         gennaker.RefreshSucceeded,
	types.InstanceRefreshStatusFailed:             gennaker.RefreshFailed,
	types.InstanceRefreshStatusRollbackFailed:     gennaker.RefreshFailed,
	types.InstanceRefreshStatusCancelled:          gennaker.RefreshCancelled,
	types.InstanceRefreshStatusRollbackSuccessful: gennaker.RefreshCancelled,
}

// GetRefresh returns the newest instance refresh.
func (c *Cloud) GetRefresh(ctx context.Context, ref gennaker.ServerGroupRef) (gennaker.Refresh, error) {
	var got gennaker.Refresh
	err := c.change("read the refresh of", ref, func(r *region) error {
		found, err := r.groups.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: &ref.Name, MaxRecords: aws.Int32(1)})
		if err != nil {
			return kinded(err)
		}
		if len(found.InstanceRefreshes) == 0 {
			return fmt.Errorf("%w: there was none", gennaker.ErrNotFound)
		}
		newest := found.InstanceRefreshes[0]
		got = gennaker.Refresh{State: gennaker.RefreshRunning, Percent: int(aws.ToInt32(newest.PercentageComplete)),
			Reason: aws.ToString(newest.StatusReason), Started: aws.ToTime(newest.StartTime)}
		if over, ok := refreshStates[newest.Status]; ok {
			got.State = over
		}
		got.Token, err = r.tokenOf(ctx, newest)
		return err
	})
	return got, err
}

// tokenOf is the token of a refresh that we began.
func (r *region) tokenOf(ctx context.Context, f types.InstanceRefresh) (string, error) {
	to := destination(f)
	if to == nil || to.LaunchTemplateId == nil || to.Version == nil {
		return "", nil
	}
	found, err := r.ec2.DescribeLaunchTemplateVersions(ctx, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateId: to.LaunchTemplateId, Versions: []string{*to.Version}})
	if err := kinded(err); err != nil && !errors.Is(err, gennaker.ErrNotFound) {
		return "", err
	}
	if found == nil || len(found.LaunchTemplateVersions) == 0 {
		return "", nil
	}
	token, ours := strings.CutPrefix(aws.ToString(found.LaunchTemplateVersions[0].VersionDescription), refreshToken)
	if !ours {
		return "", nil
	}
	return token, nil
}

// CancelRefresh stops the refresh under way where it is.
func (c *Cloud) CancelRefresh(ctx context.Context, ref gennaker.ServerGroupRef) error {
	return c.change("cancel the refresh of", ref, func(r *region) error {
		_, err := r.groups.CancelInstanceRefresh(ctx, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: &ref.Name})
		return gone(err)
	})
}
