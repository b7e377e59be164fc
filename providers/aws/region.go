package aws

import (
	"context"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	classic "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
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
	watch   *cloudwatch.Client
	lambda  *lambda.Client
	images  images
	big     atomic.Bool // it had more groups than all names of a cluster when last read

	// What many ask for at the same time.
	named     *batch[types.AutoScalingGroup]
	byID      *batch[ec2types.Instance]
	byTarget  *batch[map[string]opinion]
	byClassic *batch[map[string]opinion]
}

func newRegion(c Config, loaded aws.Config, name string) *region {
	loaded.Region = name
	r := &region{
		Location: gennaker.Location{Account: c.Account, Region: name},
		groups: autoscaling.NewFromConfig(loaded, func(o *autoscaling.Options) {
			o.BaseEndpoint = c.endpoint("autoscaling")
		}),
		ec2:     ec2.NewFromConfig(loaded, func(o *ec2.Options) { o.BaseEndpoint = c.endpoint("ec2") }),
		elb:     elb.NewFromConfig(loaded, func(o *elb.Options) { o.BaseEndpoint = c.endpoint("elasticloadbalancing") }),
		watch:   cloudwatch.NewFromConfig(loaded, func(o *cloudwatch.Options) { o.BaseEndpoint = c.endpoint("cloudwatch") }),
		classic: classic.NewFromConfig(loaded, func(o *classic.Options) { o.BaseEndpoint = c.endpoint("elasticloadbalancing") }),
		lambda:  lambda.NewFromConfig(loaded, func(o *lambda.Options) { o.BaseEndpoint = c.endpoint("lambda") }),
	}
	r.named = &batch[types.AutoScalingGroup]{ask: r.byName, most: largestPage, atOnce: 2}
	r.byID = &batch[ec2types.Instance]{ask: r.described, most: mostValues, atOnce: 4}
	r.byTarget = &batch[map[string]opinion]{ask: alone(r.targetHealth), most: 1, atOnce: 2 * atOnce}
	r.byClassic = &batch[map[string]opinion]{ask: alone(r.classicHealth), most: 1, atOnce: atOnce}
	return r
}

// alone asks one question per request: AWS takes no more of that kind. Whoever
// asks the same still shares the answer.
func alone[A any](ask func(context.Context, string) (A, error)) func(context.Context, []string) (map[string]A, error) {
	return func(ctx context.Context, keys []string) (map[string]A, error) {
		answer, err := ask(ctx, keys[0])
		return map[string]A{keys[0]: answer}, err
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
