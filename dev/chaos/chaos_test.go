// Package chaos kills Gennaker's parts at random moments of a deployment.
package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/workflows/stages"
)

// kills is how many the test makes, at least.
const kills = 20

// document is a red/black deployment that takes about three seconds when it is
// left in peace.
const document = `{"application": "chaos", "name": "deploy",
	"parameterConfig": [{"name": "program"}, {"name": "version"}],
	"stages": [{"refId": "1", "type": "deploy", "clusters": [{
		"cloudProvider": "local", "account": "local", "strategy": "redblack",
		"delayBeforeCleanup": 1, "maxRemainingAsgs": 2, "allowDeleteActive": true,
		"capacity": {"min": 1, "desired": 2, "max": 3}, "loadBalancers": ["chaos"],
		"command": "${parameters.program}", "environment": {"VERSION": "${parameters.version}"},
		"healthCheck": {"path": "/healthz", "intervalMillis": 200}}]}]}`

// TestNothingThatCrashesStopsADeployment kills the worker, the Temporal server
// and the local cloud with SIGKILL at random moments of red/black deployments
// under traffic, and lets each come back. Every deployment must succeed with
// exactly one new server group, leave no process over, and lose no request
// while the load balancer was up.
func TestNothingThatCrashesStopsADeployment(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("GENNAKER_CHAOS_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("GENNAKER_CHAOS_SEED: %v", err)
		}
	}
	t.Logf("seed: GENNAKER_CHAOS_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	l := startLaptop(t)
	if got := l.deploy(t, 0, nil); len(got) != 1 {
		t.Fatalf("the first deployment made %v", got)
	}
	traffic := l.startTraffic(t)
	done := 0
	for round := 1; done < kills; round++ {
		done += len(l.deployUnderFire(t, round, random))
	}
	sent, lost := traffic.stop()
	t.Logf("%d kills, %d requests sent, %d lost", done, sent, len(lost))
	if sent == 0 || len(lost) > 0 {
		t.Errorf("of %d requests %d were lost while the load balancer was up: %v", sent, len(lost), lost)
	}
	l.destroyAll(t)
}

// deployUnderFire makes one deployment and kills parts at random moments for
// as long as it runs. It returns what it killed.
func (l *laptop) deployUnderFire(t *testing.T, round int, random *rand.Rand) []string {
	before := l.groups(t)
	var killed []string
	made := l.deploy(t, round, func(ended <-chan struct{}) {
		for {
			select {
			case <-ended:
				return
			case <-time.After(time.Duration(random.IntN(1500)) * time.Millisecond):
			}
			victim := l.parts[random.IntN(len(l.parts))]
			killed = append(killed, victim.name)
			victim.kill(t)
			victim.start(t)
			if len(killed) == 4 {
				return // let it end
			}
		}
	})
	after := l.groups(t)
	fresh := slices.DeleteFunc(names(after), func(n string) bool { return slices.Contains(names(before), n) })
	if len(fresh) != 1 || len(made) != 1 || fresh[0] != made[0] {
		t.Errorf("round %d, killed %v: made %v, new in the cloud are %v, want the same one", round, killed, made, fresh)
	}
	for _, g := range after {
		if g.Enabled != (g.Name == fresh[0]) {
			t.Errorf("round %d, killed %v: %s enabled is %t", round, killed, g.Name, g.Enabled)
		}
	}
	l.checkProcesses(t, after)
	t.Logf("round %d: killed %v, made %v, %d server groups", round, killed, made, len(after))
	return killed
}

// deploy runs one execution to its end, with fire beside it, and returns the
// server groups that it says it made.
func (l *laptop) deploy(t *testing.T, round int, fire func(ended <-chan struct{})) []string {
	t.Helper()
	return made(l.execute(t, fmt.Sprintf("chaos/deploy/%d", round), document,
		map[string]any{"program": l.hello, "version": strconv.Itoa(round)}, fire))
}

// execute runs a document to its success, with fire beside it.
func (l *laptop) execute(t *testing.T, id, document string, parameters map[string]any, fire func(ended <-chan struct{})) gennaker.Execution {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	d, err := pipeline.Decode([]byte(document), stages.Table.Configs())
	if err != nil {
		t.Fatal(err)
	}
	options := client.StartWorkflowOptions{ID: id, TaskQueue: gennaker.TaskQueue}
	start := gennaker.Start{Pipeline: d.Pipeline, Trigger: gennaker.Trigger{Type: "manual", User: "chaos", Parameters: parameters}}
	l.insist(ctx, t, "start "+id, func(ctx context.Context) error {
		_, err := l.temporal.ExecuteWorkflow(ctx, options, gennaker.ExecutionWorkflow, start)
		return err
	})
	ended := make(chan struct{})
	burnt := make(chan struct{})
	go func() {
		defer close(burnt)
		if fire != nil {
			fire(ended)
		}
	}()
	var e gennaker.Execution
	l.insist(ctx, t, "the end of "+id, func(ctx context.Context) error {
		return l.temporal.GetWorkflow(ctx, id, "").Get(ctx, &e)
	})
	close(ended)
	<-burnt
	l.ready(ctx, t)
	if e.Status != gennaker.Succeeded {
		t.Fatalf("%s ended %s: %s", id, e.Status, e.Error)
	}
	return e
}

// made are the server groups that a deploy stage says it made.
func made(e gennaker.Execution) []string {
	var list []string
	deployments, _ := e.Stages[0].Outputs["deployments"].([]any)
	for _, d := range deployments {
		fields, _ := d.(map[string]any)
		name, _ := fields["serverGroup"].(string)
		list = append(list, name)
	}
	return list
}

func names(groups []gennaker.ServerGroup) []string {
	var list []string
	for _, g := range groups {
		list = append(list, g.Name)
	}
	return list
}

// insist repeats what may fail because a part is down. A workflow that failed
// is not repeated: it is the test's failure.
func (l *laptop) insist(ctx context.Context, t *testing.T, what string, f func(context.Context) error) {
	t.Helper()
	for {
		err := f(ctx)
		switch {
		case err == nil:
			return
		case isOutcome(err) || ctx.Err() != nil:
			t.Fatalf("%s: %v; logs are in %s", what, err, filepath.Join(l.state, "log"))
		}
		time.Sleep(100 * time.Millisecond)
	}
}
