package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
	"github.com/gennaker/gennaker/providers/faulty"
)

// small is every scenario, some times.
func small(progress io.Writer) experiment {
	return experiment{on: kinds[0], seed: 7, deployments: 8 * len(scenarios), rate: 0.04, only: -1, progress: progress}
}

func TestNoDeploymentFailsOnFaultsThatPass(t *testing.T) {
	for _, c := range []struct {
		cloud    string
		rounds   int // of all scenarios
		failures int // of the control, at least
	}{{"memory", 8, 40}, {"aws", 1, 10}} {
		t.Run(c.cloud, func(t *testing.T) {
			var progress, stdout bytes.Buffer
			x := small(&progress)
			x.deployments = c.rounds * len(scenarios)
			if err := run(t.Context(), x, c.cloud, "json", &stdout); err != nil {
				t.Fatalf("%v\n%s", err, progress.String())
			}
			var r Report
			if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			arm := r.Arms[0]
			if arm.Control.Failed < c.failures {
				t.Errorf("without retries %d of %d deployments fail, want %d at least: does anything go wrong?", arm.Control.Failed, arm.Control.Deployments, c.failures)
			}
			for _, kind := range faulty.OfReads {
				if arm.Gennaker.Faults[kind] == 0 {
					t.Errorf("there was no fault of the kind %q", kind)
				}
			}
			if err := r.write(io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestThereIsNoCloudOfAnyName(t *testing.T) {
	if err := run(t.Context(), small(io.Discard), "azure", "table", io.Discard); err == nil || !strings.Contains(err.Error(), "memory or aws") {
		t.Errorf("run = %v, want it to name the clouds there are", err)
	}
}

// clumsy is a tool that says every time anew that it wants another server group.
type clumsy struct {
	deployer
	mu sync.Mutex
	n  int
}

func (c *clumsy) Create(ctx context.Context, r gennaker.CreateServerGroup) error {
	c.mu.Lock()
	c.n++
	r.Moniker.Sequence += 100 * c.n
	c.mu.Unlock()
	r.Name = r.Moniker.Name()
	return c.deployer.Create(ctx, r)
}

// hasty is a tool that makes room first.
type hasty struct{ deployer }

func (h hasty) Create(ctx context.Context, r gennaker.CreateServerGroup) error {
	old := r.Ref()
	old.Name = "shop-web-v004"
	if err := h.Disable(ctx, old); err != nil {
		return err
	}
	return h.deployer.Create(ctx, r)
}

func TestTheCountsSeeWhatAToolDoesWrong(t *testing.T) {
	for _, c := range []struct {
		name string
		wrap func(providers.Provider) providers.Provider
		sees func(Count) int
	}{
		{"doubled effects", func(p providers.Provider) providers.Provider { return &clumsy{deployer: p.(deployer)} }, func(c Count) int { return c.Doubled }},
		{"orphans", func(p providers.Provider) providers.Provider { return &clumsy{deployer: p.(deployer)} }, func(c Count) int { return c.Orphans }},
		{"floor violations", func(p providers.Provider) providers.Provider { return hasty{p.(deployer)} }, func(c Count) int { return c.Floor }},
	} {
		for _, on := range kinds {
			t.Run(c.name+" on "+on.name, func(t *testing.T) {
				x := small(io.Discard)
				x.on, x.wrap, x.only, x.rate = on, c.wrap, redblack, 0.3
				var n int
				for seed := uint64(0); n == 0 && seed < 200; seed++ {
					x.seed = seed
					count, err := x.arm(t.Context(), true)
					if err != nil {
						t.Fatal(err)
					}
					n = c.sees(count)
				}
				if n == 0 {
					t.Error("none was seen")
				}
			})
		}
	}
}

// redblack is the number of a deployment that is a plain one.
var redblack = slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == "redblack" })

func TestADeploymentIsMadeAgainAlone(t *testing.T) {
	told := func() string {
		var progress bytes.Buffer
		x := small(&progress)
		x.only, x.rate = redblack, 0.3
		if _, err := x.arm(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		var calls []string
		for line := range strings.Lines(progress.String()) {
			if _, call, ok := strings.Cut(line, "s  "); ok {
				calls = append(calls, call)
			}
		}
		return strings.Join(calls, "")
	}
	first := told()
	if second := told(); first != second || !strings.Contains(first, " <- ") {
		t.Errorf("it went\n%sand then\n%s", first, second)
	}
}

func TestTheBoundIsThatOfClopperAndPearson(t *testing.T) {
	for _, c := range []struct {
		failed, n int
		want      float64
	}{
		{0, 300, 0.00994}, // about 3/n
		{0, 6000, 0.000499},
		{5, 100, 0.10225},
		{100, 100, 1},
	} {
		t.Run(fmt.Sprintf("%d of %d", c.failed, c.n), func(t *testing.T) {
			if got := bound(c.failed, c.n); math.Abs(got-c.want) > c.want/100 {
				t.Errorf("bound = %g, want %g", got, c.want)
			}
		})
	}
}
