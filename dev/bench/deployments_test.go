package main

import (
	"fmt"
	"sync"
	"testing"

	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/simulation"
	"github.com/gennaker/gennaker/ratelimit"
)

// The number of instances must not matter.
func TestADeploymentOntoAWSAsksNoMoreThanItMust(t *testing.T) {
	b := bench{bin: programs, plan: plan{deploy: []int{1, 50}, awsSpeed: 20}, progress: t.Output()}
	s, err := b.startServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	list, err := b.deployments(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	const looks = 30 // at what is waited for, more than there are on a busy machine
	for _, d := range list {
		for name, n := range least {
			if d.Requests[name] < n {
				t.Errorf("red/black of %d made %d requests %s, fewer than the %d without which none can be", d.Instances, d.Requests[name], name, n)
			}
		}
		if d.Changes != d.LeastChanges || d.Reads > d.LeastReads+10+3*looks {
			t.Errorf("red/black of %d: %d changes and %d reads, want %d, and three for each look at most: %v",
				d.Instances, d.Changes, d.Reads, d.LeastChanges, d.Requests)
		}
	}
}

// Two workers deploy more at the same time than AWS wants to hear of: fifteen
// requests per second of each service.
func TestDeploymentsOntoAnAWSThatThrottlesSucceed(t *testing.T) {
	const speed, perSecond, many = 10, 15.0, 12
	s, err := bench{bin: programs, progress: t.Output()}.startServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	var apps []string
	for n := range many {
		apps = append(apps, fmt.Sprintf("app%02d", n))
	}
	a, err := newAmazon(2, speed, apps...)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	a.SetThrottle(simulation.Throttle{PerSecond: perSecond / speed, Burst: 2 * perSecond}) // by the cloud's clock
	for range 2 {
		account, err := a.open(&ratelimit.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		stop, err := deployer(s.client, map[string]providers.Provider{a.name: account})
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
	}
	var deploying sync.WaitGroup
	for _, app := range apps {
		deploying.Go(func() {
			if _, err := a.deploy(t.Context(), s.client, app); err != nil {
				t.Errorf("deployment of %s: %v", app, err)
			}
		})
	}
	deploying.Wait()
	all := 0
	for _, n := range a.Calls() {
		all += n
	}
	t.Logf("%d deployments made %d requests, of which %d were throttled", many, all, a.Throttled())
	if got := len(a.Region(deployRegion).Groups()); got != 2*many {
		t.Errorf("there are %d groups, want two of each application", got)
	}
	if a.Throttled() == 0 || a.Throttled() > all/5 {
		t.Errorf("%d of %d requests were throttled, want some, and a fifth at most", a.Throttled(), all)
	}
}
