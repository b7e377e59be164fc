package aws

import (
	"cmp"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/gennaker/gennaker"
)

// Session is a way into an account, for the providers of Amazon's other
// services.
type Session struct {
	config Config
	loaded aws.Config
}

// Open takes the configuration of an account. It reads the SDK's shared files
// and does not call the cloud.
func Open(c Config) (*Session, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("account %s: aws: %w", c.Account, err)
	}
	loaded, err := config.LoadDefaultConfig(context.Background(), c.options()...)
	if err != nil {
		return nil, fmt.Errorf("account %s: aws: %w: %w", c.Account, gennaker.ErrInvalid, err)
	}
	if c.HTTP != nil {
		loaded.HTTPClient = c.HTTP
	}
	loaded = pass(pass(loaded, "gennaker:around", c.Around), "gennaker:pace", paced(c.Limits, c.Account))
	if c.AssumeRole != "" {
		loaded.Credentials = aws.NewCredentialsCache(c.assumed(loaded))
	}
	return &Session{config: c, loaded: loaded}, nil
}

// In is the configuration of clients in a region.
func (s *Session) In(region string) aws.Config {
	c := s.loaded.Copy()
	c.Region = region
	return c
}

// Endpoint is a service's address, or nil for Amazon's.
func (s *Session) Endpoint(service string) *string { return s.config.endpoint(service) }

// Role is the ARN of the role that is taken on, or empty.
func (s *Session) Role() string { return s.config.role() }

// Lookup finds what documents name by name, in a region.
func (s *Session) Lookup(region string) Lookup {
	return Lookup{newRegion(s.config, s.loaded, region)}
}

// Lookup finds what documents name by name. What is given by id is not looked
// up.
type Lookup struct{ region *region }

// TargetGroups are the ARNs of target groups, in their order.
func (l Lookup) TargetGroups(ctx context.Context, names ...string) ([]string, error) {
	return l.region.findTargetGroups(ctx, names)
}

// Subnets are those of a purpose in zones, or in all if none are given, and
// the network that they are in.
func (l Lookup) Subnets(ctx context.Context, purpose string, zones []string) (ids []string, network string, err error) {
	return l.region.findSubnets(ctx, purpose, zones)
}

// SecurityGroups are the ids of security groups in the network of a subnet.
func (l Lookup) SecurityGroups(ctx context.Context, names []string, subnet string) ([]string, error) {
	return l.region.findSecurityGroups(ctx, names, func() (string, error) { return l.region.networkOf(ctx, subnet) })
}

// Kinded gives an error of the SDK its kind and the cloud's own sentence.
func Kinded(err error) error { return kinded(err) }

// TargetHealth is the state of a load balancer's target, as health.
func TargetHealth(state elbtypes.TargetHealthStateEnum) gennaker.Health {
	return cmp.Or(targetStates[state], gennaker.Unknown)
}

// TargetGroupName is the name in a target group's ARN.
func TargetGroupName(arn string) string { return targetGroupName(arn) }
