package aws_test

import (
	"testing"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation"
)

func TestAServerGroupWhoseLaunchesAreRefusedSaysWhy(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	clock := simulation.NewVirtual(time.Now().Add(-time.Hour)) // so that it has waited long enough
	server, err := awstest.Serve(awstest.Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	s.Server, s.Place = server, server.Region(region)
	s.AddImage(awstest.Image{Name: "shop-1"})
	s.AddTargetGroup(awstest.TargetGroup{Name: "shop"})
	cloud := s.account(t, aws.Config{})
	q := s.request("shop-v000", 1)

	s.RefuseLaunches("InsufficientInstanceCapacity")
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	clock.Advance(time.Second)
	const want = "0 of 1 instances are up: Auto Scaling: InsufficientInstanceCapacity"
	if got := must(cloud.Get(t.Context(), q.Ref()))(t).Condition(); got != want {
		t.Errorf("Condition = %q, want %q", got, want)
	}
	listed := must(cloud.List(t.Context(), gennaker.Scope{Cluster: "shop"}))(t)
	if len(listed) != 1 || listed[0].Condition() != want {
		t.Errorf("List = %+v, want one that says %q", listed, want)
	}

	s.RefuseLaunches("")
	clock.Advance(time.Minute)
	clock.Advance(time.Minute)
	if got := must(cloud.Get(t.Context(), q.Ref()))(t); got.Trouble != "" || len(got.Instances) != 1 {
		t.Errorf("with launches again, %d instances and trouble %q, want one and none", len(got.Instances), got.Trouble)
	}
}
