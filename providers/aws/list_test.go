package aws_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/ratelimit"
)

// fleet is a region with many server groups that run: clusters of four, each
// behind a target group of its own.
func fleet(tb testing.TB, groups, instances int) *awstest.Cloud {
	tb.Helper()
	cloud := awstest.New(awstest.Config{})
	place := cloud.Region(region)
	image := place.AddImage(awstest.Image{Name: "shop-1"})
	var target string
	for n := range groups {
		cluster := fmt.Sprintf("app%03d-prod", n/4)
		if n%4 == 0 {
			target = place.AddTargetGroup(awstest.TargetGroup{Name: cluster})
		}
		place.AddRunning(awstest.Running{Name: fmt.Sprintf("%s-v%03d", cluster, n%4), Instances: instances, Image: image,
			TargetGroups: []string{target}, Tags: map[string]string{gennaker.MarkExecution: "shop/deploy/01J9Z", gennaker.MarkStage: "1", gennaker.MarkToken: fmt.Sprint(n)}})
	}
	return cloud
}

// spent is how many calls of each action something costs.
func spent(cloud *awstest.Cloud, do func()) string {
	before := cloud.Calls()
	do()
	var parts []string
	after := cloud.Calls()
	for _, action := range gennaker.SortedKeys(after) {
		if n := after[action] - before[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action))
		}
	}
	return strings.Join(parts, ", ")
}

func TestReadingCostsNoMoreCallsThanItMust(t *testing.T) {
	t.Parallel()
	awstest.Alone()
	for _, c := range []struct {
		name      string
		groups    int
		instances int
		scope     gennaker.Scope
		again     bool // count the second time
		found     int
		want      string
	}{
		{"a cluster in a small region", 100, 2, gennaker.Scope{Cluster: "app007-prod"}, false, 4,
			"1 DescribeAutoScalingGroups, 1 DescribeInstances, 1 DescribeTargetHealth"},
		{"a cluster in a region with some pages", 250, 2, gennaker.Scope{Cluster: "app007-prod"}, false, 4,
			"3 DescribeAutoScalingGroups, 1 DescribeInstances, 1 DescribeTargetHealth"},
		{"a cluster in a big region, which is not known yet", 1200, 1, gennaker.Scope{Cluster: "app007-prod"}, false, 4,
			"22 DescribeAutoScalingGroups, 1 DescribeInstances, 1 DescribeTargetHealth"},
		{"a cluster in a big region", 1200, 1, gennaker.Scope{Cluster: "app007-prod"}, true, 4,
			"11 DescribeAutoScalingGroups, 1 DescribeInstances, 1 DescribeTargetHealth"},
		{"an application", 250, 2, gennaker.Scope{Application: "app007"}, false, 4,
			"3 DescribeAutoScalingGroups, 1 DescribeInstances, 1 DescribeTargetHealth"},
		{"a region", 250, 10, gennaker.Scope{}, false, 250,
			"3 DescribeAutoScalingGroups, 3 DescribeInstances, 63 DescribeTargetHealth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := fleet(t, c.groups, c.instances)
			provider := worker(t, cloud, nil)
			var list []gennaker.ServerGroup
			read := func() { list = must(provider.List(t.Context(), c.scope))(t) }
			if c.again {
				read()
			}
			if got := spent(cloud, read); got != c.want {
				t.Errorf("it cost %s, want %s", got, c.want)
			}
			if len(list) != c.found {
				t.Fatalf("List = %d server groups, want %d", len(list), c.found)
			}
			for _, g := range list {
				if g.Count(gennaker.Up) != c.instances || g.Image == "" || g.Instances[0].Address == "" || g.Instances[0].Launched.IsZero() {
					t.Fatalf("%s is not whole: %+v", g.Name, g)
				}
			}
		})
	}
}

func TestTheClusterOfAnotherInABigRegionIsFound(t *testing.T) {
	t.Parallel()
	awstest.Alone()
	cloud := fleet(t, 1200, 0)
	for _, name := range []string{"cart", "cart-v000", "cart-v999", "cart-prod-v001", "cartwheel-v001"} {
		cloud.Region(region).AddRunning(awstest.Running{Name: name, Image: "ami-1"})
	}
	provider := worker(t, cloud, nil)
	for _, when := range []string{"at first", "once the region is known to be big"} {
		var names []string
		for _, g := range must(provider.List(t.Context(), gennaker.Scope{Cluster: "cart"}))(t) {
			names = append(names, g.Name)
		}
		if got, want := strings.Join(names, " "), "cart cart-v000 cart-v999"; got != want {
			t.Errorf("%s the cluster cart is %s, want %s", when, got, want)
		}
	}
}

func TestGettingOneServerGroupReadsNoOther(t *testing.T) {
	t.Parallel()
	awstest.Alone()
	cloud := fleet(t, 250, 10)
	provider := worker(t, cloud, nil)
	got := spent(cloud, func() {
		g := must(provider.Get(t.Context(), running(7)))(t)
		if g.Count(gennaker.Up) != 10 {
			t.Errorf("Get = %+v, want ten instances that are up", g)
		}
	})
	if want := "1 DescribeAutoScalingGroups, 1 DescribeInstances, 1 DescribeTargetHealth"; got != want {
		t.Errorf("it cost %s, want %s", got, want)
	}
}

// running names a server group of a fleet.
func running(n int) gennaker.ServerGroupRef {
	return gennaker.ServerGroupRef{Location: gennaker.Location{Account: "test", Region: region}, Name: fmt.Sprintf("app%03d-prod-v%03d", n/4, n%4)}
}

func TestThoseWhoLookAtTheSameTimeShareCalls(t *testing.T) {
	t.Parallel()
	awstest.Alone()
	synctest.Test(t, func(t *testing.T) {
		const lookers = 100
		cloud := fleet(t, lookers, 1)
		provider := worker(t, cloud, &ratelimit.Limits{})
		got := spent(cloud, func() {
			var looking sync.WaitGroup
			for n := range lookers {
				looking.Go(func() {
					if g := must(provider.Get(context.Background(), running(n)))(t); g.Name != running(n).Name || g.Count(gennaker.Up) != 1 {
						t.Errorf("Get(%s) = %+v, want that one, with an instance that is up", running(n).Name, g)
					}
				})
			}
			looking.Wait()
		})
		t.Logf("%d who look cost %s", lookers, got)
		var groups, instances, health int
		if _, err := fmt.Sscanf(got, "%d DescribeAutoScalingGroups, %d DescribeInstances, %d DescribeTargetHealth", &groups, &instances, &health); err != nil ||
			groups > 3 || instances > 10 || health > lookers {
			t.Errorf("%d who look cost %s, want 3 requests for groups and 10 for instances at most", lookers, got)
		}
	})
}
