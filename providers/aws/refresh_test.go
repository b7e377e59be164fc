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
	"github.com/gennaker/gennaker/providers/simulation"
)

// stepped is a simulator whose time goes on only while it is waited for, so
// that how fast this machine is does not decide what is seen of a refresh.
type stepped struct {
	*simulator
	clock *simulation.Virtual
	cloud *aws.Cloud
}

func step(t *testing.T) *stepped {
	t.Helper()
	s := &stepped{clock: simulation.NewVirtual(time.Now())}
	s.simulator = simulateWith(t, awstest.Config{Clock: s.clock, PageSize: 2})
	s.cloud = s.account(t, aws.Config{})
	return s
}

// until lets time pass until it is so, for at most an hour.
func (s *stepped) until(t *testing.T, want string, ok func() bool) {
	t.Helper()
	const pace = 4 * time.Second
	for passed := time.Duration(0); !ok(); passed += pace {
		if passed > time.Hour {
			t.Fatalf("it never was %s", want)
		}
		s.clock.Advance(pace)
	}
}

// have makes a server group and waits until its instances are up.
func (s *stepped) have(t *testing.T, q gennaker.CreateServerGroup) {
	t.Helper()
	if err := s.cloud.Create(t.Context(), q); err != nil {
		t.Fatalf("Create = %v", err)
	}
	s.upAgain(t, q)
}

func (s *stepped) upAgain(t *testing.T, q gennaker.CreateServerGroup) (g gennaker.ServerGroup) {
	t.Helper()
	s.until(t, "up", func() bool { g = must(s.cloud.Get(t.Context(), q.Ref()))(t); return up(q.Capacity.Desired)(g) })
	return g
}

// refresh reads the newest refresh until it is over.
func (s *stepped) refresh(t *testing.T, ref gennaker.ServerGroupRef) (r gennaker.Refresh) {
	t.Helper()
	s.until(t, "refreshed", func() bool {
		r = must(s.cloud.GetRefresh(t.Context(), ref))(t)
		return r.State != gennaker.RefreshRunning
	})
	return r
}

func TestARefreshReplacesTheInstancesByOnesOfAnotherImageOnce(t *testing.T) {
	t.Parallel()
	s := step(t)
	cloud := s.cloud
	next := s.AddImage(awstest.Image{Name: "shop-2"})
	q := s.request("shop-v000", 2)
	s.have(t, q)
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
	if got := s.refresh(t, q.Ref()); got.State != gennaker.RefreshSucceeded || got.Percent != 100 || got.Token != "r1" || got.Started.IsZero() {
		t.Errorf("GetRefresh = %+v, want that of token r1, succeeded at 100 %%", got)
	}
	again() // it has ended: nothing is to do
	if got := s.Count("StartInstanceRefresh", ""); got != 1 {
		t.Errorf("%d refreshes began, want 1", got)
	}
	g := s.upAgain(t, q)
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
	t.Parallel()
	for _, c := range []struct{ instances, least, most, fewest int }{
		{1, 100, 110, 1}, {1, 50, 110, 1}, {1, 5, 105, 1}, {2, 90, 110, 2}, {2, 50, 100, 1},
	} {
		t.Run(fmt.Sprintf("%d %% of %d", c.least, c.instances), func(t *testing.T) {
			s := step(t)
			cloud := s.cloud
			q := s.request("shop-v000", c.instances)
			q.Spec["healthCheckGracePeriod"] = 120.0
			s.have(t, q)
			if err := cloud.StartRefresh(t.Context(), gennaker.StartRefresh{ServerGroupRef: q.Ref(), MinHealthy: c.least, Token: "r1"}); err != nil {
				t.Fatalf("StartRefresh = %v", err)
			}
			sdk := connect(t, s.URL, region)
			begun := must(sdk.groups.DescribeInstanceRefreshes(t.Context(), &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: &q.Name}))(t).InstanceRefreshes[0]
			if got := awssdk.ToInt32(begun.Preferences.MaxHealthyPercentage); int(got) != c.most {
				t.Errorf("the maximum is %d %%, want %d %%", got, c.most)
			}
			fewest := c.instances
			s.until(t, "refreshed", func() bool {
				fewest = min(fewest, must(cloud.Get(t.Context(), q.Ref()))(t).Count(gennaker.Up))
				return must(cloud.GetRefresh(t.Context(), q.Ref()))(t).State != gennaker.RefreshRunning
			})
			if fewest != c.fewest {
				t.Errorf("%d instances were up meanwhile, want %d", fewest, c.fewest)
			}
		})
	}
}

func TestARefreshIsCancelledWhereItIs(t *testing.T) {
	t.Parallel()
	s := step(t)
	cloud := s.cloud
	q := s.request("shop-v000", 3)
	s.have(t, q)
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
	if got := s.refresh(t, q.Ref()); got.State != gennaker.RefreshCancelled || got.Reason == "" {
		t.Errorf("GetRefresh = %+v, want it cancelled with a reason", got)
	}
}

func TestARefreshWhoseAnswersAreLostIsMadeOnce(t *testing.T) {
	t.Parallel()
	lost := awstest.Fault{After: true, Reset: true}
	for _, action := range []string{"CreateLaunchTemplateVersion", "StartInstanceRefresh", "CancelInstanceRefresh"} {
		t.Run(action, func(t *testing.T) {
			s := step(t)
			cloud := s.cloud
			q := s.request("shop-v000", 1)
			s.have(t, q)
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
