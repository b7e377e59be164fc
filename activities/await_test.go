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

func TestACloudSaysHowOftenItIsLookedAt(t *testing.T) {
	for _, c := range []struct {
		name        string
		ready, pace time.Duration
		want        []float64
	}{
		{"each five seconds", 12 * time.Second, 5 * time.Second, []float64{0, 5, 10, 15}},
		{"as often as it can be", time.Second, 0, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := &slow{began: time.Now(), ready: c.ready, pace: c.pace}
				a := New(Config{Providers: providers.NewRegistry(map[string]providers.Provider{"prod": cloud})}).ServerGroups
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
