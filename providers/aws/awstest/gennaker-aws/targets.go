package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/aws/awstest/scalable"
	"github.com/gennaker/gennaker/providers/simulation"
	"github.com/gennaker/gennaker/providers/simulation/program"
)

type config struct {
	port      int
	speed     float64
	lag       time.Duration
	throttle  float64 // calls a second
	ministack string  // a program; empty for none
}

// targets are what runs.
type targets struct {
	*simulation.Server
	speed  float64
	others *beside // nil if there is none
}

// start returns when all answers. The caller stops it.
func start(ctx context.Context, c config) (*targets, error) {
	listener, err := program.Listen(c.port)
	if err != nil {
		return nil, fmt.Errorf("%w (worker.yaml and aws.config in examples/aws name one)", err)
	}
	t := &targets{speed: c.speed}
	behavior := awstest.Config{Times: awstest.Times{}.Faster(c.speed), Lag: c.lag,
		Throttle: simulation.Throttle{PerSecond: c.throttle, Burst: int(c.throttle)}}
	if c.ministack != "" {
		if t.others, err = startMinistack(ctx, c.ministack); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		behind := &url.URL{Scheme: "http", Host: t.others.address}
		if err := furnishECS(behind.String()); err != nil {
			t.others.stop()
			return nil, errors.Join(err, listener.Close())
		}
		behavior.Others = &scalable.Service{Others: httputil.NewSingleHostReverseProxy(behind)}
	}
	cloud := awstest.New(behavior)
	furnish(cloud, c.speed)
	t.Server = program.Serve(listener, controls(cloud), cloud)
	return t, nil
}

// wait returns nil when ctx is done, or why it cannot go on.
func (t *targets) wait(ctx context.Context) error {
	var ended chan error
	if t.others != nil {
		ended = t.others.ended
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-t.Ended():
		return err
	case err := <-ended:
		ended <- err // stop waits for it too
		return t.others.complaint("ended", err)
	}
}

// stop ends all, and what was in it is gone.
func (t *targets) stop() {
	_ = t.Close() // its connections too
	if t.others != nil {
		t.others.stop()
	}
}

// explain says what there is, and what to do with it.
func (t *targets) explain(w io.Writer, took time.Duration) {
	others := "not there: give --ministack, or run make aws"
	if t.others != nil {
		others = "ministack, at the same address"
	}
	fmt.Fprintf(w, explanation, t.URL, t.speed, others, strings.Join(regions, ", "), took.Seconds(), t.URL)
}

const explanation = `
  Simulated    %s   EC2, Auto Scaling, Elastic Load Balancing, STS; %g times as fast as Amazon
  All others   %s
  Regions      %s
ready in %.1fs; Ctrl-C ends it, and all that is in it is gone

In another terminal, a worker that deploys to it:

  make dev WORKER_CONFIG=examples/aws/worker.yaml

And in a third one:

  export PATH=$PWD/bin:$PWD/.venv/targets/bin:$PATH AWS_CONFIG_FILE=$PWD/examples/aws/aws.config
  gennaker start examples/aws/redblack.yaml -p image=shop-1 --watch
  aws --profile aws autoscaling describe-auto-scaling-groups
  curl %s/-/   says what can go wrong, and how to have it

examples/aws/README.md goes on from there.
`
