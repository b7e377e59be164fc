package aws_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
)

func TestAnAccountThatCannotBeIsRefusedWithWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	awstest.Alone()
	good := func(edit func(*aws.Config)) aws.Config {
		c := aws.Config{Account: "prod", Regions: []string{region}}
		edit(&c)
		return c
	}
	for _, c := range []struct {
		config aws.Config
		want   string
	}{
		{good(func(c *aws.Config) { c.Regions = nil }), "regions: invalid: it is missing: name at least one, like us-east-1"},
		{good(func(c *aws.Config) { c.Regions = []string{"useast"} }), `regions[0]: invalid: "useast" is not a region`},
		{good(func(c *aws.Config) { c.AccountID = "123" }), "accountId: invalid: it is twelve digits"},
		{good(func(c *aws.Config) { c.AssumeRole = "role/gennaker" }), "beside an accountId"},
		{good(func(c *aws.Config) { c.ExternalID = "x" }), "externalId: invalid: it belongs to an assumeRole"},
		{good(func(c *aws.Config) { c.SessionName = "x" }), "sessionName: invalid: it belongs to an assumeRole"},
		{good(func(c *aws.Config) { c.AccessKeyID = "AKIA" }), "accessKeyId: invalid: it and secretAccessKey belong together"},
		{good(func(c *aws.Config) { c.Profile = "none" }), "none"},
		{good(func(c *aws.Config) { c.Endpoint = "localhost:4566" }), `endpoint: invalid: "localhost:4566" is not a URL`},
		{good(func(c *aws.Config) { c.Endpoints = map[string]string{"elb": "http://localhost"} }), "endpoints.elb: invalid: there is no such service: it can be application-autoscaling, autoscaling, cloudwatch"},
	} {
		_, err := aws.New(c.config)
		if !errors.Is(err, gennaker.ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New = %v, want ErrInvalid with %q", err, c.want)
		}
	}
}

func TestAnAccountWorksInItsRole(t *testing.T) {
	t.Parallel()
	awstest.Alone()
	const role = "arn:aws:iam::210987654321:role/gennaker"
	s := simulate(t)
	for _, c := range []aws.Config{
		{AssumeRole: role, SessionName: "deploys", ExternalID: "shop"},
		{AssumeRole: "role/gennaker", AccountID: "210987654321"},
	} {
		cloud := s.account(t, c)
		q := s.request("shop-v000", 0)
		place := s.Server.Place("210987654321", region)
		q.Spec["amiName"] = place.AddImage(awstest.Image{Name: "shop-1"})
		q.Spec["targetGroups"] = nil
		if err := cloud.Create(t.Context(), q); err != nil {
			t.Fatalf("Create in the role's account = %v", err)
		}
		if got, others := place.Groups(), s.Groups(); len(got) != 1 || len(others) != 0 {
			t.Errorf("the role's account has %q, and ours %q; want the server group in the first", got, others)
		}
	}
}

func TestAnAccountWorksInItsRoleOnMoto(t *testing.T) {
	t.Parallel()
	m := startMoto(t)
	in := m.account(t, aws.Config{AssumeRole: "arn:aws:iam::210987654321:role/gennaker", ExternalID: "shop", SessionName: "deploys"})
	out := m.account(t, aws.Config{})
	q := gennaker.CreateServerGroup{Location: gennaker.Location{Account: "test", Region: region}, Name: "shop-v000",
		Marks: map[string]string{gennaker.MarkToken: "t1"}, Spec: connect(t, m.endpoint, region).block("shop")}
	q.Spec["targetGroups"] = nil
	if err := in.Create(t.Context(), q); err != nil {
		t.Fatalf("Create in the role's account = %v", err)
	}
	for cloud, want := range map[*aws.Cloud]int{in: 1, out: 0} {
		if list := must(cloud.List(t.Context(), gennaker.Scope{}))(t); len(list) != want {
			t.Errorf("it has %d server groups, want %d: the role's account has one, and ours none", len(list), want)
		}
	}
}

func TestEveryRequestPassesOnePlace(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	var mu sync.Mutex // guards seen
	var seen []string
	cloud := s.account(t, aws.Config{AssumeRole: "arn:aws:iam::210987654321:role/gennaker",
		Around: func(ctx context.Context, c aws.Call, request func(context.Context) error) error {
			mu.Lock()
			seen = append(seen, c.Service+" "+c.Operation+" "+c.Region)
			mu.Unlock()
			return request(ctx)
		}})
	if _, err := cloud.List(t.Context(), gennaker.Scope{}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"STS AssumeRole us-east-1", "Auto Scaling DescribeAutoScalingGroups us-east-1"}; !slices.Equal(slices.Sorted(slices.Values(seen)), slices.Sorted(slices.Values(want))) {
		t.Errorf("requests = %q, want %q", seen, want)
	}
}
