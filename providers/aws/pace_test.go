package aws_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/simulation"
	"github.com/gennaker/gennaker/ratelimit"
)

// direct hands requests to a cloud in the same process: without a network
// between, a test's clock can skip the waiting.
type direct struct {
	cloud http.Handler
	takes time.Duration // until the answer
}

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	d.cloud.ServeHTTP(answer, r)
	select {
	case <-time.After(d.takes):
		return answer.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// worker is a provider as one worker has it.
func worker(t *testing.T, cloud http.Handler, limits *ratelimit.Limits) *aws.Cloud {
	t.Helper()
	return must(aws.New(aws.Config{Account: "test", Regions: []string{region}, AccessKeyID: "test", SecretAccessKey: "test",
		Endpoint: "http://aws", HTTP: &http.Client{Transport: direct{cloud, 80 * time.Millisecond}}, Limits: limits}))(t)
}

// It has not failed but beside the other tests of this package, so it runs before
// them.
func TestTwoWorkersStayBelowWhatAWSAllows(t *testing.T) {
	awstest.Alone()
	synctest.Test(t, func(t *testing.T) {
		cloud := awstest.New(awstest.Config{Throttle: simulation.Throttle{PerSecond: 20, Burst: 40}})
		place := cloud.Region(region)
		place.AddRunning(awstest.Running{Name: "shop-v000", Image: place.AddImage(awstest.Image{Name: "shop-1"})})
		ref := gennaker.ServerGroupRef{Location: gennaker.Location{Account: "test", Region: region}, Name: "shop-v000"}
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		defer work.Wait()
		defer stop()
		for range 2 {
			w := worker(t, cloud, &ratelimit.Limits{})
			for range 40 {
				work.Go(func() {
					for ctx.Err() == nil {
						if err := w.Resize(ctx, gennaker.ResizeServerGroup{ServerGroupRef: ref}); errors.Is(err, gennaker.ErrThrottled) {
							time.Sleep(time.Second) // as Temporal would
						} else if err != nil && ctx.Err() == nil {
							t.Errorf("Resize = %v", err)
						}
					}
				})
			}
		}
		// during is how many calls were taken in a second, and how many of a
		// hundred were throttled.
		during := func(d time.Duration) (perSecond, throttled float64) {
			count := func() (all, refused float64) {
				for _, n := range cloud.Calls() {
					all += float64(n)
				}
				return all, float64(cloud.Throttled())
			}
			all, refused := count()
			time.Sleep(d)
			after, since := count()
			return (after - all - since + refused) / d.Seconds(), 100 * (since - refused) / (after - all)
		}
		time.Sleep(30 * time.Second)
		for _, step := range []struct {
			name string
			rate float64
		}{{"at first", 20}, {"once the limit was raised", 50}, {"once it was lowered", 10}} {
			cloud.SetThrottle(simulation.Throttle{PerSecond: step.rate, Burst: int(2 * step.rate)})
			time.Sleep(90 * time.Second)
			taken, throttled := during(3 * time.Minute)
			t.Logf("%s: %.1f of %.0f calls per second were made, %.1f %% throttled", step.name, taken, step.rate, throttled)
			if taken < 0.8*step.rate || throttled > 5 {
				t.Errorf("%s: want 80 %% of what AWS allows at least, and 5 %% throttled at most", step.name)
			}
		}
	})
}
