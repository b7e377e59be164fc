package aws_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
)

// refresh reads the newest refresh until it is over.
func refresh(t *testing.T, cloud *aws.Cloud, ref gennaker.ServerGroupRef) gennaker.Refresh {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := must(cloud.GetRefresh(t.Context(), ref))(t)
		if got.State != gennaker.RefreshRunning {
			return got
		}
		if time.Now().After(deadline) {
			t.Fatalf("the refresh never ended: %+v", got)
		}
	}
}

func TestARefreshReplacesTheInstancesByOnesOfAnotherImageOnce(t *testing.T) {
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	next := s.AddImage(awstest.Image{Name: "shop-2"})
	q := s.request("shop-v000", 2)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	eventually(t, cloud, q.Ref(), "up", up(2))
	if _, err := cloud.GetRefresh(t.Context(), q.Ref()); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("GetRefresh before there was one = %v, want ErrNotFound", err)
	}
	start := gennaker.StartRefresh{ServerGroupRef: q.Ref(), Spec: map[string]any{"imageId": next}, MinHealthy: 50, Token: "r1"}
	again := func() {
		t.Helper()
		if err := cloud.StartRefresh(t.Context(), start); err != nil {
			t.Fatalf("StartRefresh = %v", err)
		}
	}
	again()
	again()
	other := start
	other.Token = "r2"
	if err := cloud.StartRefresh(t.Context(), other); !errors.Is(err, gennaker.ErrExists) {
		t.Errorf("StartRefresh while one is under way = %v, want ErrExists", err)
	}
	if got := refresh(t, cloud, q.Ref()); got.State != gennaker.RefreshSucceeded || got.Percent != 100 || got.Token != "r1" || got.Started.IsZero() {
		t.Errorf("GetRefresh = %+v, want that of token r1, succeeded at 100 %%", got)
	}
	again() // it has ended: nothing is to do
	if got := s.Count("StartInstanceRefresh", ""); got != 1 {
		t.Errorf("%d refreshes began, want 1", got)
	}
	g := eventually(t, cloud, q.Ref(), "up", up(2))
	for _, i := range s.Instances() {
		if i.Group == q.Name && i.Image != next {
			t.Errorf("instance %s runs %s, want %s", i.ID, i.Image, next)
		}
	}
	if g.Image != next {
		t.Errorf("its image is %s, want %s", g.Image, next)
	}
}

func TestARefreshTakesNoInstanceThatMustStayBeforeItsSuccessorIsUp(t *testing.T) {
	for _, c := range []struct{ instances, least, most, fewest int }{
		{1, 100, 110, 1}, {1, 50, 110, 1}, {1, 5, 105, 1}, {2, 90, 110, 2}, {2, 50, 100, 1},
	} {
		t.Run(fmt.Sprintf("%d %% of %d", c.least, c.instances), func(t *testing.T) {
			s := simulate(t)
			cloud := s.account(t, aws.Config{})
			q := s.request("shop-v000", c.instances)
			q.Spec["healthCheckGracePeriod"] = 120.0
			if err := cloud.Create(t.Context(), q); err != nil {
				t.Fatalf("Create = %v", err)
			}
			eventually(t, cloud, q.Ref(), "up", up(c.instances))
			if err := cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: q.Ref(), MinHealthy: c.least, Token: "r1"}); err != nil {
				t.Fatalf("StartRefresh = %v", err)
			}
			sdk := connect(t, s.URL, region)
			begun := must(sdk.groups.DescribeInstanceRefreshes(t.Context(), &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: &q.Name}))(t).InstanceRefreshes[0]
			if got := awssdk.ToInt32(begun.Preferences.MaxHealthyPercentage); int(got) != c.most {
				t.Errorf("the maximum is %d %%, want %d %%", got, c.most)
			}
			fewest := c.instances
			for must(cloud.GetRefresh(t.Context(), q.Ref()))(t).State == gennaker.RefreshRunning {
				fewest = min(fewest, must(cloud.Get(t.Context(), q.Ref()))(t).Count(gennaker.Up))
			}
			if fewest != c.fewest {
				t.Errorf("%d instances were up meanwhile, want %d", fewest, c.fewest)
			}
		})
	}
}

func TestARefreshIsCancelledWhereItIs(t *testing.T) {
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	q := s.request("shop-v000", 3)
	if err := cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	eventually(t, cloud, q.Ref(), "up", up(3))
	if err := cloud.CancelRefresh(t.Context(), q.Ref()); err != nil {
		t.Errorf("CancelRefresh while none is under way = %v", err)
	}
	if err := cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: q.Ref(), MinHealthy: 90, Token: "r1"}); err != nil {
		t.Fatalf("StartRefresh = %v", err)
	}
	for range 2 { // each may run twice
		if err := cloud.CancelRefresh(t.Context(), q.Ref()); err != nil {
			t.Fatalf("CancelRefresh = %v", err)
		}
	}
	if got := refresh(t, cloud, q.Ref()); got.State != gennaker.RefreshCancelled || got.Reason == "" {
		t.Errorf("GetRefresh = %+v, want it cancelled with a reason", got)
	}
}

func TestARefreshWhoseAnswersAreLostIsMadeOnce(t *testing.T) {
	lost := awstest.Fault{After: true, Reset: true}
	for _, action := range []string{"CreateLaunchTemplateVersion", "StartInstanceRefresh", "CancelInstanceRefresh"} {
		t.Run(action, func(t *testing.T) {
			s := simulate(t)
			cloud := s.account(t, aws.Config{})
			q := s.request("shop-v000", 1)
			if err := cloud.Create(t.Context(), q); err != nil {
				t.Fatalf("Create = %v", err)
			}
			eventually(t, cloud, q.Ref(), "up", up(1))
			s.Inject(action, lost, lost, lost)
			for _, call := range []func() error{
				func() error {
					return cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: q.Ref(), MinHealthy: 50, Token: "r1"})
				},
				func() error { return cloud.CancelRefresh(t.Context(), q.Ref()) },
			} {
				var err error
				for range 4 { // as Temporal does
					if err = call(); err == nil {
						break
					}
					if !errors.Is(err, gennaker.ErrUnavailable) {
						t.Errorf("without an answer = %v, want ErrUnavailable", err)
					}
				}
				if err != nil {
					t.Fatalf("in the end = %v", err)
				}
			}
			for _, once := range []string{"CreateLaunchTemplateVersion", "StartInstanceRefresh", "CancelInstanceRefresh"} {
				if got := s.Count(once, ""); got != 1 {
					t.Errorf("%s took effect %d times, want once", once, got)
				}
			}
		})
	}
}
