package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gennaker/gennaker/providers/google/googletest"
	"github.com/gennaker/gennaker/providers/google/googletest/cloudrun"
	"github.com/gennaker/gennaker/providers/simulation"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

const project = "demo"

// target is the cloud, as it runs.
type target struct {
	*simulation.Server
	speed float64
}

// start returns when it answers. The caller stops it.
func start(port int, speed, throttle float64) (*target, error) {
	listener, err := program.Listen(port)
	if err != nil {
		return nil, err
	}
	cloud := googletest.New(googletest.Config{Times: googletest.Times{}.Faster(speed),
		Throttle: simulation.Throttle{PerSecond: throttle, Burst: int(throttle)}})
	furnish(cloud.Project(project), speed)
	run := cloudrun.New(cloudrun.Config{Times: cloudrun.Times{}.Faster(speed)})
	return &target{program.Serve(listener, controls(cloud), both(cloud, run)), speed}, nil
}

// images are those of the project. A sick one's instances are never healthy.
var images = []googletest.Image{
	{Name: "shop-1", Family: "shop", Labels: map[string]string{"stage": "released"}},
	{Name: "shop-2", Family: "shop", Labels: map[string]string{"stage": "released"}},
	{Name: "shop-sick", Labels: map[string]string{"stage": "new"}},
}

// furnish gives the project what a cluster of the application shop needs.
func furnish(p *googletest.Project, speed float64) {
	for _, image := range images {
		p.AddImage(image)
	}
	interval := whole(10*time.Second, speed)
	check := p.AddHealthCheck(googletest.HealthCheck{Name: "shop", Interval: interval, Port: 8080})
	p.AddBackendService(googletest.BackendService{Name: "shop", HealthCheck: check, Drain: whole(20*time.Second, speed)})
	p.AddTargetPool(googletest.TargetPool{Name: "shop", Region: "us-central1",
		HealthCheck: p.AddHTTPHealthCheck(googletest.HealthCheck{Name: "shop", Interval: interval, Port: 8080})})
}

// whole is a time that much faster, in whole seconds, and at least one.
func whole(d time.Duration, speed float64) time.Duration {
	return max(time.Second, time.Duration(float64(d)/speed).Round(time.Second))
}

// both sends the calls of run/v2 to Cloud Run, and all others to Compute Engine.
func both(cloud *googletest.Cloud, run *cloudrun.Cloud) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/") {
			run.ServeHTTP(w, r)
			return
		}
		cloud.ServeHTTP(w, r)
	})
}

// explain says what there is, and what to do with it.
func (t *target) explain(w io.Writer) {
	fmt.Fprintf(w, explanation, t.URL, t.speed, t.URL, project, t.URL, t.URL, t.URL, t.URL)
}

const explanation = `
  Simulated   %s/compute/v1/   Google Compute Engine, %g times as fast as Google's
              %s/v2/           Google Cloud Run, as fast; an image that ends with -sick or -missing fails
  Project     %s, with images shop-1, shop-2 and shop-sick; a health check, a backend
              service and a target pool shop; the regions us-central1, us-east1, europe-west1
Ctrl-C ends it, and all that is in it is gone

For a worker that deploys to it, put into its worker.yaml:

  accounts:
    - name: google
      provider: gce
      project: demo
      regions: [us-central1, us-east1, europe-west1]
      endpoint: %s/compute/v1/
      anonymous: true
      lag: 0s           # its answers are never old
      lookEvery: 500ms  # it is faster than Google
    - name: cloudrun
      provider: cloudrun
      project: demo
      regions: [us-central1, us-east1, europe-west1]
      endpoint: %s/
      anonymous: true
      lag: 0s           # its answers are never old
      lookEvery: 500ms  # it is faster than Google

Google's own command sees the same:

  export CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE=%s/compute/v1/
  export CLOUDSDK_CORE_PROJECT=demo CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true
  gcloud compute instance-groups managed list

  curl %s/-/   says what can go wrong, and how to have it
`
