package aws

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/gennaker/gennaker"
)

func TestHealthIsWhatAllSourcesSay(t *testing.T) {
	says := func(list ...gennaker.Health) (all []opinion) {
		for _, h := range list {
			all = append(all, opinion{h, string(h)})
		}
		return all
	}
	const up, down, starting, draining, out, unknown = gennaker.Up, gennaker.Down, gennaker.Starting, gennaker.Draining, gennaker.OutOfService, gennaker.Unknown
	for _, c := range []struct {
		name          string
		enabled       bool
		own, balanced []opinion
		want          gennaker.Health
	}{
		{"without a load balancer, Auto Scaling decides", true, says(up, unknown), nil, up},
		{"a target that is checked for the first time is starting", true, says(up, unknown), says(starting), starting},
		{"one target group of two is not enough", true, says(up, unknown), says(up, down), down},
		{"a machine that stops is down, whatever the target group says", true, says(up, down), says(up), down},
		{"one that is not registered is out of service", true, says(up, unknown), says(out), out},
		{"one that drains is draining, also if it is down elsewhere", true, says(down, down), says(draining, down), draining},
		{"nobody knows anything", true, says(unknown), nil, unknown},
		{"a disabled one without a load balancer takes no traffic", false, says(up, unknown), nil, out},
		{"a disabled one takes traffic as long as one target group has it", false, says(up, unknown), says(out, up), up},
		{"a disabled one still drains", false, says(up, unknown), says(out, draining), draining},
		{"a disabled one that broke is down", false, says(down, unknown), says(out), down},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := combine(c.enabled, c.own, c.balanced); got.health != c.want {
				t.Errorf("combine = %s (%s), want %s", got.health, got.reason, c.want)
			}
		})
	}
}

func TestErrorsHaveTheKindOfTheCloudsCode(t *testing.T) {
	for _, c := range []struct {
		code, message string
		want          error
	}{
		{"Throttling", "Rate exceeded", gennaker.ErrThrottled},
		{"RequestLimitExceeded", "Request limit exceeded.", gennaker.ErrThrottled},
		{"ServiceUnavailable", "", gennaker.ErrUnavailable},
		{"ScalingActivityInProgress", "", gennaker.ErrUnavailable},
		{"ResourceInUse", "", gennaker.ErrUnavailable},
		{"UnauthorizedOperation", "You are not authorized", gennaker.ErrDenied},
		{"AccessDenied", "", gennaker.ErrDenied},
		{"AlreadyExists", "AutoScalingGroup by this name already exists", gennaker.ErrExists},
		{"InvalidLaunchTemplateName.AlreadyExistsException", "", gennaker.ErrExists},
		{"ValidationError", "AutoScalingGroup name not found - no such group", gennaker.ErrNotFound},
		{"ValidationError", "Desired capacity:9 must be between the specified min size:0 and max size:5", gennaker.ErrInvalid},
		{"InvalidAMIID.NotFound", "", gennaker.ErrNotFound},
		{"TargetGroupNotFound", "", gennaker.ErrNotFound},
		{"InvalidParameterValue", "", gennaker.ErrInvalid},
	} {
		err := kinded(fmt.Errorf("operation error: %w", &smithy.GenericAPIError{Code: c.code, Message: c.message}))
		if !errors.Is(err, c.want) {
			t.Errorf("%s %q = %v, want %v", c.code, c.message, err, c.want)
		}
	}
	if err := kinded(context.Canceled); err != context.Canceled {
		t.Errorf("a cancellation = %v, want it as it is", err)
	}
}
