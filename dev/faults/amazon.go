package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"go.temporal.io/sdk/activity"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/providers/faulty"
)

// amazonKind is the simulated Amazon, with our provider for AWS before it.
var amazonKind = kind{name: "aws", title: "a simulated Amazon", sizes: []int{1, 2, 4}, oldest: 5 * time.Second, deployments: 228, atOnce: 8, open: openAmazon,
	spec: func(t trial, image string) map[string]any {
		zones := map[string]any{}
		for _, r := range t.scenario.regions {
			zones[r] = []any{r + "a", r + "b"}
		}
		return map[string]any{"amiName": image, "instanceType": "t3.micro", "targetGroups": []any{"shop"}, "availabilityZones": zones}
	}}

// amazon is a simulated Amazon behind a port, to whose requests things happen.
type amazon struct {
	watcher *watcher
	chance  chance
	cloud   *awstest.Cloud
	targets map[string]string // ARN of the target group, by region
	server  *http.Server
	client  *http.Client
	aws     *aws.Cloud

	mu    sync.Mutex // held through each request
	calm  bool       // nothing goes wrong, and nobody counts
	count map[faulty.Call]int
	last  request
	known int // effects that were counted

	steps   sync.Mutex        // guards step
	step    map[string]string // what is under way, by region
	effects map[string]int    // by step, action and subject
}

// request is a request to Amazon and what goes wrong with it.
type request struct {
	awstest.Call
	fault faulty.Fault
}

func openAmazon(t trial, w *watcher) (ground, error) {
	a := &amazon{watcher: w, chance: t.chance, calm: true, targets: map[string]string{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}},
		count: map[faulty.Call]int{}, step: map[string]string{}, effects: map[string]int{}}
	w.clock.latency = 50 * time.Millisecond
	a.cloud = awstest.New(awstest.Config{Clock: running{w.clock}, Past: t.chance.oldest, Fault: a.fault})
	if err := a.serve(t); err != nil {
		return nil, err
	}
	if err := a.prepare(t); err != nil {
		a.close()
		return nil, fmt.Errorf("make what is there before: %w", err)
	}
	return a, nil
}

func (a *amazon) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calm, a.known = false, len(a.cloud.Effects())
}

func (a *amazon) serve(t trial) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	a.server = &http.Server{Handler: a}
	go a.server.Serve(listener)
	a.aws, err = aws.New(aws.Config{Account: "cloud", Regions: t.scenario.regions, AccessKeyID: "AKIATEST", SecretAccessKey: "test",
		Endpoint: "http://" + listener.Addr().String(), HTTP: a.client, Lag: t.chance.oldest, Around: tries(t.retries)})
	return err
}

// tries is how the AWS SDK tries again: as our provider has it do, or not at
// all.
func tries(retries bool) aws.Around {
	if retries {
		return nil
	}
	passing := retry.NewStandard()
	return func(ctx context.Context, _ aws.Call, request func(context.Context) error) error {
		err := request(ctx)
		if err != nil && passing.IsErrorRetryable(err) {
			return fmt.Errorf("%w: nobody tries again: %s", gennaker.ErrDenied, err.Error())
		}
		return err
	}
}

// prepare makes images, target groups, and what is there before.
func (a *amazon) prepare(t trial) error {
	for _, region := range t.scenario.regions {
		place := a.cloud.Region(region)
		for _, image := range images(t) {
			place.AddImage(awstest.Image{Name: image, Sick: image == sickImage})
		}
		a.targets[region] = place.AddTargetGroup(awstest.TargetGroup{Name: "shop", Interval: 10 * time.Second, Drain: 30 * time.Second})
	}
	if err := furnish(t, a.aws); err != nil {
		return err
	}
	a.watcher.clock.pass(settling)
	if err := retire(t, a.aws); err != nil {
		return err
	}
	a.watcher.clock.pass(settling)
	return nil
}

// images are the names of those that are deployed.
func images(t trial) (names []string) {
	for _, b := range t.scenario.before {
		names = append(names, b.image())
	}
	for i := range t.scenario.stages {
		names = append(names, t.newImage(i))
	}
	return append(names, sickImage)
}

// ServeHTTP answers one request.
func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.calm {
		a.cloud.ServeHTTP(w, r)
		return
	}
	a.watcher.clock.tick()
	a.watcher.before()
	a.last = request{}
	defer a.seen() // also if the connection ends
	a.cloud.ServeHTTP(w, r)
}

