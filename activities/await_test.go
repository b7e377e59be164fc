package activities

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// slow is a cloud whose server group has an instance after a while. It notes
// when it was looked at, in seconds.
type slow struct {
	providers.ServerGroups
	began  time.Time
	ready  time.Duration
	pace   time.Duration
	looked []float64
}

func (*slow) Name() string { return "slow" }

func (s *slow) Pace() time.Duration { return s.pace }

func (s *slow) Get(context.Context, gennaker.ServerGroupRef) (gennaker.ServerGroup, error) {
	passed := time.Since(s.began)
	s.looked = append(s.looked, passed.Round(100*time.Millisecond).Seconds())
	if passed < s.ready {
		return gennaker.ServerGroup{}, nil
	}
	return gennaker.ServerGroup{Instances: []gennaker.Instance{{ID: "i-1", Health: gennaker.Up}}}, nil
}

func as(cloud *slow, tells bool) providers.Provider {
	if tells {
		return telling{cloud}
	}
	return cloud
}

func TestACloudSaysHowOftenItIsLookedAt(t *testing.T) {
	for _, c := range []struct {
		name        string
		ready, pace time.Duration
		tells       bool
		want        []float64
	}{
		{"each five seconds", 12 * time.Second, 5 * time.Second, false, []float64{0, 5, 10, 15}},
		{"as often as it can be", time.Second, 0, false, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{"when it tells, and at no other time", time.Minute, 0, true, []float64{0, 1, 31, 331}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := &slow{began: time.Now(), ready: c.ready, pace: c.pace}
				a := New(Config{Providers: providers.NewRegistry(map[string]providers.Provider{"prod": as(cloud, c.tells)})}).ServerGroups
				var suite testsuite.WorkflowTestSuite
				env := suite.NewTestActivityEnvironment()
				env.SetTestTimeout(time.Hour)
				env.RegisterActivity(a.AwaitServerGroup)
				if _, err := env.ExecuteActivity(a.AwaitServerGroup, Until{Up: 1,
					ServerGroupRef: gennaker.ServerGroupRef{Location: gennaker.Location{Account: "prod"}, Name: "shop-v000"}}); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(cloud.looked, c.want) {
					t.Errorf("it was looked at after %v seconds, want %v", cloud.looked, c.want)
				}
			})
		})
	}
}

// telling is a slow cloud that tells when something changes.
type telling struct{ *slow }

func (c telling) WatchServerGroup(ctx context.Context, _ gennaker.ServerGroupRef) <-chan struct{} {
	told := make(chan struct{}, 1)
	go func() {
		for _, after := range []time.Duration{time.Second, 30 * time.Second, 5 * time.Minute} {
			select {
			case <-time.After(after):
				told <- struct{}{}
			case <-ctx.Done():
			}
		}
	}()
	return told
}

func (telling) WatchJob(context.Context, gennaker.JobRef) <-chan struct{} { return nil }

func (telling) WatchManifests(context.Context, []gennaker.ManifestRef) <-chan struct{} { return nil }
