package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// launchTime is how long a new group may have fewer instances than it wants
// before we ask why: most have them at once, and a question is a call.
const launchTime = 15 * time.Second

// short reports whether a group has fewer instances than it wants, and no
// reason to that we know.
func short(g types.AutoScalingGroup) bool {
	return len(g.Instances) < int(aws.ToInt32(g.DesiredCapacity)) && g.Status == nil && !suspended(g, "Launch") &&
		time.Since(aws.ToTime(g.CreatedTime)) > launchTime
}

// trouble is what went wrong with the latest launches of a group, or empty. It
// is an explanation: that it cannot be had is no error.
func (r *region) trouble(ctx context.Context, name string) string {
	latest, err := r.groups.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{
		AutoScalingGroupName: &name, MaxRecords: aws.Int32(10)})
	if err != nil {
		return ""
	}
	for _, a := range latest.Activities { // the newest first
		switch a.StatusCode {
		case types.ScalingActivityStatusCodeFailed:
			return "Auto Scaling: " + aws.ToString(a.StatusMessage)
		case types.ScalingActivityStatusCodeSuccessful:
			return ""
		}
	}
	return ""
}