// fault is what goes wrong with a call; the simulator asks.
func (a *amazon) fault(c awstest.Call) *awstest.Fault {
	if a.calm {
		return nil
	}
	call := faulty.Call{Method: c.Action, Region: c.Region, Name: subject(c)}
	a.count[call]++
	call.Nth = a.count[call]
	f := a.chance.fault(call, isRead(c.Action))
	a.last = request{c, f}
	if f.Kind == faulty.Slow {
		a.watcher.clock.pass(f.By)
	}
	return inAmazonsWords(c, f)
}

func isRead(action string) bool {
	return slices.ContainsFunc([]string{"Describe", "Get", "List"}, func(p string) bool { return strings.HasPrefix(action, p) })
}

// inAmazonsWords is a fault as the simulator makes it.
func inAmazonsWords(c awstest.Call, f faulty.Fault) *awstest.Fault {
	switch f.Kind {
	case faulty.Throttled:
		if c.Service == "ec2" {
			return &awstest.Fault{Status: http.StatusServiceUnavailable, Code: "RequestLimitExceeded", Message: "Request limit exceeded."}
		}
		return &awstest.Fault{Status: http.StatusBadRequest, Code: "Throttling", Message: "Rate exceeded"}
	case faulty.Internal:
		return &awstest.Fault{Status: http.StatusInternalServerError, Code: "InternalFailure", Message: "An internal error has occurred"}
	case faulty.Unavailable:
		return &awstest.Unavailable
	case faulty.ResetBefore:
		return &awstest.Fault{Reset: true}
	case faulty.ResetAfter:
		return &awstest.Fault{Reset: true, After: true}
	case faulty.Stale:
		return &awstest.Fault{Stale: f.By}
	}
	return nil
}

// seen counts a request that is over, and what it has changed.
func (a *amazon) seen() {
	all := a.cloud.Effects()
	a.steps.Lock()
	step := a.step[a.last.Region]
	a.steps.Unlock()
	for _, e := range all[a.known:] {
		key := fmt.Sprint(a.last.Region, " ", step, ": ", e.Action, " ", e.Subject)
		if e.Action == "CreateAutoScalingGroup" {
			key = fmt.Sprint(a.last.Region, " ", step, ": ", e.Action) // of whatever name
		}
		a.effects[key]++
		if a.effects[key] > 1 {
			a.watcher.twice("%s took effect %d times", key, a.effects[key])
		}
	}
	a.known = len(all)
	a.watcher.called(a.last.fault, "%s %s %s", a.last.Action, a.last.Region, subject(a.last.Call))
}

// subject is what a call is about.
func subject(c awstest.Call) string {
	for _, field := range []string{"AutoScalingGroupName", "LaunchTemplateName", "AutoScalingGroupNames.member.1", "TargetGroupArn"} {
		if name := c.Form.Get(field); name != "" {
			return name[strings.LastIndex(name, ":")+1:]
		}
	}
	return ""
}

// provider knows which activity is under way in which region: a cluster has
// one writer.
func (a *amazon) provider() providers.Provider {
	return around{a.aws, func(ctx context.Context, region string, f func() error) error {
		info := activity.GetInfo(ctx)
		a.steps.Lock()
		a.step[region] = cmp.Or(info.ActivityType.Name, "?") + " " + info.ActivityID
		a.steps.Unlock()
		err := f()
		if err != nil && !errors.Is(err, gennaker.ErrNotFound) {
			a.watcher.remark("%s attempt %d: %v", info.ActivityType.Name, info.Attempt, err)
		}
		return err
	}}
}

func (a *amazon) inService(region string) map[string]int {
	place := a.cloud.Region(region)
	serving := map[string]int{}
	for _, i := range place.Instances() {
		if i.Group != "" && place.Health(a.targets[region], i.ID) == "healthy" {
			serving[i.Group]++
		}
	}
	return serving
}

func (a *amazon) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	return a.aws.List(ctx, scope)
}

func (a *amazon) rest() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calm = true
	a.watcher.clock.pass(settling)
}

// stray are launch templates and instances without a group.
func (a *amazon) stray() (all []string) {
	for region := range a.targets {
		place := a.cloud.Region(region)
		groups := place.Groups()
		for _, t := range place.Templates() {
			if !slices.ContainsFunc(groups, func(g string) bool { return strings.HasPrefix(t, g) }) {
				all = append(all, "launch template "+t)
			}
		}
		for _, i := range place.Instances() {
			if i.Group == "" {
				all = append(all, "instance "+i.ID)
			}
		}
	}
	return all
}

func (a *amazon) close() {
	a.server.Close()
	a.client.CloseIdleConnections()
}
