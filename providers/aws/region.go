package aws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
)

// region is one region of an account: a client of each service in it.
type region struct {
	gennaker.Location
	groups  *autoscaling.Client
	ec2     *ec2.Client
	elb     *elb.Client
	classic *classic.Client
	images  images
}

func newRegion(c Config, loaded aws.Config, name string) *region {
	loaded.Region = name
	return &region{
		Location: gennaker.Location{Account: c.Account, Region: name},
		groups: autoscaling.NewFromConfig(loaded, func(o *autoscaling.Options) {
			o.BaseEndpoint = c.endpoint("autoscaling")
		}),
		ec2:     ec2.NewFromConfig(loaded, func(o *ec2.Options) { o.BaseEndpoint = c.endpoint("ec2") }),
		elb:     elb.NewFromConfig(loaded, func(o *elb.Options) { o.BaseEndpoint = c.endpoint("elasticloadbalancing") }),
		classic: classic.NewFromConfig(loaded, func(o *classic.Options) { o.BaseEndpoint = c.endpoint("elasticloadbalancing") }),
	}
}

// atOnce is how many calls one reading makes at the same time.
const atOnce = 8

// together is a group of calls at the same time, not too many.
func together() *errgroup.Group {
	g := &errgroup.Group{}
	g.SetLimit(atOnce)
	return g
}
